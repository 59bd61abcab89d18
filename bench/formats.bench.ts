/**
 * Speed of the usage readers, as ratios within one run: `node bench/formats.bench.ts`.
 * `PEERS=FOLDER` names a folder with node_modules/udsv, the CSV library to measure against.
 */
import { createRequire } from 'node:module'
import type { Row } from '@breakeven/core'
import { openIntake } from '../packages/formats/src/intake.ts'
import { newSession } from '../packages/formats/src/session.ts'

const encoder = new TextEncoder()
const CHUNK_BYTES = 512 * 1024
const START = 1_789_372_800_000

const repeat = (rows: number, line: (index: number) => string, head = ''): Uint8Array => {
  const parts = [head]
  for (let index = 0; index < rows; index++) parts.push(line(index))
  return encoder.encode(parts.join(''))
}

const csv = (rows: number): Uint8Array =>
  repeat(
    rows,
    (i) =>
      `${new Date(START + i * 137).toISOString()},gpt-4o-${i % 3},${100 + ((i * 7919) % 9000)},${(i * 104_729) % 900}\n`,
    'timestamp,model,input_tokens,output_tokens\n',
  )

/** Logged lines carry prompts and answers: 2 kB of text each, about what an answer of 500 tokens has. */
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(45)
const responses = (rows: number): Uint8Array =>
  repeat(
    rows,
    (i) =>
      `${JSON.stringify({ id: `chatcmpl-${i}`, object: 'chat.completion', created: START / 1000 + i, model: 'gpt-5', choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }], usage: { prompt_tokens: 1000 + i, completion_tokens: 200, total_tokens: 1200 + i, prompt_tokens_details: { cached_tokens: 512 }, completion_tokens_details: { reasoning_tokens: 64 } } })}\n`,
  )
const claude = (rows: number): Uint8Array =>
  repeat(
    rows,
    (i) =>
      `${JSON.stringify({ parentUuid: `u${i - 1}`, isSidechain: false, cwd: '/home/dev/shop', sessionId: 's', type: 'assistant', uuid: `u${i}`, timestamp: new Date(START + i * 1000).toISOString(), requestId: `req_${i >> 1}`, message: { id: `msg_${i >> 1}`, model: 'claude-sonnet-4-5', stop_reason: 'end_turn', content: [{ type: 'text', text: TEXT }], usage: { input_tokens: 10, cache_read_input_tokens: 5000, cache_creation_input_tokens: 100, cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 }, output_tokens: 1 + (i & 1) * 200 } } })}\n`,
  )
const otlp = (rows: number): Uint8Array =>
  repeat(rows, (i) => {
    const attributes = Object.entries({
      'gen_ai.operation.name': 'chat',
      'gen_ai.response.model': 'gpt-5',
      'gen_ai.usage.input_tokens': '1000',
      'gen_ai.usage.output_tokens': '50',
      'gen_ai.usage.cache_read.input_tokens': '500',
      'gen_ai.prompt': TEXT,
    }).map(([key, stringValue]) => ({ key, value: { stringValue } }))
    return `${JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [{ traceId: `t${i}`, spanId: `s${i}`, name: 'chat', startTimeUnixNano: `${START + i}000000`, endTimeUnixNano: `${START + i + 500}000000`, attributes }] }] }] })}\n`
  })

const readAll = (bytes: Uint8Array): number => {
  let tokens = 0
  const onRow = ({ usage }: Row): void => {
    tokens += (usage.freshInput ?? 0) + (usage.output ?? 0)
  }
  const session = newSession({ onRow })
  const intake = openIntake('bench', session)
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) intake.push(bytes.subarray(at, at + CHUNK_BYTES))
  intake.end()
  session.finish()
  return tokens
}

const bareJson = (bytes: Uint8Array): number => {
  let values = 0
  for (const line of new TextDecoder().decode(bytes).split('\n'))
    if (line !== '' && JSON.parse(line) !== undefined) values++
  return values
}

const RUNS = 5
/** CPU time, the best of several runs: the clock shows the company on the machine as well. */
const seconds = (work: () => unknown): number => {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run++) {
    const start = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, user + system)
  }
  return best / 1e6
}

type Udsv = {
  inferSchema: (text: string) => unknown
  initParser: (schema: unknown) => { stringArrs: (text: string) => string[][] }
}
const udsv = ((): Udsv | undefined => {
  const folder = process.env.PEERS
  return folder === undefined ? undefined : (createRequire(`${folder}/x.js`)('udsv') as Udsv)
})()

/** The same job by the library: rows, times, sums. */
const peerCsv = ({ inferSchema, initParser }: Udsv, bytes: Uint8Array): number => {
  const text = new TextDecoder().decode(bytes)
  const parser = initParser(inferSchema(text))
  let tokens = 0
  let last = 0
  for (const row of parser.stringArrs(text)) {
    last = Math.max(last, Date.parse(row[0] ?? ''))
    tokens += Number(row[2]) + Number(row[3])
  }
  return last > 0 ? tokens : 0
}

const say = (name: string, bytes: Uint8Array, ours: number, other: number, what: string, target: number): void => {
  const rate = bytes.length / 1e6 / ours
  console.log(
    `${name.padEnd(22)} ${rate.toFixed(0).padStart(5)} MB/s   ${(other / ours).toFixed(2)} of ${what} (wanted ${target})`,
  )
}

for (const [name, bytes] of Object.entries({
  responses: responses(30_000),
  'claude-code': claude(30_000),
  otlp: otlp(20_000),
}))
  say(
    name,
    bytes,
    seconds(() => readAll(bytes)),
    seconds(() => bareJson(bytes)),
    'split + JSON.parse',
    0.6,
  )

const table = csv(400_000)
const ours = seconds(() => readAll(table))
if (udsv)
  say(
    'table (CSV)',
    table,
    ours,
    seconds(() => peerCsv(udsv, table)),
    'udsv',
    0.7,
  )
else
  console.log(
    `table (CSV)            ${(table.length / 1e6 / ours).toFixed(0).padStart(5)} MB/s   (PEERS=FOLDER with udsv for the ratio)`,
  )

/** Memory at ten times the size, one pass, nothing kept. */
const peakOf = (rows: number): number => {
  const session = newSession({ onRow: () => {} })
  const intake = openIntake('bench', session)
  const piece = csv(20_000)
  const body = piece.subarray(piece.indexOf(10) + 1)
  intake.push(piece.subarray(0, piece.indexOf(10) + 1))
  let peak = 0
  for (let done = 0; done < rows; done += 20_000) {
    intake.push(body)
    peak = Math.max(peak, process.memoryUsage().heapUsed)
  }
  intake.end()
  session.finish()
  return peak / 1e6
}
const small = peakOf(500_000)
const large = peakOf(5_000_000)
console.log(`heap at 0.5 M rows ${small.toFixed(0)} MB, at 5 M rows ${large.toFixed(0)} MB`)
