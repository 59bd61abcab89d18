import { loadCatalog } from '@breakeven/catalog'
import { segmentEdges, simulateFleet, summarizer, workloadFromNumbers } from '@breakeven/core'
import { describe, expect, test } from 'vitest'
import { solve } from '../solve/solve.ts'
import { defaultSettings } from '../state/settings.ts'
import { replicaOf } from './replica-of.ts'
import { requestsOf } from './requests.ts'

const catalog = loadCatalog()
const edges = segmentEdges(catalog)

describe('requests to play', () => {
  test('an hour at the peak: as many as the rate says, give or take four standard deviations', () => {
    const workload = workloadFromNumbers({ requestsPerDay: 86_400, inputTokens: 300, outputTokens: 40 }, edges)
    const played = requestsOf(workload, 3)!
    // 3 a second for 3,600 s: 10,800; a Poisson count's standard deviation is its root, 104.
    expect(Math.abs(played.requests.at.length - 10_800)).toBeLessThan(4 * 104)
    expect(played.origin).toBe('peak')
    expect([played.requests.input[0], played.requests.output[0]]).toEqual([300, 40])
    expect(requestsOf(workload, 3)).toEqual(played)
  })

  test('few requests are played for longer, many are cut off', () => {
    const workload = workloadFromNumbers({ requestsPerDay: 10, inputTokens: 300, outputTokens: 40 }, edges)
    expect(requestsOf(workload, 0.0001)!.requests.at.length).toBeGreaterThan(300)
    expect(requestsOf(workload, 1000)!.requests.at.length).toBe(30_000)
    expect(requestsOf(workload, undefined)).toBeUndefined()
    expect(requestsOf(workload, 0)).toBeUndefined()
  })

  test('a log is played minute by minute, in order, all of it where it is short', () => {
    const { add, done } = summarizer({ edges, gaps: 'zero' })
    const start = Date.UTC(2026, 10, 16) / 1000
    for (let at = 0; at < 500; at++)
      add({
        kind: 'call',
        at: start + at * 61,
        status: 'ok',
        task: 'generate',
        usage: { freshInput: 100 + at, output: 9 },
      })
    const { requests, origin } = requestsOf(done(), 1)!
    expect([origin, requests.at.length]).toEqual(['watched', 500])
    expect([...requests.at]).toEqual([...requests.at].toSorted((one, other) => one - other))
    expect(Math.floor(requests.at[0]! / 60)).toBe(start / 60)
    expect(Math.max(...requests.input)).toBeLessThanOrEqual(599)
  })

  test('of a log too long to play, the part around its busiest minute', () => {
    const minutes = Float64Array.from({ length: 1000 }, (_, minute) => (minute === 700 ? 500 : 100))
    const workload = {
      ...workloadFromNumbers({ requestsPerDay: 1, inputTokens: 10, outputTokens: 1 }, edges),
      arrivals: { startAt: 0, stepSeconds: 60, requests: minutes },
    }
    const { at } = requestsOf(workload, 1)!.requests
    expect(at.length).toBeLessThanOrEqual(30_000)
    expect(at.filter((moment) => Math.floor(moment / 60) === 700).length).toBe(500)
  })
})

test('the replica that an option names is the one that was priced, and can be played', () => {
  const result = solve({ catalog, settings: defaultSettings('2026-11-24') })
  if (result.kind !== 'answer') throw new Error(result.message)
  const hosted = result.comparison.options.filter(({ kind }) => kind === 'hosted')
  expect(hosted.length).toBeGreaterThan(5)
  for (const option of hosted) {
    const replica = replicaOf(catalog, option)!
    expect(option.id).toBe(
      `hosted:${replica.model.id}@${option.id.split('@')[1]!.split('/', 1)[0]}/${replica.precision}/tp${replica.tensorParallel}/${replica.engine.id}/on-demand`,
    )
  }
  const requests = { at: Float64Array.of(0), input: Float64Array.of(500), output: Float64Array.of(20) }
  const slo = { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' } as const
  expect(simulateFleet(replicaOf(catalog, hosted[0]!)!, requests, slo, () => 1)).toMatchObject({
    fits: true,
    holds: true,
  })
})
