import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Line } from './cost.ts'
import { deployment, instance, services } from './fixtures/economy.ts'
import type { HostedPriced, HostedQuestion } from './hosted-cost.ts'
import { hostedCost, rateOf } from './hosted-cost.ts'
import { assumedShape } from './load-shape.ts'

const capacity = {
  fits: true,
  requestsPerSecond: 1,
  low: 0.8,
  high: 1.2,
  kvTokens: 50_000,
  ttft: 0.5,
  tpot: 0.05,
  concurrency: 8,
  limit: 'latency',
  sure: 'derived',
} as const

const question = (
  fields: Partial<HostedQuestion> = {},
  conditions: Partial<HostedQuestion['conditions']> = {},
): HostedQuestion => ({
  deployment: deployment(),
  capacity,
  shape: { input: 1000, output: 101 },
  load: assumedShape(3),
  services,
  conditions: {
    on: '2026-01-01',
    utilisation: 1,
    lambdaMemoryGb: 0.125,
    people: { hoursPerMonth: 0, usdPerHour: 0 },
    fineTuning: { hours: 0, months: 12 },
    ...conditions,
  },
  ...fields,
})

const priced = (
  fields: Partial<HostedQuestion> = {},
  conditions: Partial<HostedQuestion['conditions']> = {},
): HostedPriced => hostedCost(question(fields, conditions))!
const line = (lines: readonly Line[], start: string): Line | undefined =>
  lines.find(({ item }) => item.startsWith(start))

describe('machines', () => {
  // One replica at 1 request/s carries 86,400 a day flat, and 28,800 where the peak is three times the mean.
  test.each([
    [1, 1],
    [28_800, 1],
    [28_801, 2],
    [57_600, 2],
    [57_601, 3],
  ])('%i requests a day need %i', (perDay, machines) => {
    const { replicas, lines } = priced()
    expect(replicas(perDay)).toEqual({ min: machines, mean: machines, max: machines })
    expect(line(lines(perDay), 'ml.test.xlarge')).toMatchObject({
      quantity: machines * 24,
      unitUsd: 2,
      usd: machines * 48,
    })
  })

  test('reserved hours are paid, busy or not', () => {
    expect(line(priced().lines(0), 'ml.test.xlarge')!.usd).toBe(48)
  })

  test('headroom, tensor parallelism and several accelerators change what a machine carries', () => {
    expect(priced({}, { utilisation: 0.5 }).replicas(28_800).max).toBe(2)
    const four = deployment({ instance: instance({ acceleratorCount: 4 }) })
    expect(priced({ deployment: four }).replicas(4 * 28_800)).toMatchObject({ max: 4 }) // four replicas on one machine
    expect(line(priced({ deployment: four }).lines(4 * 28_800), 'ml.test')!.quantity).toBe(24)
    const tp4 = deployment({ instance: instance({ acceleratorCount: 4 }), tensorParallel: 4 })
    expect(line(priced({ deployment: tp4 }).lines(4 * 28_800), 'ml.test')!.quantity).toBe(96)
  })

  test('replicas that follow the hours cost less than the peak all day, never less than one machine', () => {
    const hourly = priced({ deployment: deployment({ replicas: 'hourly' }) })
    const { min, mean, max } = hourly.replicas(288_000)
    expect([min, max]).toEqual([1, 10])
    expect(mean).toBeGreaterThan(288_000 / 86_400)
    expect(mean).toBeLessThan(10)
  })
})

describe('what stands in front', () => {
  test('Lambda is billed while it waits for the model: 0.5 s + 100 x 0.05 s at 128 MB', () => {
    // 5.5 s x 0.125 GB x 0.0000133334 = $0.00000916671 a request
    expect(line(priced().lines(1000), 'Lambda, 128 MB')!.usd).toBeCloseTo(1000 * 5.5 * 0.125 * 1.33334e-5, 12)
    expect(line(priced().lines(1000), 'Lambda requests')!.usd).toBeCloseTo(0.0002, 12)
  })

  test('a month beyond 333 million requests meets the cheaper tier, for its own part only', () => {
    // 20 million a day are 608.33 million a month: 333 M x 3.5 + 275.33 M x 2.8 USD per million
    const perMonth = (20e6 * 730) / 24
    expect(line(priced().lines(20e6), 'API Gateway')!.usd).toBeCloseTo(
      ((333e6 * 3.5e-6 + (perMonth - 333e6) * 2.8e-6) * 24) / 730,
      6,
    )
  })

  test('the HTTP API meters in 512 KB: a prompt of 200,000 tokens is two requests', () => {
    const http = (input: number): number =>
      line(
        priced({ deployment: deployment({ front: 'http' }), shape: { input, output: 10 } }).lines(1000),
        'API Gateway',
      )!.quantity
    // 4 bytes a token and a frame of 500 bytes: 130,947 tokens are 524,288 bytes, exactly 512 KB
    expect([http(130_946), http(130_947), http(130_948)]).toEqual([1000, 1000, 2000])
  })

  test('no front: nothing of API Gateway or Lambda is billed', () => {
    const items = priced({ deployment: deployment({ front: 'none' }) })
      .lines(1000)
      .map(({ item }) => item)
    expect(items.some((item) => /Lambda|API Gateway/.test(item))).toBe(false)
  })
})

test('disk is paid where the machine has none: twice 16 GB of weights and 30 GB, by the machine', () => {
  expect(line(priced().lines(1), 'disk')).toBeUndefined()
  const disk = line(priced({ deployment: deployment({ instance: instance({ localDisk: false }) }) }).lines(1), 'disk')!
  expect(disk.usd).toBeCloseTo((63 * 0.14 * 24) / 730, 6)
})

test('people and fine-tuning are lines of their own, and absent unless given', () => {
  expect(
    priced()
      .lines(1)
      .some(({ item }) => /people|fine-tuning/.test(item)),
  ).toBe(false)
  const { lines } = priced(
    {},
    { people: { hoursPerMonth: 73, usdPerHour: 100 }, fineTuning: { hours: 120, months: 12 } },
  )
  expect(line(lines(1), 'people')!.usd).toBeCloseTo(240, 9) // 7,300 a month of 30.4167 days
  expect(line(lines(1), 'fine-tuning')!.usd).toBeCloseTo((10 * 2 * 24) / 730, 9) // 10 hours a month at $2
})

test('no price in the region: no receipt, not a free machine', () => {
  expect(hostedCost(question({ deployment: deployment({ region: 'eu-west-1' }) }))).toBeUndefined()
})

test('the rate nearest in time is taken', () => {
  const rate = (asOf: string, usdPerHour: number): ReturnType<typeof instance>['rates'][number] => ({
    source: 'test',
    asOf,
    sure: 'published',
    purchase: 'on-demand',
    region: 'us-east-1',
    usdPerHour,
  })
  const dated = deployment({ instance: instance({ rates: [rate('2025-01-01', 3), rate('2026-09-28', 2)] }) })
  expect([rateOf(dated, '2025-06-01')!.usdPerHour, rateOf(dated, '2026-11-24')!.usdPerHour]).toEqual([3, 2])
})

test('property: the receipt adds up to the curve at any volume', () => {
  const choices = fc.record({
    front: fc.constantFrom('rest' as const, 'http' as const, 'none' as const),
    replicas: fc.constantFrom('fixed' as const, 'hourly' as const),
    localDisk: fc.boolean(),
  })
  fc.assert(
    fc.property(choices, fc.double({ min: 0, max: 50e6, noNaN: true }), ({ front, replicas, localDisk }, perDay) => {
      const { lines, curve } = priced({
        deployment: deployment({ front, replicas, instance: instance({ localDisk }) }),
      })
      expect(lines(perDay).reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(curve.at(perDay), 6)
    }),
  )
})

test('property: between kinks the curve is a straight line', () => {
  fc.assert(
    fc.property(fc.double({ min: 1000, max: 30e6, noNaN: true }), (from) => {
      const { curve } = priced()
      const to = from * 1.2
      const ends = [from, ...curve.kinks(from, to), to]
      for (let at = 0; at + 1 < ends.length; at += 1) {
        const [start, stop] = [ends[at]!, ends[at + 1]!]
        const width = stop - start
        const [a, b, c] = [0.25, 0.5, 0.75].map((share) => curve.at(start + width * share)) as [number, number, number]
        expect(Math.abs(a + c - 2 * b)).toBeLessThan(1e-6 * b)
      }
    }),
    { numRuns: 50 },
  )
})
