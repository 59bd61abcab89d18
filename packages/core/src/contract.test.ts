import { describe, expect, test } from 'vitest'
import { type Capacity, capacityOf, latencyAt, type LatencyTarget } from './capacity.ts'
import { accelerators, engines, models, replica } from './fixtures/hardware.ts'
import { poisson } from './fixtures/requests.ts'
import { fixedFleet } from './fleet.ts'
import type { Replica } from './model.ts'
import { latenciesOf } from './replica-latency.ts'
import { simulate } from './replica.ts'
import { playOfLengths, sustainedCapacity } from './sustained.ts'

/** What one replica carries, asked of the formula and of the simulator: both must pass everything below. */
type Answer = (replica: Replica, target: LatencyTarget, input: number, output: number) => Capacity

const closedForm: Answer = (one, target, input, output) => capacityOf(one, { input, output }, target)

const simulated: Answer = (one, target, input, output) => {
  const closed = capacityOf(one, { input, output }, target)
  if (!closed.fits) {
    const empty = simulate(one, { at: new Float64Array(), input: new Float64Array(), output: new Float64Array() })
    return empty.fits ? closed : empty
  }
  const sustained = sustainedCapacity(one, closed, playOfLengths([{ input, output, weight: 1 }]), target)
  return sustained.fits ? sustained.capacity : sustained
}

const target: LatencyTarget = { ttftSeconds: 2, tpotSeconds: 0.1 }
const h100 = { accelerator: accelerators.H100 }

const carried = (capacity: Capacity): number => (capacity.fits ? capacity.requestsPerSecond : 0)

const cases = [
  ['Llama-3.1-8B on an A10G', replica(), 500, 200],
  ['Llama-3.1-8B on an H100', replica(h100), 1000, 200],
  ['Mixtral on two H100', replica({ ...h100, model: models.mixtral_8x7b, tensorParallel: 2 }), 600, 300],
  ['Llama-2-7B under V0', replica({ ...h100, model: models.llama2_7b, engine: engines.v0 }), 500, 150],
  ['gpt-oss-20b with windows', replica({ ...h100, model: models.gptOss_20b, precision: 'int4' }), 800, 250],
] as const

describe.each([
  ['closed form', closedForm],
  ['simulator', simulated],
] as const)('what a replica carries, by the %s', (_, answer) => {
  test.each(cases)(
    '%s: a rate above 0, with a band about it and a mean latency within the target',
    (_name, one, ...shape) => {
      const capacity = answer(one, target, ...shape)
      if (!capacity.fits) throw new Error(capacity.reason)
      const { low, requestsPerSecond, high, ttft, tpot, kvTokens } = capacity
      expect(low).toBeLessThan(requestsPerSecond)
      expect(high).toBeGreaterThan(requestsPerSecond)
      expect(ttft).toBeLessThanOrEqual(target.ttftSeconds)
      expect(tpot).toBeLessThanOrEqual(target.tpotSeconds)
      expect(kvTokens).toBeGreaterThan(0)
    },
  )

  test.each(cases)('%s: a laxer target never carries less', (_name, one, ...shape) => {
    const lax = answer(one, { ttftSeconds: 4, tpotSeconds: 0.2 }, ...shape)
    expect(carried(lax)).toBeGreaterThanOrEqual(0.97 * carried(answer(one, target, ...shape)))
  })

  test.each(cases)('%s: shorter requests, more of them', (_name, one, input, output) => {
    const half = answer(one, target, input / 2, output / 2)
    expect(carried(half)).toBeGreaterThan(carried(answer(one, target, input, output)))
  })

  test('a faster machine carries more, and so do two of them', () => {
    const rates = [replica(), replica(h100), replica({ ...h100, tensorParallel: 2 })].map((one) =>
      carried(answer(one, target, 800, 200)),
    )
    expect(rates).toEqual([...rates].toSorted((one, other) => one - other))
  })

  test('what does not fit is a reason with the numbers, never a rate', () => {
    const none = answer(replica({ model: models.llama31_70b }), target, 500, 100)
    expect(none).toMatchObject({ fits: false, reason: expect.stringMatching(/needs 141\.1 GB of weights/) })
  })

  test('a target that no rate meets is a reason', () => {
    expect(answer(replica(), { ttftSeconds: 2, tpotSeconds: 1e-6 }, 500, 100)).toMatchObject({
      fits: false,
      reason: expect.stringMatching(/\d/),
    })
  })
})

describe('the two side by side', () => {
  test.each(cases)('%s: within a third of each other on even lengths', (_name, one, ...shape) => {
    const ratio = carried(simulated(one, target, ...shape)) / carried(closedForm(one, target, ...shape))
    expect(ratio).toBeGreaterThan(0.66)
    expect(ratio).toBeLessThan(1.5)
  })

  test.each(cases)('%s: at half the rate the mean latencies are alike', (_name, one, input, output) => {
    const rate = carried(closedForm(one, target, input, output)) / 2
    const shown = latencyAt(one, { input, output }, rate)
    const even = poisson(9, 3000, rate, input, output)
    const requests = { at: even.at, input: even.input.map(() => input), output: even.output.map(() => output) }
    const played = simulate(one, requests)
    if (!played.fits) throw new Error(played.reason)
    const { ttft, tpot } = latenciesOf(requests, played)
    expect(Math.abs(tpot.mean / (shown?.tpot ?? NaN) - 1)).toBeLessThan(0.12)
    expect(Math.abs(ttft.mean / (shown?.ttft ?? NaN) - 1)).toBeLessThan(0.35)
  })

  test('they put machines in the same order', () => {
    const order = (answer: Answer): readonly number[] =>
      cases
        .map(([, one], index) => [index, carried(answer(one, target, 600, 200))] as const)
        .toSorted((one, other) => other[1] - one[1])
        .map(([index]) => index)
    expect(order(simulated)).toEqual(order(closedForm))
  })

  test('and fleets of the same size, to one replica in five', () => {
    for (const rate of [4, 12]) {
      const crowd = poisson(3, 6000, rate, 400, 150)
      const fleet = fixedFleet(replica(), crowd, { ...target, percentile: 'p95' })
      const guess = rate / carried(closedForm(replica(), target, 400, 150))
      expect(Math.abs((fleet.fits ? fleet.replicas : NaN) - guess)).toBeLessThan(1 + guess / 5)
    }
  })
})
