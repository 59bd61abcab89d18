import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { summarizer } from '@breakeven/core'
import type { Row, Workload } from '@breakeven/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from './duckdb/connect.ts'
import { openTrafficWriter } from './duckdb.ts'
import type { ReadOptions } from './format.ts'
import { readUsage } from './node.ts'
import type { ImportReport } from './report.ts'

/** One contract: DuckDB and the streaming reader make the same workload and the same report of the same file. */

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-big-'))
})
afterAll(() => rm(folder, { recursive: true }))

const EDGES = [1000, 128_000, 200_000]
type Read =
  | { readonly workload: Workload; readonly report: ImportReport; readonly sums: number }
  | { readonly error: string }

const read = async (path: string, isBig: boolean, options: Partial<ReadOptions> = {}): Promise<Read> => {
  const { add, addSum, done } = summarizer({ edges: EDGES })
  let sums = 0
  const onSum = (sum: Parameters<typeof addSum>[0]): void => {
    sums++
    addSum(sum)
  }
  try {
    const report = await readUsage([path], {
      onRow: add,
      ...options,
      ...(isBig ? { big: { edges: EDGES, onSum, fromBytes: 0 } } : {}),
    })
    return { workload: done(), report, sums }
  } catch (error) {
    return { error: String(error) }
  }
}

/** The same table as Parquet, its columns as `sql` has them, both ways; whether DuckDB did it. */
const sameParquet = async (
  name: string,
  csv: string,
  sql: string,
  options: Partial<ReadOptions> = {},
): Promise<boolean> => {
  const [from, to] = [join(folder, `${name}.source.csv`), join(folder, `${name}.made.parquet`)]
  await writeFile(from, csv)
  const { connection, close } = await connect(to)
  await connection.run(
    `COPY (SELECT ${sql} FROM read_csv('${from}', all_varchar = true)) TO '${to}' (FORMAT parquet, ROW_GROUP_SIZE 5000)`,
  )
  close()
  return same(`${name}.parquet`, await readFile(to), options)
}

/** Both ways; whether DuckDB did it. */
const same = async (name: string, text: string | Uint8Array, options: Partial<ReadOptions> = {}): Promise<boolean> => {
  const path = join(folder, name)
  await writeFile(path, text)
  const streamed = await read(path, false, options)
  const summed = await read(path, true, options)
  if ('error' in streamed || 'error' in summed) {
    expect(summed).toEqual(streamed)
    return false
  }
  expect(summed.report).toEqual(streamed.report)
  expect(summed.workload).toEqual(streamed.workload)
  return summed.sums > 0
}

const MONDAY = Date.parse('2026-11-02T00:00:00Z')
type Call = {
  at: number
  model: string
  project: string
  status: string
  tier: string
  task: string
  input: number | undefined
  cached: number | undefined
  output: number | undefined
}
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 8 })
const anyCall: fc.Arbitrary<Call> = fc.record({
  at: fc.integer({ min: MONDAY, max: MONDAY + 3 * 86_400_000 }),
  model: fc.constantFrom('gpt-4o', 'o3', 'it"s, "odd"', 'zwei\nZeilen', ''),
  project: fc.constantFrom('shop', 'Ümläut', ''),
  status: fc.constantFrom('ok', '200', '429', 'error', 'cancelled', ''),
  tier: fc.constantFrom('batch', 'standard', 'flex', ''),
  task: fc.constantFrom('chat', 'embeddings', ''),
  input: maybe(fc.nat({ max: 300_000 })),
  cached: maybe(fc.nat({ max: 1000 })),
  output: maybe(fc.nat({ max: 5000 })),
})

const TIMES: Readonly<Record<string, (at: number) => string>> = {
  'ISO with Z': (at) => new Date(at).toISOString(),
  'ISO with an offset': (at) => new Date(at + 7_200_000).toISOString().replace('Z', '+02:00'),
  'ISO west of UTC': (at) => new Date(at - 12_600_000).toISOString().replace('Z', '-03:30'),
  'without zone': (at) => new Date(at).toISOString().replace('T', ' ').replace('Z', ''),
  'to the minute, with seconds': (at) => new Date(at - (at % 60_000)).toISOString().replace('.000', ''),
  'epoch seconds': (at) => String(Math.floor(at / 1000)),
  'epoch seconds and a fraction': (at) => String(at / 1000),
  'epoch milliseconds': String,
  'epoch microseconds': (at) => `${at}123`,
  'relative seconds': (at) => String((at - MONDAY) / 1000),
  'month first': (at) => new Date(at).toLocaleString('en-US', { timeZone: 'UTC' }),
}

const COLUMNS = [
  'timestamp',
  'model',
  'project',
  'status',
  'tier',
  'task',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
]
const quote = (cell: string): string => (/[",;\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const cellsOf = (call: Call, time: (at: number) => string): string[] =>
  [
    time(call.at),
    call.model,
    call.project,
    call.status,
    call.tier,
    call.task,
    call.input,
    call.cached,
    call.output,
  ].map((cell) => String(cell ?? ''))
/** An input below its cached part is a matter for the streaming reader. */
const plain = (call: Call): Call => ({ ...call, cached: Math.min(call.cached ?? 0, call.input ?? 0) })
const csv = (calls: readonly Call[], time: (at: number) => string, newline = '\n'): string =>
  [COLUMNS, ...calls.map((call) => cellsOf(call, time))].map((row) => row.map(quote).join(',') + newline).join('')
const jsonl = (calls: readonly Call[], time: (at: number) => string): string =>
  calls
    .map((call) => {
      const at = time(call.at)
      return `${JSON.stringify({
        timestamp: /^[\d.]+$/.test(at) ? Number(at) : at,
        model: call.model,
        project: call.project === '' ? null : call.project,
        status: /^\d+$/.test(call.status) ? Number(call.status) : call.status,
        note: { text: 'x', tags: [1, 'two'] },
        sizes: {
          input_tokens: call.input,
          output_tokens: call.output ?? null,
          details: { cached_tokens: call.cached },
        },
      })}\n`
    })
    .join('')

describe.each(Object.entries(TIMES))('random tables, %s', (name, time) => {
  const relativeTo = MONDAY / 1000
  it.each([
    ['CSV', 'csv', (calls: readonly Call[]) => csv(calls, time)],
    ['CSV with CRLF', 'crlf.csv', (calls: readonly Call[]) => csv(calls, time, '\r\n')],
    ['JSON Lines', 'jsonl', (calls: readonly Call[]) => jsonl(calls, time)],
  ])('%s', async (_, suffix, write) => {
    let byDuckDb = 0
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall, { minLength: 1, maxLength: 60 }), fc.boolean(), async (calls, isPlain) => {
        const text = write(isPlain ? calls.map(plain) : calls)
        if (await same(`random.${suffix}`, text, { relativeTo })) byDuckDb++
      }),
      { numRuns: 5 },
    )
    // A date with the month first is for the streaming reader alone.
    expect(byDuckDb > 0).toBe(name !== 'month first')
  })
})

describe('edge cases', () => {
  const rows = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => line(i)).join('')
  const head = 'timestamp,model,input_tokens,output_tokens\n'
  const good = (i: number): string => `${new Date(MONDAY + i * 1000).toISOString()},gpt-4o,${100 + i},${i}\n`

  it('many calls: the sample of lengths is the same', async () => {
    expect(await same('many.csv', head + rows(30_000, good))).toBe(true)
    expect(
      await same(
        'many.jsonl',
        rows(
          30_000,
          (i) =>
            `{"ts":${MONDAY + i * 137},"model":"o3","sizes":{"prompt_tokens":${i},"completion_tokens":${i % 900}}}\n`,
        ),
      ),
    ).toBe(true)
  })

  it.each<[string, string, boolean]>([
    ['of the same length, with a padded hour', '2026-11-02T 8:00:03.000Z,a,1,2\n', true],
    ['of the same length, in single digits', '2026-1-02T08:00:03.0000Z,a,1,2\n', true],
    ['of another length', '2026-11-02T08:00:03Z,a,1,2\n', false],
    ['in another zone', '2026-11-02T08:00:03+0200,a,1,2\n', false],
    ['that is none', '2026-11-31T08:00:03.000Z,a,1,2\n', false],
  ])('a time far down that is %s', async (name, line, byDuckDb) => {
    expect(await same(`far ${name}.csv`, head + rows(20_100, good) + line)).toBe(byDuckDb)
  })

  it.each<[string, string, boolean]>([
    ['a good one', good(3), true],
    ['blank lines', '\n\n', true],
    ['a quoted newline', '2026-11-02T00:00:03Z,"a\nb",1,2\n', true],
    ['quoted numbers', '"2026-11-02T00:00:03Z","a","1","2"\n', true],
    ['missing cells', '2026-11-02T00:00:03Z,,,\n', true],
    ['no line end', '2026-11-02T00:00:03Z,a,1,2', true],
    ['a quote inside a cell', '2026-11-02T00:00:03Z,a"b,1,2\n', true],
    ['another way to write the time', '2026-11-02 00:00:03+00:00,a,1,2\n', true],
    ['the header again', head, false],
    ['a line cut off', '2026-11-02T00:0', false],
    ['too many cells', '2026-11-02T00:00:03Z,a,1,2,3\n', false],
    ['empty cells at the end', '2026-11-02T00:00:03Z,a,1,2,,\n', true],
    ['a negative count', '2026-11-02T00:00:03Z,a,-1,2\n', false],
    ['an absurd count', '2026-11-02T00:00:03Z,a,99999999999,2\n', false],
    ['a fraction', '2026-11-02T00:00:03Z,a,12.7,2\n', false],
    ['a whole number as pandas writes it', '2026-11-02T00:00:03Z,a,12.0,2\n', true],
    ['an hour with a space', '2026-11-02  8:00:03Z,a,12,2\n', false],
    ['a time in another zone', '2026-11-02T00:00:03+02:00,a,12,2\n', true],
    ['infinity', '2026-11-02T00:00:03Z,a,inf,2\n', false],
    ['a thousands comma', '2026-11-02T00:00:03Z,a,"1,000",2\n', false],
    ['an underscore', '2026-11-02T00:00:03Z,a,1_000,2\n', true],
    ['an exponent', '2026-11-02T00:00:03Z,a,1e3,2\n', true],
    ['hexadecimal', '2026-11-02T00:00:03Z,a,0x10,2\n', false],
    ['spaces', '2026-11-02T00:00:03Z,a, 12 ,2\n', true],
    ['words for a count', '2026-11-02T00:00:03Z,a,many,2\n', false],
    ['a day that is none', '2026-02-30T00:00:03Z,a,1,2\n', false],
    ['a time with single digits', '2026-2-3 1:2:3,a,1,2\n', false],
    ['a zone by name', '2026-11-02 00:00:03 UTC,a,1,2\n', false],
    ['ten millionths of a second', '2026-11-02 00:00:03.1234567,a,1,2\n', false],
    ['no time', ',a,1,2\n', false],
    ['a lost quote', '2026-11-02T00:00:03Z,"a,1,2\n', false],
    ['a carriage return in a cell', '2026-11-02T00:00:03Z,a\rb,1,2\n', false],
    ['a line with CRLF', '2026-11-02T00:00:03Z,a,1,2\r\n', false],
  ])('CSV: %s', async (name, line, byDuckDb) => {
    const text = head + rows(20, good) + line + (line.endsWith('\n') ? rows(20, good) : '')
    expect(await same(`${name}.csv`, text)).toBe(byDuckDb)
  })

  const goodJson = (i: number): string =>
    `{"timestamp":"${new Date(MONDAY + i * 1000).toISOString()}","model":"o3","prompt_tokens":${i},"completion_tokens":1}\n`
  it.each<[string, string, boolean]>([
    ['blank lines', '\n\n', true],
    ['other keys', '{"a":[1,{"b":2}],"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":5}\n', true],
    ['numbers as text', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":"5","completion_tokens":"6"}\n', true],
    ['escapes', String.raw`{"timestamp":"2026-11-02T00:00:03Z","model":"a\"b\u00e9\n","prompt_tokens":5}` + '\n', true],
    ['nulls', '{"timestamp":"2026-11-02T00:00:03Z","model":null,"prompt_tokens":null}\n', true],
    ['no time', '{"prompt_tokens":5}\n', false],
    ['a line cut off', '{"timestamp":"2026-11-02T00:0', false],
    ['no JSON', 'a line of text\n', false],
    ['a number', '5\n', false],
    ['a null', 'null\n', false],
    ['a list', '[1]\n', false],
    ['an object for a count', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":{"a":1}}\n', false],
    ['a truth for a count', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":true}\n', true],
    ['an object for a name', '{"timestamp":"2026-11-02T00:00:03Z","model":{"a":1},"prompt_tokens":5}\n', false],
    ['a number for a name', '{"timestamp":"2026-11-02T00:00:03Z","model":4.50,"prompt_tokens":5}\n', true],
    ['a fraction', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":1.5}\n', false],
    ['a key twice', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":1,"prompt_tokens":2}\n', false],
    ['Python’s NaN', '{"timestamp":"2026-11-02T00:00:03Z","latency":NaN,"prompt_tokens":1}\n', true],
    ['a comma too many', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":1,}\n', true],
    ['two values in a line', '{"timestamp":"2026-11-02T00:00:03Z","prompt_tokens":1} {"a":1}\n', false],
    [
      'half a surrogate pair',
      String.raw`{"timestamp":"2026-11-02T00:00:03Z","model":"\ud800","prompt_tokens":1}` + '\n',
      false,
    ],
  ])('JSON Lines: %s', async (name, line, byDuckDb) => {
    const text = rows(20, goodJson) + line + (line.endsWith('\n') ? rows(20, goodJson) : '')
    expect(await same(`${name}.jsonl`, text)).toBe(byDuckDb)
  })

  it('a byte order mark, Excel’s first line; where semicolons part the cells, 9.000 is nine thousand', async () => {
    const semicolons = (head + rows(30, good)).replaceAll(',', ';')
    expect(await same('bom.csv', `\uFEFF${head}${rows(30, good)}`)).toBe(true)
    expect(await same('excel.csv', `sep=,\n${head}${rows(30, good)}`)).toBe(true)
    expect(await same('semicolons.csv', semicolons)).toBe(false)
    expect(await same('points.csv', `${semicolons}2026-11-02T00:00:03Z;a;9.000;2\n`)).toBe(false)
  })

  it('packed files, UTF-16, bad UTF-8 and formats with rules of their own are streamed', async () => {
    const text = head + rows(30, good)
    expect(await same('packed.csv.gz', gzipSync(text))).toBe(false)
    expect(await same('wide.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'))).toBe(false)
    const bad = Buffer.from(text.replace('gpt-4o', 'gpt-4\u0001'))
    bad[bad.indexOf(1)] = 0xff
    expect(await same('bad.csv', bad)).toBe(false)
    const chat =
      '{"id":"x","object":"chat.completion","created":1789372800,"model":"gpt-5","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}\n'
    expect(await same('responses.jsonl', chat.repeat(3))).toBe(false)
  })

  it('the traces of Azure and BurstGPT', async () => {
    const azure = (i: number): string => `2024-05-10 00:00:0${i % 10}.00993${i % 7}+00:00,${i},${i % 5}\n`
    expect(await same('azure.csv', `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows(200, azure)}`)).toBe(true)
    const burst = (i: number): string => `${i * 7},ChatGPT,${i},${i % 3 === 0 ? 0 : i},${i * 2},Conversation log\n`
    const burstHead = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n'
    expect(await same('burst.csv', burstHead + rows(200, burst), { relativeTo: 86_400 * 20_000 })).toBe(true)
  })

  it('a map, and constants in it', async () => {
    const text = `when,n,k\n${rows(50, (i) => `${new Date(MONDAY + i).toISOString()},${i},1\n`)}`
    const map = { at: 'when', input: 'n', output: 'k', model: '=gpt-4o' }
    expect(await same('map.csv', text, { map })).toBe(true)
    expect(await same('map.csv', text, { map: { ...map, output: 'nowhere' } })).toBe(false)
  })

  it('an empty table and an empty file', async () => {
    expect(await same('head.csv', head)).toBe(false)
    expect(await same('none.csv', '')).toBe(false)
  })
})

describe('Parquet', () => {
  const COUNTS =
    'model, project, status, tier, task, input_tokens::BIGINT AS input_tokens, cached_tokens::DOUBLE AS cached_tokens, output_tokens::INTEGER AS output_tokens'
  const calls = fc.sample(anyCall, { seed: 7, numRuns: 400 }).map(plain)
  const iso = (at: number): string => new Date(at).toISOString()

  it.each<[string, string, (at: number) => string, boolean]>([
    ['texts', 'timestamp', iso, true],
    ['timestamps', 'timestamp::TIMESTAMP AS timestamp', (at) => iso(at).replace('Z', ''), true],
    ['timestamps with a zone', 'timestamp::TIMESTAMPTZ AS timestamp', iso, true],
    ['milliseconds', 'timestamp::TIMESTAMP_MS AS timestamp', (at) => iso(at).replace('Z', ''), true],
    ['epoch seconds', 'timestamp::BIGINT AS timestamp', (at) => String(Math.floor(at / 1000)), true],
    ['epoch seconds and a fraction', 'timestamp::DOUBLE AS timestamp', (at) => String(at / 1000), true],
    ['nanoseconds', 'timestamp::TIMESTAMP_NS AS timestamp', (at) => iso(at).replace('Z', ''), false],
    ['days', 'timestamp::DATE AS timestamp', (at) => iso(at).slice(0, 10), false],
  ])('times as %s', async (name, sql, time, byDuckDb) => {
    expect(await sameParquet(name, csv(calls, time), `${sql}, ${COUNTS}`)).toBe(byDuckDb)
  })

  it('counts as decimals, a fraction among them, and texts', async () => {
    const text = csv(calls, iso)
    const counts = (type: string): string => `timestamp, model, input_tokens::${type} AS input_tokens, output_tokens`
    expect(await sameParquet('texts only', text, '*')).toBe(false)
    expect(await sameParquet('decimal', text, `${counts('DECIMAL(12, 1)')}::DECIMAL(9, 0) AS output_tokens`)).toBe(true)
    expect(await sameParquet('half', text, `${counts('DOUBLE + 0.5')}::DOUBLE AS output_tokens`)).toBe(false)
  })

  it('a map, and a preset', async () => {
    const text = `when,n,k\n${Array.from({ length: 50 }, (_, i) => `${iso(MONDAY + i)},${i},1\n`).join('')}`
    const map = { at: 'when', input: 'n', output: 'k', model: '=gpt-4o' }
    expect(await sameParquet('mapped', text, '"when", n::INTEGER AS n, k::INTEGER AS k', { map })).toBe(true)
    const burst = `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,1087,0,1087,API log\n`
    expect(
      await sameParquet(
        'burst',
        burst,
        '"Timestamp"::DOUBLE AS "Timestamp", Model, "Request tokens"::BIGINT AS "Request tokens", "Response tokens"::BIGINT AS "Response tokens", "Total tokens", "Log Type"',
        { relativeTo: 86_400 * 20_000 },
      ),
    ).toBe(true)
  })

  it.each<[string, (call: Call, i: number) => Row, boolean]>([
    ['calls alone', (call) => rowOf(call), true],
    ['a bucket among them', (call, i) => (i === 7 ? bucketOf(call) : rowOf(call)), false],
    [
      'a cache write among them',
      (call, i) => (i === 7 ? { ...rowOf(call), usage: { freshInput: 1, cacheWrite5m: 5, output: 1 } } : rowOf(call)),
      false,
    ],
  ])('our own rows: %s', async (name, make, byDuckDb) => {
    const path = join(folder, `ours ${name}.made`)
    const writer = await openTrafficWriter(path)
    for (const [i, call] of calls.entries()) writer.add(make(call, i))
    await writer.close()
    expect(await same(`ours ${name}.parquet`, await readFile(path))).toBe(byDuckDb)
  })
})

const rowOf = ({ at, model, status, input, output }: Call): Extract<Row, { kind: 'call' }> => ({
  kind: 'call',
  task: 'generate',
  at: at / 1000,
  status: status === 'error' ? 'error' : 'ok',
  ...(model === '' ? {} : { model }),
  usage: { ...(input === undefined ? {} : { freshInput: input }), ...(output === undefined ? {} : { output }) },
})
const bucketOf = (call: Call): Row => ({
  kind: 'bucket',
  task: 'generate',
  from: MONDAY / 1000,
  to: MONDAY / 1000 + 3600,
  requests: 3,
  usage: rowOf(call).usage,
})
