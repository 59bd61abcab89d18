import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apiBill, type ApiConditions, prepare } from './api-cost.ts'
import { asIsBill } from './as-is.ts'
import type { ApiModel, TokenizerFamily } from './catalog.ts'
import { apiModel, price } from './fixtures/economy.ts'
import { indexModels } from './model-index.ts'
import { workloadFromNumbers } from './numbers.ts'
import { compilePrice, priceAt, tariffOf } from './price.ts'
import { summarizer } from './summarize.ts'
import { segmentEdges, tokenRatioOf } from './tokens.ts'
import type { Call, Row } from './usage.ts'
import { NO_USAGE } from './usage.ts'
import type { Workload } from './workload.ts'

const family = (id: string, ratio: number, low = ratio, high = ratio): TokenizerFamily => ({
  id,
  ratio,
  low,
  high,
  source: 'test',
  asOf: '2026-01-01',
  sure: 'measured',
})
const families = [family('o200k', 1), family('gemma3', 1.1, 1, 1.2)]

const flat = apiModel('openai/flat', [price(2, 8, { from: '2024-01-01' })], { tokenizer: 'o200k' })
const tiered = apiModel(
  'google/tiered',
  [
    {
      ...price(0, 0, { from: '2024-01-01' }),
      bands: [
        { above: -1, usdPerMillion: { freshInput: 1.25, cacheRead: 0.125, output: 10 } },
        { above: 200_000, usdPerMillion: { freshInput: 2.5, cacheRead: 0.25, output: 15 } },
      ],
    },
  ],
  { tokenizer: 'gemma3' },
)
const offPeak = apiModel(
  'deepseek/scheduled',
  [
    price(0.27, 1.1, { from: '2024-01-01' }),
    price(0.135, 0.55, { from: '2024-01-01', hours: { fromMinute: 990, toMinute: 30 } }),
  ],
  { tokenizer: 'o200k' },
)
const withFee = apiModel(
  'perplexity/fee',
  [price(1, 1, { from: '2024-01-01', usdPerRequest: 0.012, minimumInputTokens: 500 })],
  { tokenizer: 'o200k' },
)
const models = [flat, tiered, offPeak, withFee]
const index = indexModels(models)
const edges = segmentEdges({ apiModels: models, tokenizers: families })

const summarize = (rows: readonly Row[]): Workload => {
  const { add, done } = summarizer({ edges })
  for (const row of rows) add(row)
  return done()
}
const conditions: ApiConditions = { on: '2026-01-01', outputRatio: 1 }
const usdOf = (workload: Workload, model: ApiModel, more: Partial<ApiConditions> = {}): number => {
  const bill = apiBill(prepare(workload, index), model, families, { ...conditions, ...more })
  if (bill.kind === 'unpriced') throw new Error(bill.reason)
  return bill.usd
}
const call = (input: number, output: number, fields: Partial<Call> = {}): Call => ({
  kind: 'call',
  at: 1_767_225_600,
  status: 'ok',
  task: 'generate',
  usage: { freshInput: input, output },
  ...fields,
})

describe('sums price like their calls', () => {
  test('1,000 calls of 1,000 tokens never reach a tier at 200,000', () => {
    // 1,000 x (1,000 x 1.25 + 100 x 10) per million = $2.25; priced as one call they would cost $4.00.
    expect(usdOf(summarize(Array.from({ length: 1000 }, () => call(1000, 100))), tiered)).toBeCloseTo(2.25, 9)
  })

  test('1,000 requests pay 1,000 request fees', () => {
    expect(usdOf(summarize(Array.from({ length: 1000 }, () => call(600, 500))), withFee)).toBeCloseTo(12 + 0.6 + 0.5, 9)
  })

  test('property: the cube equals call by call, on every model, in its own tokens, tiers and hours', () => {
    const anyCall = fc.record({
      at: fc.integer({ min: 1_767_225_600, max: 1_768_000_000 }),
      input: fc.oneof(fc.nat({ max: 2000 }), fc.integer({ min: 180_000, max: 260_000 })),
      cached: fc.nat({ max: 1000 }),
      output: fc.nat({ max: 3000 }),
    })
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 60 }), fc.constantFrom(...models), (calls, model) => {
        const rows = calls.map(({ at, input, cached, output }) =>
          call(0, 0, { at, model: 'openai/flat', usage: { freshInput: input, cacheRead: cached, output } }),
        )
        const ratio = tokenRatioOf(families, 'o200k', model.tokenizer).base
        const tariff = tariffOf(model, { on: conditions.on })
        if (tariff.kind === 'unpriced') throw new Error(tariff.reason)
        const oneByOne = calls.reduce((sum, { at, input, cached, output }) => {
          const usd = compilePrice(priceAt(tariff.tariff, at))
          return sum + usd({ ...NO_USAGE, freshInput: input * ratio, cacheRead: cached * ratio, output })
        }, 0)
        const summed = usdOf(summarize(rows), model)
        // A minimum tops up call by call; a segment that straddles it in scaled tokens does not exist, as it is an edge.
        expect(Math.abs(summed - oneByOne)).toBeLessThan(1e-9 * Math.max(1, oneByOne))
      }),
      { numRuns: 200 },
    )
  })
})

describe('tokens are not portable', () => {
  const log = summarize([call(190_000, 1000, { model: 'openai/flat' })])
  test("another family's input is the log's times the ratio, and so moves over a threshold", () => {
    // 190,000 x 1.1 = 209,000 tokens: over 200,000, at 2.50 and 15
    expect(usdOf(log, tiered)).toBeCloseTo((209_000 * 2.5 + 1000 * 15) / 1e6, 12)
    expect(usdOf(log, flat)).toBeCloseTo((190_000 * 2 + 1000 * 8) / 1e6, 12)
  })

  test('the band of the ratio, and the output ratio', () => {
    expect(usdOf(log, tiered, { bound: 'high' })).toBeCloseTo((228_000 * 2.5 + 1000 * 15) / 1e6, 12)
    expect(usdOf(log, flat, { outputRatio: 1.5 })).toBeCloseTo((190_000 * 2 + 1500 * 8) / 1e6, 12)
  })

  test('numbers without a model are taken as each target counts', () => {
    expect(
      usdOf(workloadFromNumbers({ requestsPerDay: 1000, inputTokens: 333, outputTokens: 334 }, edges), tiered),
    ).toBeCloseTo((333 * 1.25 + 334 * 10) / 1000, 9)
  })
})

describe('buckets, of which only sums are known', () => {
  const bucket = (input: number, requests?: number): Row => ({
    kind: 'bucket',
    from: 1_767_225_600,
    to: 1_767_229_200,
    task: 'generate',
    usage: { freshInput: input, output: 0 },
    ...(requests === undefined ? {} : { requests }),
  })
  test('below the threshold as a whole: exact', () => {
    const workload = summarize([bucket(150_000, 10)])
    expect([
      usdOf(workload, tiered, { bound: 'low' }),
      usdOf(workload, tiered),
      usdOf(workload, tiered, { bound: 'high' }),
    ]).toEqual([0.1875, 0.1875, 0.1875])
  })

  test('above it: from the base tier to the highest, the mean prompt in between', () => {
    const workload = summarize([bucket(1_000_000, 100)])
    expect([
      usdOf(workload, tiered, { bound: 'low' }),
      usdOf(workload, tiered),
      usdOf(workload, tiered, { bound: 'high' }),
    ]).toEqual([1.25, 1.25, 2.5])
  })

  test('a fee per request is not priced where requests are unknown', () => {
    expect(apiBill(prepare(summarize([bucket(1000)]), index), withFee, families, conditions)).toMatchObject({
      kind: 'unpriced',
      reason: expect.stringContaining('fee per request'),
    })
  })
})

describe('the bill of today', () => {
  const changing = apiModel('openai/gpt-3.5-turbo', [
    price(2, 2, { from: '2023-03-01', to: '2023-06-13' }),
    price(1.5, 2, { from: '2023-06-13' }),
  ])
  const own = indexModels([changing, ...models])
  const june = (day: string): number => Date.parse(`2023-06-${day}T12:00:00Z`) / 1000

  test("each call at its own date's price", () => {
    const bill = asIsBill(
      summarize([
        call(1e6, 0, { at: june('12'), model: 'gpt-3.5-turbo' }),
        call(1e6, 0, { at: june('13'), model: 'gpt-3.5-turbo' }),
      ]),
      own,
      conditions,
    )!
    expect(bill.usd).toBeCloseTo(3.5, 12)
    expect(bill.lines.map(({ unitUsd }) => unitUsd)).toEqual([2, 1.5])
  })

  test('what is not in the catalogue is listed with its tokens, and the rest is priced', () => {
    const bill = asIsBill(
      summarize([call(1000, 10, { model: 'gpt-3.5-turbo', at: june('20') }), call(500, 5, { model: 'in-house-7b' })]),
      own,
      conditions,
    )!
    expect(bill.usd).toBeCloseTo(1000 * 1.5e-6 + 10 * 2e-6, 12)
    expect(bill.unpriced).toEqual([{ model: 'in-house-7b', tokens: 505, reason: 'not in the catalogue' }])
  })

  test('a snapshot without a row of its own is priced as its family, and said so', () => {
    const bill = asIsBill(
      summarize([call(1000, 0, { model: 'gpt-3.5-turbo-0613', provider: 'openai', at: june('20') })]),
      own,
      conditions,
    )!
    expect(bill.notes).toContain('gpt-3.5-turbo-0613 is priced as openai/gpt-3.5-turbo')
  })

  test('a log that names no model has no bill of its own', () => {
    expect(asIsBill(summarize([call(1, 1)]), own, conditions)).toBeUndefined()
  })
})
