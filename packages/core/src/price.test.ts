import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApiModel, Price } from './catalog.ts'
import { bandOf, compilePrice, holdsAt, priceAt, tariffOf } from './price.ts'
import type { FullUsage } from './usage.ts'
import { NO_USAGE } from './usage.ts'

const price = (fields: Partial<Price>): Price => ({
  tier: 'standard',
  source: 'test',
  asOf: '2026-01-01',
  sure: 'published',
  bands: [{ above: -1, usdPerMillion: { freshInput: 1, output: 2 } }],
  ...fields,
})
const model = (prices: readonly Price[], fields: Partial<ApiModel> = {}): ApiModel => ({
  id: 'p/m',
  provider: 'p',
  model: 'm',
  task: 'generate',
  prices,
  ...fields,
})
const usage = (fields: Partial<FullUsage>): FullUsage => ({ ...NO_USAGE, ...fields })
const at = (iso: string): number => Date.parse(iso) / 1000

describe('the price in force on a date', () => {
  // gpt-3.5-turbo as its seller published it.
  const dated = model([
    price({
      from: '2023-03-01',
      to: '2023-06-13',
      bands: [{ above: -1, usdPerMillion: { freshInput: 2, output: 2 } }],
    }),
    price({
      from: '2023-06-13',
      to: '2024-02-16',
      bands: [{ above: -1, usdPerMillion: { freshInput: 1.5, output: 2 } }],
    }),
    price({ from: '2024-02-16', bands: [{ above: -1, usdPerMillion: { freshInput: 0.5, output: 1.5 } }] }),
  ])

  test.each([
    ['2023-02-28', 'not sold before 2023-03-01'],
    ['2023-03-01', 2],
    ['2023-06-12', 2],
    ['2023-06-13', 1.5],
    ['2024-02-15', 1.5],
    ['2024-02-16', 0.5],
    ['2026-11-24', 0.5],
  ])('%s: %s', (on, expected) => {
    const found = tariffOf(dated, { on })
    expect(found.kind === 'priced' ? found.tariff.base.bands[0]!.usdPerMillion.freshInput : found.reason).toBe(expected)
  })

  test('a gap between rows is unpriced, not the row before it', () => {
    const gap = model([price({ from: '2023-01-01', to: '2023-02-01' }), price({ from: '2023-03-01' })])
    expect(tariffOf(gap, { on: '2023-02-15' })).toEqual({ kind: 'unpriced', reason: 'no price known on 2023-02-15' })
  })

  test('after the last row ends, nothing is known', () => {
    const ended = model([price({ from: '2023-01-01', to: '2023-02-01' })])
    expect(tariffOf(ended, { on: '2023-02-01' })).toEqual({
      kind: 'unpriced',
      reason: 'no price known from 2023-02-01 on',
    })
  })

  test('an undated row is used and flagged; a dated one wins over it', () => {
    const found = tariffOf(model([price({ asOf: '2025-07-12' })]), { on: '2020-01-01' })
    expect(found.kind === 'priced' && found.tariff.notes).toEqual(['undated price, seen 2025-07-12'])
    const both = tariffOf(model([price({}), price({ from: '2025-01-01', usdPerRequest: 7 })]), { on: '2026-01-01' })
    expect(both.kind === 'priced' && both.tariff.base.usdPerRequest).toBe(7)
  })

  test('before its release a model is unpriced, even where a row is undated', () => {
    expect(tariffOf(model([price({})], { released: '2025-08-07' }), { on: '2020-01-01' }).kind).toBe('unpriced')
  })
})

test('a tier without a price of its own is standard, and says so', () => {
  const found = tariffOf(model([price({ from: '2024-01-01' })]), { on: '2025-01-01', tier: 'batch' })
  expect(found.kind === 'priced' && found.tariff.notes).toEqual(['no batch price published: priced as standard'])
})

test('regions: the asked one, else everywhere, else global, else the first with a note', () => {
  const rows = model([
    price({ region: 'eu', usdPerRequest: 1 }),
    price({ usdPerRequest: 2 }),
    price({ region: 'global', usdPerRequest: 3 }),
  ])
  const fee = (prices: ApiModel, region: string): number | undefined => {
    const found = tariffOf(prices, { on: '2026-01-01', region })
    return found.kind === 'priced' ? found.tariff.base.usdPerRequest : undefined
  }
  expect([
    fee(rows, 'eu'),
    fee(rows, 'us'),
    fee(model(rows.prices.filter(({ region }) => region !== undefined)), 'us'),
  ]).toEqual([1, 2, 3])
  const only = tariffOf(model([price({ region: 'us-west-2' }), price({ region: 'ap-south-1' })]), {
    on: '2026-01-01',
    region: 'eu-west-1',
  })
  expect(only.kind === 'priced' && only.tariff.notes[0]).toBe('priced in region ap-south-1: no other is published')
})

describe('schedules', () => {
  const offPeak = { fromMinute: 16 * 60 + 30, toMinute: 30 } // 16:30 to 00:30 UTC, over midnight
  test.each([
    ['2025-03-03T16:29:59Z', false],
    ['2025-03-03T16:30:00Z', true],
    ['2025-03-03T23:59:59Z', true],
    ['2025-03-04T00:29:59Z', true],
    ['2025-03-04T00:30:00Z', false],
  ])('off-peak at %s: %s', (iso, expected) => expect(holdsAt(offPeak, at(iso))).toBe(expected))

  test('weekdays only: a Saturday at peak hours is off-peak', () => {
    const peak = { fromMinute: 60, toMinute: 240, days: [1, 2, 3, 4, 5] }
    expect(holdsAt(peak, at('2026-08-28T02:00:00Z'))).toBe(true) // a Friday
    expect(holdsAt(peak, at('2026-08-29T02:00:00Z'))).toBe(false) // a Saturday
  })

  test('the scheduled row holds in its hours, the base row the rest of the time and without a clock', () => {
    const tariff = {
      base: price({ usdPerRequest: 1 }),
      scheduled: [price({ usdPerRequest: 2, hours: offPeak })],
      notes: [],
    }
    expect(
      [
        priceAt(tariff, at('2025-03-03T20:00:00Z')),
        priceAt(tariff, at('2025-03-03T12:00:00Z')),
        priceAt(tariff, undefined),
      ].map((row) => row.usdPerRequest),
    ).toEqual([2, 1, 1])
  })
})

describe('one request, compiled', () => {
  const tiered = price({
    bands: [
      { above: -1, usdPerMillion: { freshInput: 1.25, cacheRead: 0.125, output: 10 } },
      { above: 200_000, usdPerMillion: { freshInput: 2.5, cacheRead: 0.25, output: 15 } },
    ],
  })
  test.each([
    [199_999, 0],
    [200_000, 0],
    [200_001, 1],
  ])('a prompt of %i tokens is in band %i', (prompt, band) => expect(bandOf(tiered, prompt)).toBe(band))

  test('a context tier reprices the whole request, cached tokens and output too', () => {
    // 200,001 x 2.50 + 1,000 x 15 per million
    expect(compilePrice(tiered)(usage({ freshInput: 200_001, output: 1000 }))).toBeCloseTo(0.5150025, 10)
    expect(compilePrice(tiered)(usage({ freshInput: 100_000, cacheRead: 100_001, output: 1000 }))).toBeCloseTo(
      (100_000 * 2.5 + 100_001 * 0.25 + 1000 * 15) / 1e6,
      10,
    )
  })

  test('cached tokens cost what they are where the seller has no cache price', () => {
    expect(compilePrice(price({}))(usage({ freshInput: 100, cacheRead: 900, output: 1000 }))).toBeCloseTo(0.003, 12)
    const cached = price({ bands: [{ above: -1, usdPerMillion: { freshInput: 2.5, cacheRead: 1.25, output: 10 } }] })
    // The worked case of gpt-4o: 100 fresh, 900 cached, 1,000 out = $0.011375, not $0.013625.
    expect(compilePrice(cached)(usage({ freshInput: 100, cacheRead: 900, output: 1000 }))).toBeCloseTo(0.011375, 12)
  })

  test('hour-long writes have their own price, else that of a write, else that of input', () => {
    const full = price({
      bands: [
        {
          above: -1,
          usdPerMillion: { freshInput: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15 },
        },
      ],
    })
    expect(compilePrice(full)(usage({ cacheWrite1h: 1e6 }))).toBeCloseTo(6)
    const five = price({ bands: [{ above: -1, usdPerMillion: { freshInput: 3, cacheWrite5m: 3.75, output: 15 } }] })
    expect(compilePrice(five)(usage({ cacheWrite1h: 1e6 }))).toBeCloseTo(3.75)
    expect(compilePrice(price({}))(usage({ cacheWrite1h: 1e6 }))).toBeCloseTo(1)
  })

  test('a fee a request, and a minimum prompt that is topped up', () => {
    expect(compilePrice(price({ usdPerRequest: 0.012 }))(usage({ freshInput: 1000, output: 45 }))).toBeCloseTo(
      0.012 + 0.001 + 0.00009,
      12,
    )
    const minimum = compilePrice(price({ minimumInputTokens: 1000 }))
    expect([999, 1000, 1001].map((freshInput) => minimum(usage({ freshInput })))).toEqual([0.001, 0.001, 0.001001])
  })

  test('a meter that was used and has no price is not free', () => {
    const inputOnly = compilePrice(price({ bands: [{ above: -1, usdPerMillion: { freshInput: 0.1 } }] }))
    expect(inputOnly(usage({ freshInput: 10 }))).toBeCloseTo(1e-6, 15)
    expect(inputOnly(usage({ freshInput: 10, output: 1 }))).toBeNaN()
  })

  test('property: cost never falls when any meter grows, inside a band', () => {
    const tokens = fc.nat({ max: 20_000 })
    fc.assert(
      fc.property(
        fc.record({
          freshInput: tokens,
          cacheRead: tokens,
          cacheWrite5m: tokens,
          cacheWrite1h: tokens,
          output: tokens,
        }),
        fc.constantFrom('freshInput' as const, 'cacheRead' as const, 'output' as const),
        (sums, meter) => {
          const usd = compilePrice(tiered)
          expect(usd({ ...sums, [meter]: sums[meter] + 1 })).toBeGreaterThan(usd(sums))
        },
      ),
    )
  })
})

test('after its retirement a model is not sold, but what was logged is priced', () => {
  const retired = model([price({ from: '2024-01-01' })], { retired: '2025-06-01' })
  expect(tariffOf(retired, { on: '2025-05-31' }).kind).toBe('priced')
  expect(tariffOf(retired, { on: '2025-06-01' })).toEqual({ kind: 'unpriced', reason: 'retired on 2025-06-01' })
  expect(tariffOf(retired, { on: '2025-06-01', logged: true }).kind).toBe('priced')
})
