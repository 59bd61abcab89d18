import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../app.ts'
import { type TestIo, testIo } from '../test-io.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-compare-'))
})
afterAll(() => rm(folder, { recursive: true }))

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const run = async (...args: readonly string[]): Promise<TestIo & { code: number }> => {
  const io = testIo()
  return { ...io, code: await runCli(['compare', ...args], io) }
}

type Json = {
  readonly options: readonly {
    id: string
    usdPerDay: number
    lines: readonly { unitUsd: number; quantity: number; item: string }[]
  }[]
  readonly breakeven: readonly { fromRequestsPerDay: number; toRequestsPerDay: number | null; cheapest: string }[]
  readonly [key: string]: unknown
}

const json = async (...args: readonly string[]): Promise<Json> => {
  const { out, err, code } = await run(...args, '--json')
  expect([code, err()]).toEqual([0, err()])
  return JSON.parse(out()) as Json
}

const numbers = ['--requests-per-day', '50k', '--input-tokens', '1000', '--output-tokens', '200'] as const

describe('the 2023 article, line by line', () => {
  // base figures: 0.002 USD per 1,000 tokens x 667; 150 a day + 5 s x 0.128 GB x 0.0000166667 + 1 USD per million
  test.each([
    [1000, 1.334, 150.011666688],
    [100_000, 133.4, 151.1666688],
    [1_000_000, 1334, 161.666688],
    [1_500_000, 2001, 167.500032],
  ])('%i requests a day: API %d, host %d USD', async (perDay, api, host) => {
    const { options } = await json('--preset', 'article-2023', '--requests-per-day', `${perDay}`)
    const usd = (id: string): number => options.find((option) => option.id === id)!.usdPerDay
    expect(usd('api:openai/gpt-3.5-turbo') / api).toBeCloseTo(1, 9)
    expect(usd('hosted:flan-ul2@ml.g5.4xlarge') / host).toBeCloseTo(1, 9)
  })

  test('the unit prices, not only the total: $2 per million both ways on 333 and 334 tokens', async () => {
    const { options } = await json('--preset', 'article-2023')
    expect(options[0]!.lines.map(({ item, unitUsd, quantity }) => [item, unitUsd, Math.round(quantity * 1e6)])).toEqual(
      [
        ['input', 2, 333_000],
        ['output', 2, 334_000],
      ],
    )
  })

  test('break-even at 113,435.85 requests a day; 112,443.78 on the fixed cost alone; 4,137.93 for BERT', async () => {
    const { breakeven, alsoBreakeven, assumed } = await json('--preset', 'article-2023')
    expect(breakeven.map(({ fromRequestsPerDay, cheapest }) => [fromRequestsPerDay.toFixed(2), cheapest])).toEqual([
      ['0.00', 'api:openai/gpt-3.5-turbo'],
      ['113435.85', 'hosted:flan-ul2@ml.g5.4xlarge'],
    ])
    expect(breakeven.at(-1)!.toRequestsPerDay).toBeNull()
    expect(
      (alsoBreakeven as { requestsPerDay: number }[]).map(({ requestsPerDay }) => requestsPerDay.toFixed(2)),
    ).toEqual(['112443.78', '4137.93'])
    expect(assumed).toEqual(['one instance serves any volume', '$150 a day'])
  })

  test('and honestly: Flan-UL2 does not fit one A10G in bf16, and 1.5 million a day need a fleet', async () => {
    const { honest } = (await json('--preset', 'article-2023', '--requests-per-day', '1.5M')) as unknown as {
      honest: Json & { ruledOut: { id: string; reason: string }[] }
    }
    expect(honest.ruledOut.find(({ id }) => id === 'hosted:flan-ul2@ml.g5.4xlarge')!.reason).toMatch(
      /needs 39\.\d GB of weights in bf16; one A10G has/,
    )
    const int8 = honest.options.find(({ id }) => id.startsWith('hosted:flan-ul2@ml.g5.4xlarge/int8'))!
    expect((int8 as unknown as { replicas: { max: number } }).replicas.max).toBeGreaterThan(100)
    expect(int8.lines[0]!.unitUsd).toBe(2.03)
    expect(honest.options[0]!.id).toBe('api:openai/gpt-3.5-turbo')
  })
})

describe('prices of the day', () => {
  test('a day to come is priced as known today, and says so', async () => {
    expect((await run(...numbers, '--on', '2031-01-01', '--api', 'openai/gpt-4o')).out()).toMatch(
      /prices known on \d{4}-\d\d-\d\d for 2031-01-01/,
    )
  })

  test.each([
    ['2023-04-24', 2, 2],
    ['2023-07-01', 1.5, 2],
    ['2026-11-24', 0.5, 1.5],
  ])('gpt-3.5-turbo on %s: $%d in, $%d out', async (on, input, output) => {
    const { options } = await json(
      ...numbers,
      '--on',
      on,
      '--api',
      'gpt-3.5-turbo',
      '--host',
      'llama-2-7b@ml.g5.2xlarge',
    )
    expect(options.find(({ id }) => id === 'api:openai/gpt-3.5-turbo')!.lines.map(({ unitUsd }) => unitUsd)).toEqual([
      input,
      output,
    ])
  })

  test('a model of tomorrow is ruled out, not priced', async () => {
    const { ruledOut } = await json(...numbers, '--on', '2024-01-01', '--api', 'openai/gpt-5')
    expect(ruledOut).toContainEqual({
      id: 'api:openai/gpt-5',
      reason: expect.stringMatching(/^not sold before 2025-08-/),
    })
  })
})

test('embeddings from words are all prompt, and rented ones compete', async () => {
  const { options, workload } = await json('--requests-per-day', '5k', '--words', '300', '--task', 'embed')
  expect(workload).toMatchObject({ meanInput: 400, meanOutput: 0 })
  expect(options.some(({ id }) => id === 'api:openai/text-embedding-3-small')).toBe(true)
})

test('a prompt longer than an open model reads rules its renters out too', async () => {
  const { ruledOut, options } = await json(
    '--requests-per-day',
    '10',
    '--input-tokens',
    '500k',
    '--output-tokens',
    '10',
  )
  expect(options.some(({ id }) => id.includes('mistral-nemo'))).toBe(false)
  expect(JSON.stringify(ruledOut)).toContain('mistral-nemo')
})

describe('files', () => {
  const header = 'timestamp,model,input_tokens,output_tokens,project\n'

  test('a table with the usual names needs no flag; unknown models are listed with their share', async () => {
    const path = await file(
      'log.csv',
      `${header}2026-11-02T10:00:00Z,gpt-4o,900,90,a\n2026-11-02T11:00:00Z,own-7b,100,10,b\n`,
    )
    const { options, unpriced, apart } = await json(path)
    // A bill of nine tenths of the log is shown, and never ranked against options that carry all of it.
    expect(options.some(({ id }) => id === 'as-is')).toBe(false)
    expect(apart).toContainEqual({
      id: 'as-is',
      reason: expect.stringContaining('10.0 % of all tokens'),
      usdPerDay: expect.any(Number),
    })
    expect(unpriced).toEqual([{ model: 'own-7b', tokens: 110, share: 0.1 }])
  })

  test('--where takes a part, --by answers each', async () => {
    const path = await file(
      'parts.csv',
      `${header}2026-11-02T10:00:00Z,gpt-4o,900,90,a\n2026-11-02T11:00:00Z,gpt-4o,100,10,b\n`,
    )
    const part = (await json(path, '--where', 'project=a')) as unknown as { workload: { meanInput: number } }
    expect(part.workload.meanInput).toBe(900)
    const split = (await json(path, '--by', 'project')) as unknown as {
      parts: { value: string; comparison: { workload: { meanInput: number } } }[]
    }
    expect(split.parts.map(({ value, comparison }) => [value, comparison.workload.meanInput])).toEqual([
      ['a', 900],
      ['b', 100],
    ])
  })

  test('--requests-per-day brings the mix of the files to that volume, a part keeping its share', async () => {
    const path = await file(
      'scaled.csv',
      `${header}2026-11-02T10:00:00.000Z,gpt-4o,900,90,a\n2026-11-02T10:00:03.500Z,gpt-4o,100,10,b\n`,
    )
    type Scaled = { workload: { requestsPerDay: number; ownRequestsPerDay: number; meanInput: number } }
    const scaled = (await json(path, '--requests-per-day', '6000', '--by', 'project')) as unknown as Scaled & {
      parts: { comparison: Scaled }[]
    }
    expect(scaled.workload).toMatchObject({
      requestsPerDay: expect.closeTo(6000, 6),
      meanInput: expect.closeTo(500, 6),
    })
    expect(scaled.parts.map(({ comparison }) => Math.round(comparison.workload.requestsPerDay))).toEqual([3000, 3000])
    expect((await run(path, '--requests-per-day', '6000')).out()).not.toContain('Mind that')
    // Without it, a watch of seconds is said right after the verdict, not among the assumptions.
    expect((await run(path)).out()).toMatch(/Mind that only \d s were watched[\s\S]*--requests-per-day N/)
  })

  test('a part was watched as long as the whole: an hour of a project is no day of it', async () => {
    const rows = ['00:00:00Z,gpt-4o,100,10,a', '23:00:00Z,gpt-4o,100,10,a', '12:00:00Z,gpt-4o,100,10,b']
    const path = await file('watch.csv', header + rows.map((row) => `2026-11-02T${row}\n`).join(''))
    type Watched = { workload: { watchedHours: number; requestsPerDay: number } }
    const split = (await json(path, '--by', 'project')) as unknown as {
      parts: { value: string; comparison: Watched }[]
    }
    expect(split.parts.map(({ value, comparison: { workload } }) => [value, workload.requestsPerDay])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
    const part = (await json(path, '--where', 'project=b')) as unknown as Watched
    expect(part.workload).toMatchObject({ watchedHours: 24, requestsPerDay: 1 })
    const gaps = (await json(path, '--where', 'project=b', '--gaps', 'unwatched')) as unknown as Watched
    expect(gaps.workload).toMatchObject({ watchedHours: 3, requestsPerDay: 8 })
  })

  test('--by answers each in every format that prints', async () => {
    const path = await file(
      'by.csv',
      `${header}2026-11-02T10:00:00Z,gpt-4o,900,90,a\n2026-11-02T11:00:00Z,gpt-4o,100,10,b\n`,
    )
    const csv = (await run(path, '--by', 'project', '--format', 'csv')).out().trim().split('\n')
    expect(csv[0]).toMatch(/^project,rank,status,id,/)
    expect([...new Set(csv.slice(1).map((line) => line.split(',')[0]))]).toEqual(['(all)', 'a', 'b'])
    const markdown = (await run(path, '--by', 'project', '--format', 'markdown')).out()
    expect(markdown).toMatch(/^## a$/m)
    expect(markdown).toMatch(/^## b$/m)
  })

  test('01/10/2026 is the first of October where the file shows it, or where --date-order says it', async () => {
    const shown = await file('shown.csv', 'date,input_tokens,output_tokens\n01/10/2026,5,1\n31/10/2026,5,1\n')
    const open = await file('open.csv', 'date,input_tokens,output_tokens\n01/10/2026,5,1\n03/10/2026,5,1\n')
    const hours = async (...args: string[]): Promise<number> =>
      ((await json(...args)) as unknown as { workload: { watchedHours: number } }).workload.watchedHours
    expect(await hours(shown)).toBe(31 * 24)
    expect(await hours(open, '--date-order', 'day-first')).toBe(3 * 24)
    expect((await run(open)).err()).toContain('--date-order day-first')
  })

  const azure = join(import.meta.dirname, '../../../../../shared/traces/azure-2023-conv.csv')
  test.skipIf(!existsSync(azure))('the Azure trace: 19,366 calls, 22,361,870 tokens in, 4,088,665 out', async () => {
    const { workload } = (await json(azure)) as unknown as {
      workload: { tokensPerDay: { freshInput: number; output: number }; watchedHours: number; requestsPerDay: number }
    }
    const days = workload.watchedHours / 24
    expect(
      [
        workload.requestsPerDay * days,
        workload.tokensPerDay.freshInput * days,
        workload.tokensPerDay.output * days,
      ].map(Math.round),
    ).toEqual([19_366, 22_361_870, 4_088_665])
  })
})

describe('what was named', () => {
  test('twice is one option, and no other API model turns up in the pairs', async () => {
    const { options, pairs } = (await json(
      ...numbers,
      '--api',
      'openai/gpt-4o',
      '--api',
      'gpt-4o',
      '--api',
      'openai/gpt-4o',
      '--host',
      'llama-3.1-8b@ml.g6e.xlarge',
      '--host',
      'llama-3.1-8b@ml.g6e.xlarge',
    )) as unknown as Json & { pairs: { rent: string }[] }
    const of = (kind: string): string[] => options.map(({ id }) => id).filter((id) => id.startsWith(kind))
    expect([of('api:').length, of('hosted:').length]).toEqual([1, 1])
    expect([...new Set(pairs.map(({ rent }) => rent))]).toEqual(['api:openai/gpt-4o'])
  })

  test('an encoder writes no text: ruled out, whatever the machine computes; labels are its work', async () => {
    const bert = ['--requests-per-day', '1000', '--host', 'bert-base-uncased@ml.m5.xlarge']
    const reasons = async (input: string, ...more: readonly string[]): Promise<readonly string[]> => {
      const { ruledOut } = await json(...bert, '--input-tokens', input, ...more)
      return (ruledOut as { id: string; reason: string }[]).flatMap(({ id, reason }) =>
        id.startsWith('hosted:bert') ? [reason] : [],
      )
    }
    expect(await reasons('100', '--output-tokens', '50')).toEqual([
      expect.stringMatching(/is an encoder.*50 tokens of text/),
    ])
    expect(await reasons('100', '--output-tokens', '0', '--task', 'classify')).toEqual([])
    // An m5 has no bf16, but that is not why 600 tokens are too long for fp32.
    const long = await run(...bert, '--input-tokens', '600', '--output-tokens', '0', '--task', 'classify')
    expect([long.code, long.err()]).toEqual([2, expect.stringMatching(/longer than the context of 512/)])
  })

  test('an unknown --overflow is told by its own name', async () => {
    expect((await run(...numbers, '--overflow', 'nobody/none')).err()).toMatch(/^breakeven: --overflow nobody\/none/)
  })
})

describe('outputs', () => {
  test('the answer comes first, on stdout; notes go to stderr', async () => {
    const { out, err } = await run(...numbers, '--api', 'openai/gpt-4o', '--host', 'llama-3.1-8b@ml.g6e.xlarge')
    expect(out()).toMatch(/^(Rent|Run) /)
    expect(err()).toBe('')
  })

  test.each(['svg', 'html', 'png'])('--chart writes .%s', async (kind) => {
    const path = join(folder, `cost.${kind}`)
    const { code, err } = await run(
      ...numbers,
      '--api',
      'openai/gpt-4o',
      '--host',
      'llama-3.1-8b@ml.g6e.xlarge',
      '--chart',
      path,
    )
    expect([code, err()]).toEqual([0, `chart written to ${path}\n`])
    expect((await readFile(path)).length).toBeGreaterThan(5000)
  })

  test('--explain prints one receipt, by any part of its id that only one has', async () => {
    const { out } = await run(
      ...numbers,
      '--api',
      'openai/gpt-4o',
      '--host',
      'llama-3.1-8b@ml.g6e.xlarge',
      '--explain',
      'ml.g6e',
    )
    expect(out()).toContain('ml.g6e.xlarge')
    expect(out()).toContain('Lambda')
  })

  test.each([
    ['csv', /^rank,status,id,/],
    ['markdown', /\| /],
  ])('--format %s', async (format, expected) => {
    expect(
      (
        await run(...numbers, '--api', 'openai/gpt-4o', '--host', 'llama-3.1-8b@ml.g6e.xlarge', '--format', format)
      ).out(),
    ).toMatch(expected)
  })
})

describe('bad input: one message, exit 2, nothing on stdout', () => {
  const header = 'timestamp,input_tokens,output_tokens\n'
  test.each<[string, string | undefined, readonly string[], RegExp]>([
    ['no traffic', undefined, [], /there is no traffic to price/],
    ['no length', undefined, ['--requests-per-day', '1000'], /not how long they are[\s\S]*--input-tokens/],
    ['an empty file', '', [], /empty/],
    ['a header only', header, [], /header|no rows|rows/i],
    ['a wrong file', 'name,colour\nAda,red\n', [], /./],
    ['a negative number', `${header}2026-11-02T10:00:00Z,-5,10\n`, [], /./],
    ['an unknown model', undefined, [...numbers, '--api', 'gpt-4oo'], /no such model[\s\S]*did you mean/],
    [
      'an unknown host',
      undefined,
      [...numbers, '--host', 'lama-3.1-8b@ml.g5.2xlarge'],
      /no open model called[\s\S]*did you mean/,
    ],
    ['an unknown region', undefined, [...numbers, '--region', 'us-est-1'], /us-est-1[\s\S]*us-east-1/],
    ['an impossible date', undefined, [...numbers, '--on', '2026-02-30'], /2026-02-30/],
    [
      'an unpriced date',
      undefined,
      [...numbers, '--on', '2019-01-01'],
      /nothing can be priced on 2019-01-01[\s\S]*--all/,
    ],
    ['an unknown flag', undefined, [...numbers, '--regoin', 'eu'], /--regoin[\s\S]*--region/],
    ['an absurd number', undefined, ['--requests-per-day', 'NaN', '--words', '500'], /NaN/],
    ['too many requests', undefined, ['--requests-per-day', '1e10', '--words', '500'], /more than one service sends/],
    [
      'too long a request',
      undefined,
      ['--requests-per-day', '10', '--input-tokens', '20M', '--output-tokens', '1'],
      /more than any model reads/,
    ],
    [
      'a bill of a part',
      `${header}2026-11-02T10:00:00Z,5,10\n`,
      ['--bill', '3', '--where', 'model=a'],
      /--bill is of the whole/,
    ],
    [
      'a bill of another volume',
      `${header}2026-11-02T10:00:00Z,5,10\n`,
      ['--bill', '3', '--requests-per-day', '9'],
      /--bill is of the traffic in the files/,
    ],
    [
      'a part of no file',
      undefined,
      [...numbers, '--where', 'model=a'],
      /--where is about the rows of usage files, and none is named/,
    ],
    [
      'an order of dates of no file',
      undefined,
      [...numbers, '--date-order', 'day-first'],
      /--date-order is about the rows/,
    ],
    ['a bill of no file', undefined, [...numbers, '--bill', '30'], /--bill is about the rows/],
    [
      'a preset of a file',
      `${header}2026-11-02T10:00:00Z,5,10\n`,
      ['--preset', 'article-2023'],
      /asks about its own traffic/,
    ],
    [
      'a preset of other lengths',
      undefined,
      ['--preset', 'article-2023', '--words', '50'],
      /--words can change nothing/,
    ],
    ['two outputs', undefined, [...numbers, '--json', '--format', 'csv'], /--json and --format csv/],
    ['a receipt as CSV', undefined, [...numbers, '--explain', 'x', '--format', 'csv'], /--explain prints one receipt/],
    ['a picture of no kind', undefined, [...numbers, '--chart', 'x.gif'], /\.svg, \.png or \.html/],
    ['an option that is not there', undefined, [...numbers, '--explain', 'api:nobody/none'], /no such option/],
    ['files and lengths', `${header}2026-11-02T10:00:00Z,5,10\n`, [...numbers], /files and --input-tokens both say/],
    ['a discount of nobody', undefined, [...numbers, '--discount', 'opnai=10%'], /no such provider[\s\S]*openai/],
  ])('%s', async (name, text, args, message) => {
    const files = text === undefined ? [] : [await file(`${name.replaceAll(' ', '-')}.csv`, text)]
    const { code, out, err } = await run(...files, ...args)
    expect(err()).toMatch(message)
    expect(err()).toMatch(/^breakeven: /)
    expect([code, out()]).toEqual([2, ''])
  })

  test('an unreadable path names it', async () => {
    const { code, err } = await run(join(folder, 'nothing-here.csv'))
    expect(code).toBe(2)
    expect(err()).toContain('nothing-here.csv')
  })
})
