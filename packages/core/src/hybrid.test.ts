import { describe, expect, test } from 'vitest'
import { deployment, services } from './fixtures/economy.ts'
import { hostedCost } from './hosted-cost.ts'
import { hybridCost, overflowPerDay } from './hybrid.ts'
import type { LoadShape } from './load-shape.ts'
import { assumedShape } from './load-shape.ts'

// A quarter of the day at 3.4 times the mean, the rest at 0.2: 0.25 x 3.4 + 0.75 x 0.2 = 1.
const peaky: LoadShape = [
  { share: 0.25, factor: 3.4 },
  { share: 0.75, factor: 0.2 },
]
const capacity = {
  fits: true,
  requestsPerSecond: 1,
  low: 1,
  high: 1,
  kvTokens: 1,
  ttft: 0,
  tpot: 0,
  concurrency: 1,
  limit: 'latency',
  sure: 'derived',
} as const
const hosted = (load: LoadShape): NonNullable<ReturnType<typeof hostedCost>> =>
  hostedCost({
    deployment: deployment({ front: 'none' }),
    capacity,
    shape: { input: 100, output: 10 },
    load,
    services: services.filter(({ id }) => !/transfer|processed/.test(id)),
    conditions: {
      on: '2026-01-01',
      utilisation: 1,
      lambdaMemoryGb: 0.125,
      people: { hoursPerMonth: 0, usdPerHour: 0 },
      fineTuning: { hours: 0, months: 12 },
    },
  })!

test('overflow is what exceeds the machines in each class of hours', () => {
  // 86,400 a day at 1 request/s: the peak runs at 3.4/s against 1 machine: 2.4/s x a quarter of a day
  expect(overflowPerDay(peaky, 86_400, 86_400, 1)).toBeCloseTo(2.4 * 21_600, 6)
  expect(overflowPerDay(peaky, 86_400, 86_400, 4)).toBe(0)
})

describe('the best number of machines', () => {
  const line = {
    item: 'input',
    quantity: 1,
    unit: 'million tokens',
    unitUsd: 1,
    usd: 86.4,
    source: 'test',
    asOf: '2026-01-01',
    sure: 'published',
  } as const
  const ask = (usdPerRequest: number, load: LoadShape = peaky): ReturnType<typeof hybridCost> =>
    hybridCost({
      hosted: hosted(load),
      load,
      apiUsdPerRequest: usdPerRequest,
      apiLines: [{ ...line, usd: usdPerRequest * 86_400 }],
      requestsPerDay: 86_400,
    })

  test('one own machine and the peak rented: 48 + 51,840 x 0.001 against 192 own and 86.4 rented is no saving', () => {
    expect(ask(0.001)).toBeUndefined()
  })

  test('at $0.002 a request: 48 + 103.68 = 151.68 against 192 own and 172.8 rented', () => {
    const hybrid = ask(0.002)!
    expect(hybrid.machines).toBe(1)
    expect(hybrid.usdPerDay).toBeCloseTo(151.68, 6)
    expect(hybrid.overflowShare).toBeCloseTo(0.6, 9)
    expect(hybrid.lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(hybrid.usdPerDay, 6)
    expect(hybrid.curve.at(86_400)).toBeCloseTo(hybrid.usdPerDay, 9)
  })

  test('a flat load needs no second side', () => {
    expect(ask(0.002, [{ share: 1, factor: 1 }])).toBeUndefined()
  })
})

describe('the assumed day', () => {
  test.each([1, 1.5, 3, 5, 10, 24])('peak %d over a mean of 1', (peak) => {
    const shape = assumedShape(peak)
    expect(shape[0]!.factor).toBeCloseTo(peak, 6)
    expect(shape.reduce((sum, { share, factor }) => sum + share * factor, 0)).toBeCloseTo(1, 9)
    expect(shape.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
  })
})
