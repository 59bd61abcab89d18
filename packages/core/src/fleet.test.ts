import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { capacityOf } from './capacity.ts'
import { accelerators, models, replica } from './fixtures/hardware.ts'
import { poisson } from './fixtures/requests.ts'
import { hourlyFleet, paidReplicaHours } from './fleet-hourly.ts'
import { fixedFleet, simulateFleet, type Slo } from './fleet.ts'
import { latenciesOf } from './replica-latency.ts'
import { simulate } from './replica.ts'

const slo: Slo = { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' }
const crowd = poisson(3, 3000, 4, 400, 150)

describe('simulateFleet', () => {
  it('of one replica is that replica', () => {
    const alone = simulate(replica(), crowd)
    const fleet = simulateFleet(replica(), crowd, slo, () => 1)
    expect(fleet).toMatchObject({ latencies: alone.fits ? latenciesOf(crowd, alone) : {} })
  })

  it('where a queue builds up, least outstanding shortens it by an eighth against taking turns', () => {
    const p95 = (routing: 'round-robin' | 'least-outstanding'): number => {
      const fleet = simulateFleet(replica(), poisson(3, 3000, 9, 400, 150), slo, () => 2, routing)
      return fleet.fits ? fleet.latencies.ttft.p95 : NaN
    }
    expect(p95('least-outstanding')).toBeLessThan((7 / 8) * p95('round-robin'))
  })

  it('turns away what no replica takes, and then the level does not hold', () => {
    const endless = { ...crowd, input: crowd.input.map((tokens, index) => (index === 5 ? 1e6 : tokens)) }
    expect(simulateFleet(replica(), endless, slo, () => 8)).toMatchObject({ holds: false, latencies: { rejected: 1 } })
  })
})

describe('fixedFleet', () => {
  it('finds the number below which the level breaks', () => {
    const fleet = fixedFleet(replica(), crowd, slo)
    const replicas = fleet.fits ? fleet.replicas : NaN
    expect(fleet).toMatchObject({ fits: true, holds: true })
    expect(replicas).toBeGreaterThan(1)
    const around = [-1, 0, 1].map((more) => simulateFleet(replica(), crowd, slo, () => replicas + more))
    expect(around.map((one) => one.fits && one.holds)).toEqual([false, true, true])
  })

  it('agrees with the closed form to a replica or two', () => {
    const capacity = capacityOf(replica(), { input: 400, output: 150 }, slo)
    const fleet = fixedFleet(replica(), crowd, slo)
    const guess = 4 / (capacity.fits ? capacity.requestsPerSecond : NaN)
    expect(Math.abs((fleet.fits ? fleet.replicas : NaN) - Math.ceil(guess))).toBeLessThanOrEqual(2)
  })

  it.each([
    [
      'a level no hardware meets',
      replica(),
      { ...slo, tpotSeconds: 0.001 },
      /^with \d+ replicas p95 is .* the target is 2 s and 0.001 s$/,
    ],
    ['weights that do not fit', replica({ model: models.llama31_70b }), slo, /^needs 141.1 GB of weights/],
  ])('%s: says so', (_, one, level, reason) => {
    const small = poisson(1, 40, 5, 100, 20)
    const fleet = fixedFleet(one, small, level)
    expect(fleet.fits ? '' : fleet.reason).toMatch(reason)
  })

  it('never gives NaN or runs on, whatever comes', () => {
    const anyColumn = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 0, maxLength: 40 })
    fc.assert(
      fc.property(anyColumn, fc.constantFrom(0, 0.01, 2, Infinity), (lengths, seconds) => {
        const at = Float64Array.from(lengths, (_, index) => (index < 20 ? 0 : 5))
        const columns = { at, input: Float64Array.from(lengths), output: Float64Array.from(lengths.toReversed()) }
        const fleet = fixedFleet(replica({ accelerator: accelerators.H100 }), columns, { ...slo, ttftSeconds: seconds })
        expect(fleet.fits ? `${fleet.replicas} ${fleet.latencies.e2e.mean}` : fleet.reason).not.toMatch(/NaN|undefined/)
      }),
      { numRuns: 60, seed: 6 },
    )
  })
})

describe('hourlyFleet', () => {
  const hour = 3600
  const scaling = { warmUpSeconds: 600, scaleInSeconds: 300 }
  // A busy hour between two calm ones.
  const calm = poisson(1, 2000, 0.5, 400, 150)
  const busy = poisson(2, 30_000, 8, 400, 150)
  const join = (key: 'at' | 'input' | 'output'): Float64Array => {
    const within = (requests: typeof calm, from: number): number[] =>
      [...requests[key]]
        .filter((_, index) => (requests.at[index] ?? 0) < hour)
        .map((value) => (key === 'at' ? value + from : value))
    return Float64Array.from([...within(calm, 0), ...within(busy, hour), ...within(calm, 2 * hour)])
  }
  const day = { at: join('at'), input: join('input'), output: join('output') }

  it('follows the hours, holds when played again, and is paid for less than the peak all day', () => {
    const fleet = hourlyFleet(replica(), day, slo, scaling)
    const [first, second, third] = fleet.fits ? fleet.byHour : []
    expect(fleet).toMatchObject({ fits: true, holds: true })
    expect(second).toBeGreaterThan(first ?? Infinity)
    expect(third).toBeLessThan(second ?? 0)
    const fixed = fixedFleet(replica(), day, slo)
    expect(fleet.fits ? fleet.replicaHours : NaN).toBeLessThan(3 * (fixed.fits ? fixed.replicas : NaN))
  })

  it('holds in every hour by itself, and those that leave stay for the delay that is paid', () => {
    const fleet = hourlyFleet(replica(), day, slo, scaling)
    if (!fleet.fits) throw new Error(fleet.reason)
    const { outcome, byHour, startAt, replicasAt } = fleet
    for (let nth = 0; nth < byHour.length; nth += 1) {
      const [came, late] = [[], []] as [number[], number[]]
      for (const [index, at] of day.at.entries()) {
        if (Math.floor(at / hour) !== nth) continue
        came.push(index)
        if (outcome.firstAt[index]! - at > slo.ttftSeconds) late.push(index)
      }
      expect(late.length).toBeLessThanOrEqual(0.05 * came.length)
    }
    const [busyReplicas, calmReplicas] = [byHour[1]!, byHour[2]!]
    expect([replicasAt(startAt + 2 * hour + 299), replicasAt(startAt + 2 * hour + 301)]).toEqual([
      busyReplicas,
      calmReplicas,
    ])
  })

  it('pays for warm-up and delay', () => {
    // 1 + 3 + 1 hours; 1 and then 2 warm up for ten minutes; 2 and then 1 stay five minutes.
    const paid = paidReplicaHours(Int32Array.of(1, 3, 1), scaling)
    expect(paid).toBeCloseTo(5 + (3 * 600) / hour + (3 * 300) / hour, 9)
  })
})
