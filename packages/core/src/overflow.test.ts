import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { models, replica } from './fixtures/hardware.ts'
import { poisson } from './fixtures/requests.ts'
import { simulateFleet, type Slo } from './fleet.ts'
import { mostAtOnce, type OverflowPlay, simulateOverflow } from './overflow.ts'

const slo: Slo = { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' }
const crowd = poisson(3, 3000, 4, 400, 150)

const played = (replicas: number, cap: number, requests = crowd): OverflowPlay => {
  const play = simulateOverflow(replica(), requests, slo, { replicas, cap })
  if (!play.fits) throw new Error(play.reason)
  return play
}

describe('base and overflow', () => {
  test('with room for all, nothing goes over and the fleet is the fleet', () => {
    const fleet = simulateFleet(replica(), crowd, slo, () => 8)
    const play = played(8, 1e6)
    expect(play.callsOver).toBe(0)
    expect(play.latencies).toEqual(fleet.fits ? fleet.latencies : {})
  })

  test('without own replicas all goes over', () => {
    expect(played(0, 10)).toMatchObject({ callsOver: 1, inputOver: 1, outputOver: 1 })
  })

  test('more replicas keep more, and so does a higher cap', () => {
    const over = [1, 2, 3].map((replicas) => played(replicas, 12).callsOver)
    expect(over).toEqual([...over].toSorted((one, other) => other - one))
    expect(over[0]).toBeGreaterThan(over[2]!)
    expect(played(2, 24).callsOver).toBeLessThan(played(2, 6).callsOver)
  })

  test('what an own replica cannot take at all goes over and is no failure', () => {
    const endless = { ...crowd, input: crowd.input.map((tokens, index) => (index === 5 ? 1e6 : tokens)) }
    const play = played(8, 1e6, endless)
    expect([play.over[5], play.holds, play.callsOver]).toEqual([1, true, 1 / 3000])
    expect(play.inputOver).toBeGreaterThan(0.4)
  })

  test('tokens that go over and tokens that stay are all tokens', () => {
    const { over, inputOver } = played(2, 8)
    const sum = (wanted: number): number =>
      crowd.input.reduce((total, tokens, index) => total + (over[index] === wanted ? tokens : 0), 0)
    expect(sum(1) / (sum(0) + sum(1))).toBeCloseTo(inputOver, 12)
  })

  test('the cap is the most with which a full replica holds the target', () => {
    const lengths = { input: new Float64Array(50).fill(400), output: new Float64Array(50).fill(150) }
    const cap = mostAtOnce(replica(), lengths, slo)
    expect(cap).toBeGreaterThan(4)
    // The target is one of whole percentiles, so a little tighter a target takes a little fewer.
    expect(mostAtOnce(replica(), lengths, { ...slo, tpotSeconds: 0.06 })).toBeLessThan(cap)
    expect(mostAtOnce(replica(), lengths, { ...slo, tpotSeconds: 1e-4 })).toBe(0)
    expect(mostAtOnce(replica({ model: models.llama31_70b }), lengths, slo)).toBe(0)
  })

  test('full replicas that take no more than the cap keep the target, however much comes', () => {
    const cap = mostAtOnce(replica(), crowd, slo)
    const flood = poisson(3, 6000, 40, 400, 150)
    const play = played(2, cap, flood)
    expect(play.callsOver).toBeGreaterThan(0.7)
    // Who comes by chance comes in bunches, which a loop of users does not: a fifth more at most, and the day that is played mends it.
    expect(play.latencies.tpot.p95).toBeLessThanOrEqual(slo.tpotSeconds * 1.2)
    expect(play.latencies.ttft.p95).toBeLessThanOrEqual(slo.ttftSeconds * 1.2)
  })

  test('never NaN, whatever comes', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 30 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 40 }), (tokens, replicas, cap) => {
        const requests = {
          at: Float64Array.from(tokens, (_, index) => (index < 10 ? 0 : 100 * index)),
          input: Float64Array.from(tokens),
          output: Float64Array.from(tokens.toReversed(), (value) => value % 300),
        }
        const play = played(replicas, cap, requests)
        expect(Number.isFinite(play.callsOver + play.inputOver + play.outputOver + play.latencies.e2e.mean)).toBe(true)
      }),
      { numRuns: 60, seed: 8 },
    )
  })
})
