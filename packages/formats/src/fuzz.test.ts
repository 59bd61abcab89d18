import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { InputError } from '@breakeven/core'
import { describe, expect, it } from 'vitest'
import { DROPS } from './counts.ts'
import { FORMATS } from './formats/index.ts'
import { openIntake } from './intake.ts'
import { reportOf } from './report.ts'
import type { ImportReport } from './report.ts'
import { newSession } from './session.ts'
import { randomOf } from './testing/random.ts'
import { SAMPLES } from './testing/samples.ts'

type Random = () => number
type Outcome = { readonly report?: ImportReport; readonly refused?: InputError; readonly rows: number }

/** Reads bytes in chunks of the given size; a refusal is an outcome, anything else thrown is a bug. */
const read = (bytes: Uint8Array, chunk = bytes.length, as?: string): Outcome => {
  let rows = 0
  const session = newSession({ onRow: () => void rows++, ...(as === undefined ? {} : { as }) })
  try {
    const intake = openIntake('file', session)
    for (let at = 0; at < bytes.length; at += Math.max(1, chunk))
      intake.push(bytes.subarray(at, at + Math.max(1, chunk)))
    intake.end()
    return { report: reportOf(session.finish()), rows }
  } catch (error) {
    if (error instanceof InputError) return { refused: error, rows }
    throw error
  }
}

const rangesCount = (text: string): number =>
  text === ''
    ? 0
    : text.split(', ').reduce((sum, run) => {
        const [first, last] = run.split('–').map(Number)
        return sum + (last ?? first ?? Number.NaN) - (first ?? 0) + 1
      }, 0)

/** Every entry is a row or a named drop, and every drop is in the report with its line. */
const expectNothingLost = ({ report, rows }: Outcome): void => {
  if (!report) return
  for (const { counts, issues } of report.files) {
    const drops = DROPS.reduce((sum, name) => sum + (counts[name] ?? 0), 0)
    if (counts.lines !== (counts.rows ?? 0) + drops) expect(counts.lines).toBe((counts.rows ?? 0) + drops)
    for (const name of DROPS) {
      const told = issues.filter((issue) => issue.kind === name)
      const count = told.reduce((sum, issue) => sum + (issue.count ?? 0), 0)
      if (count !== (counts[name] ?? 0)) expect({ [name]: count }).toEqual({ [name]: counts[name] ?? 0 })
      // Several entries of one line share its number.
      for (const issue of told)
        if (rangesCount(issue.lines ?? '') > (issue.count ?? 0) || (issue.lines ?? '') === '')
          expect(issue).toBe('listed by its lines')
    }
  }
  if (rows !== report.total.rows && report.total.rows !== null) expect(rows).toBe(report.total.rows)
}

const encoder = new TextEncoder()
const ORIGINALS = Object.values(SAMPLES).map(({ text }) => encoder.encode(text))
const below = (random: Random, n: number): number => Math.floor(random() * n)
const LINE = 10

const flipBits = (bytes: Uint8Array, random: Random): Uint8Array => {
  const copy = bytes.slice()
  for (let n = 1 + below(random, 20); n > 0; n--) {
    const at = below(random, copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8))
  }
  return copy
}
const cut = (bytes: Uint8Array, random: Random): Uint8Array => bytes.slice(0, below(random, bytes.length))
const behead = (bytes: Uint8Array, random: Random): Uint8Array => bytes.slice(below(random, bytes.length))
const NASTY = [
  '"',
  '\n',
  '\r\n',
  '\u0000',
  ',',
  ';',
  '\t',
  '{',
  '}',
  '[',
  ']',
  '\\',
  '9'.repeat(400),
  '-5',
  '1e309',
  'NaN',
  'null',
  '𝒳',
  '\uFEFF',
  '"'.repeat(51),
  '['.repeat(3000),
  '{"a":'.repeat(2000),
  'x'.repeat(70_000),
]
const NASTY_BYTES = NASTY.map((text) => encoder.encode(text))
const insert = (bytes: Uint8Array, random: Random): Uint8Array => {
  const extra = NASTY_BYTES[below(random, NASTY_BYTES.length)]!
  const at = below(random, bytes.length + 1)
  const out = new Uint8Array(bytes.length + extra.length)
  out.set(bytes.subarray(0, at))
  out.set(extra, at)
  out.set(bytes.subarray(at), at + extra.length)
  return out
}
const splitLines = (bytes: Uint8Array): Uint8Array[] => {
  const lines: Uint8Array[] = []
  let start = 0
  for (let at = bytes.indexOf(LINE); at >= 0; at = bytes.indexOf(LINE, start)) {
    lines.push(bytes.subarray(start, at + 1))
    start = at + 1
  }
  lines.push(bytes.subarray(start))
  return lines
}
const join = (lines: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0))
  let at = 0
  for (const line of lines) {
    out.set(line, at)
    at += line.length
  }
  return out
}
const shuffleLines = (bytes: Uint8Array, random: Random): Uint8Array => {
  const lines = splitLines(bytes)
  for (let i = lines.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    const line = lines[i]!
    lines[i] = lines[j]!
    lines[j] = line
  }
  return join(lines)
}
const repeatLines = (bytes: Uint8Array, random: Random): Uint8Array =>
  join(splitLines(bytes).flatMap((line) => (random() < 0.2 ? [line, line] : [line])))
const dropLines = (bytes: Uint8Array, random: Random): Uint8Array =>
  join(splitLines(bytes).filter(() => random() > 0.2))
const splice = (bytes: Uint8Array, random: Random): Uint8Array =>
  join([cut(bytes, random), behead(ORIGINALS[below(random, ORIGINALS.length)]!, random)])

const MUTATIONS = [flipBits, cut, behead, insert, shuffleLines, repeatLines, dropLines, splice]

/** A longer run on demand: `FUZZ_CASES=200000 vitest run packages/formats`. */
const CASES = Number(process.env.FUZZ_CASES ?? 10_000)

describe('damaged files', () => {
  it(
    `${CASES} of them: never a crash, never a silent loss`,
    () => {
      const random = randomOf(20_260_914)
      let refused = 0
      for (let n = 0; n < CASES; n++) {
        let bytes: Uint8Array = ORIGINALS[n % ORIGINALS.length]!
        for (let times = 1 + below(random, 2); times > 0; times--)
          bytes = MUTATIONS[below(random, MUTATIONS.length)]!(bytes, random)
        const outcome = read(bytes, random() < 0.3 ? 1 + below(random, 300) : bytes.length)
        if (outcome.refused) refused++
        else expectNothingLost(outcome)
      }
      // Most damage leaves something to read; if nearly all were refused this test would prove nothing.
      expect(refused).toBeLessThan(CASES * 0.6)
      expect(refused).toBeGreaterThan(0)
    },
    Math.max(120_000, CASES * 5),
  )

  it('each sample read as each format: never a crash, never a silent loss', () => {
    let [told, asked] = [0, 0]
    for (const bytes of ORIGINALS)
      for (const as of new Set(FORMATS.map(({ id }) => id))) {
        const outcome = read(bytes, bytes.length, as)
        expectNothingLost(outcome)
        if (outcome.refused === undefined || outcome.refused.hint !== undefined) told++
        asked++
      }
    expect(told).toBe(asked)
    expect(told).toBeGreaterThan(700)
  })

  it.each(Object.entries(SAMPLES))('%s: the size of the chunks does not matter', (_, { text }) => {
    const bytes = encoder.encode(text)
    const whole = read(bytes).report
    for (const chunk of [1, 7, 1000]) expect(read(bytes, chunk).report).toEqual(whole)
  })

  it.each(Object.entries(SAMPLES))('%s: cut anywhere, what was whole before still counts', (_, { text }) => {
    const bytes = encoder.encode(text)
    let most = 0
    for (let part = 1; part <= 20; part++) {
      const { report } = read(bytes.slice(0, Math.floor((bytes.length * part) / 20)))
      const input = report?.total.input ?? 0
      expect(input).toBeGreaterThanOrEqual(most)
      most = input
    }
  })
})

describe('files made to hurt', () => {
  const pieces = function* (head: string, piece: string, times: number, tail = ''): Generator<Uint8Array> {
    yield encoder.encode(head)
    const bytes = encoder.encode(piece)
    for (let n = 0; n < times; n++) yield bytes
    yield encoder.encode(tail)
  }
  const readPieces = (all: Iterable<Uint8Array>): Outcome => {
    const session = newSession({ onRow: () => {} })
    try {
      const intake = openIntake('file', session)
      for (const piece of all) intake.push(piece)
      intake.end()
      const report = reportOf(session.finish())
      return { report, rows: report.total.rows ?? 0 }
    } catch (error) {
      if (error instanceof InputError) return { refused: error, rows: 0 }
      throw error
    }
  }
  const MIB = 'x'.repeat(1024 * 1024)

  it('2 GB of one line in a table: one line lost, the next one read', () => {
    const { report } = readPieces(pieces('time,input,output\n1789372800,5,1\n', MIB, 2048, '\n1789372801,6,1\n'))
    expect(report?.total).toMatchObject({ rows: 2, malformedLines: 1, input: 11 })
  })

  it('2 GB of one line in JSON Lines: the same', () => {
    const call = '{"created":1789372800,"object":"chat.completion","usage":{"prompt_tokens":5,"completion_tokens":1}}\n'
    const { report } = readPieces(pieces(`${call}{"a":"`, MIB, 2048, `\n${call}`))
    expect(report?.total).toMatchObject({ rows: 2, malformedLines: 1, input: 10 })
  })

  it('a quote that opens and never closes costs its line, not the file', () => {
    const row = '1789372801,6,1\n'.repeat(10_000)
    const { report } = readPieces(pieces('time,input,output\n"1789372800,5,1\n', row, 20))
    expect(report?.total).toMatchObject({ rows: 200_000, malformedLines: 1, input: 1_200_000 })
  })

  it('forty megabytes of prompts beside ids that must be remembered: the ids stay, the texts do not', () => {
    const row = (n: number): string =>
      `gen-1789375780-${n},2026-09-14 09:00:00.000,9,3,maker/a-model-with-a-long-name,${'a prompt '.repeat(220)}\n`
    const head = 'generation_id,created_at,tokens_prompt,tokens_completion,model_permaslug,text\n'
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const session = newSession({ onRow: () => {} })
    const intake = openIntake('file', session)
    intake.push(encoder.encode(head))
    collect()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 20_000; n += 100)
      intake.push(encoder.encode(Array.from({ length: 100 }, (_, i) => row(n + i)).join('')))
    intake.end()
    collect()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(12e6)
    expect(reportOf(session.finish()).total.rows).toBe(20_000)
  })

  it('a million brackets', () => {
    const { refused, report } = readPieces(pieces('', '['.repeat(1000), 1000))
    expect(refused ?? report?.total.malformedLines).toBeTruthy()
  })
})
