import { describe, expect, test } from 'vitest'
import { replica } from './fixtures/hardware.ts'
import { poisson } from './fixtures/requests.ts'
import type { Slo } from './fleet.ts'
import { assumedShape } from './load-shape.ts'
import { mostAtOnce, simulateOverflow } from './overflow.ts'
import { type HybridTask, lookAtHybrid } from './play-hybrid.ts'
import type { Stage } from './play.ts'
import { playOfLengths } from './sustained.ts'

const slo: Slo = { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' }
// An hour of calm with ten busy minutes in it.
const rows = [...poisson(1, 3600, 1, 500, 150).at, ...poisson(2, 3000, 5, 500, 150).at.map((at) => at + 1200)]
const day = {
  at: Float64Array.from(rows.toSorted((one, other) => one - other)),
  input: new Float64Array(rows.length).fill(500),
  output: new Float64Array(rows.length).fill(150),
}
const stage: Stage = {
  slo,
  play: playOfLengths([{ input: 500, output: 150, weight: 1 }]),
  trace: day,
  day: { origin: 'rows', requests: day },
}
const task = (fields: Partial<HybridTask> = {}): HybridTask => ({
  kind: 'hybrid',
  replica: replica(),
  perInstance: 1,
  machineUsdPerDay: 40,
  inputUsdPerDay: 100,
  outputUsdPerDay: 160,
  callUsdPerDay: 0,
  first: 2,
  most: 8,
  ...fields,
})

describe('the best number of machines', () => {
  test.each([20, 40, 80])('at $%d a machine it is the cheapest of all, each played by hand', (machineUsdPerDay) => {
    const one = task({ machineUsdPerDay })
    const look = lookAtHybrid(one, stage)
    if (!look.fits) throw new Error(look.reason)
    const cap = mostAtOnce(one.replica, stage.play, slo)
    const costs = Array.from({ length: one.most }, (_, index) => {
      const play = simulateOverflow(one.replica, day, slo, { replicas: index + 1, cap })
      // What breaks the target with this cap is played with a lower one, and is dearer.
      if (!play.fits || !play.holds) return Infinity
      return (index + 1) * machineUsdPerDay + play.inputOver * 100 + play.outputOver * 160
    })
    const seen = look.tried.find(({ machines }) => machines === look.machines)!
    expect(seen.usdPerDay).toBeLessThanOrEqual(Math.min(...costs) + 1e-9)
    expect(look.latencies.ttft.p95).toBeLessThanOrEqual(slo.ttftSeconds)
  })

  test('dearer machines, fewer of them; cheaper ones, less that goes over', () => {
    const looks = [10, 120].map((machineUsdPerDay) => lookAtHybrid(task({ machineUsdPerDay }), stage))
    const [cheap, dear] = looks.map((look) => (look.fits ? look : undefined))
    expect(dear!.machines).toBeLessThan(cheap!.machines)
    expect(dear!.callsOver).toBeGreaterThan(cheap!.callsOver)
  })

  test('a fleet of hundreds is played in parts, with the same share going over', () => {
    const assumed = (requestsPerSecond: number): Stage => ({
      ...stage,
      day: { origin: 'assumed', assumed: { load: assumedShape(2), requestsPerSecond, stream: day } },
    })
    const scale = 40
    const small = lookAtHybrid(task({ first: 4, most: 10 }), assumed(5))
    const large = lookAtHybrid(
      task({
        first: 4 * scale,
        most: 10 * scale,
        inputUsdPerDay: 100 * scale,
        outputUsdPerDay: 160 * scale,
      }),
      assumed(5 * scale),
    )
    if (!small.fits || !large.fits) throw new Error('both fit')
    // More replicas share bursts better, so a large fleet needs at most as many for its size.
    expect(large.machines / scale).toBeLessThanOrEqual(small.machines + 0.5)
    expect(large.machines / scale).toBeGreaterThan(small.machines - 2)
    expect(large.requestsPlayed).toBeLessThan(25_000)
  })

  test('a target that no replica meets is a reason', () => {
    expect(lookAtHybrid(task(), { ...stage, slo: { ...slo, tpotSeconds: 1e-4 } })).toMatchObject({
      fits: false,
      reason: expect.stringMatching(/even one request at a time/),
    })
  })
})
