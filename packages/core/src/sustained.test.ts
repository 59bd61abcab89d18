import { describe, expect, test } from 'vitest'
import { capacityOf } from './capacity.ts'
import { catalogOf, deployment } from './fixtures/economy.ts'
import { replicaOf } from './candidates.ts'
import { latenciesOf } from './replica-latency.ts'
import { simulate } from './replica.ts'
import { playOfLengths, sustainedCapacity } from './sustained.ts'

const replica = replicaOf(catalogOf([]), deployment())!
const target = { ttftSeconds: 2, tpotSeconds: 0.1 }
const even = [{ input: 1000, output: 200, weight: 1 }]
const closedFor = (input: number, output: number): Extract<ReturnType<typeof capacityOf>, { fits: true }> => {
  const capacity = capacityOf(replica, { input, output }, target)
  if (!capacity.fits) throw new Error(capacity.reason)
  return capacity
}

describe('the rate that a simulated replica sustains', () => {
  const sustained = sustainedCapacity(replica, closedFor(1000, 200), playOfLengths(even), target)

  test('is seen to hold: 19 of 20 requests within the target at that rate, on those arrivals', () => {
    if (!sustained.fits) throw new Error(sustained.reason)
    const play = playOfLengths(even)
    const requests = { ...play, at: play.unitAt.map((unit) => unit / sustained.capacity.requestsPerSecond) }
    const simulation = simulate(replica, requests)
    if (!simulation.fits) throw new Error(simulation.reason)
    const { ttft, tpot, rejected } = latenciesOf(requests, simulation)
    expect([ttft.p95 <= 2, tpot.p95 <= 0.1, rejected]).toEqual([true, true, 0])
  })

  test('a tenth more misses it', () => {
    if (!sustained.fits) throw new Error(sustained.reason)
    const play = playOfLengths(even)
    const requests = { ...play, at: play.unitAt.map((unit) => unit / (1.1 * sustained.capacity.requestsPerSecond)) }
    const simulation = simulate(replica, requests)
    if (!simulation.fits) throw new Error(simulation.reason)
    const { ttft, tpot } = latenciesOf(requests, simulation)
    expect(ttft.p95 <= 2 && tpot.p95 <= 0.1).toBe(false)
  })

  test('contract: within a third of the closed form on even lengths, where both ask the same question', () => {
    if (!sustained.fits) throw new Error(sustained.reason)
    const ratio = sustained.capacity.requestsPerSecond / closedFor(1000, 200).requestsPerSecond
    expect(ratio).toBeGreaterThan(0.67)
    expect(ratio).toBeLessThan(1.5)
  })

  test('is the same every time', () => {
    expect(sustainedCapacity(replica, closedFor(1000, 200), playOfLengths(even), target)).toEqual(sustained)
  })

  test('a target that no rate meets is a reason with the figures', () => {
    const none = sustainedCapacity(replica, closedFor(1000, 200), playOfLengths(even), {
      ttftSeconds: 2,
      tpotSeconds: 1e-6,
    })
    expect(none).toMatchObject({
      fits: false,
      reason: expect.stringMatching(/misses the latency target even at .* requests\/s: p95 .* a token/),
    })
  })
})

test('lengths are drawn as often as they weigh', () => {
  const { input } = playOfLengths([
    { input: 100, output: 1, weight: 3 },
    { input: 900, output: 1, weight: 1 },
  ])
  const long = input.filter((tokens) => tokens === 900).length / input.length
  expect(long).toBeGreaterThan(0.22)
  expect(long).toBeLessThan(0.28)
})
