import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scaledTo } from './scale-workload.ts'
import { summarizer } from './summarize.ts'
import { workloadFromNumbers } from './index.ts'
import type { Workload } from './workload.ts'
import { requestsPerDayOf } from './workload-summary.ts'

const ofCalls = (count: number): Workload => {
  const { add, done } = summarizer({ edges: [200_000], gaps: 'zero' })
  for (let i = 0; i < count; i++)
    add({
      kind: 'call',
      at: 1_780_000_000 + i * 60,
      status: 'ok',
      task: 'generate',
      model: i % 2 === 0 ? 'a' : 'b',
      usage: { freshInput: 100 + i, cacheRead: 10, output: 5 },
    })
  return done()
}

describe('the same traffic at another volume', () => {
  test('every count and sum grows alike, lengths and peaks stay', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 1, max: 1e9, noNaN: true }), (count, perDay) => {
        const before = ofCalls(count)
        const after = scaledTo(before, perDay)
        const factor = perDay / requestsPerDayOf(before)
        expect(requestsPerDayOf(after) / perDay).toBeCloseTo(1, 9)
        expect(after.ownRequestsPerDay).toBe(requestsPerDayOf(before))
        expect(after.usage.freshInput / before.usage.freshInput / factor).toBeCloseTo(1, 9)
        const sum = after.cells.reduce((all, cell) => all + (cell.requests ?? 0), 0)
        expect(sum / (after.requests ?? 0)).toBeCloseTo(1, 9)
        const arrived = after.arrivals?.requests.reduce((all, one) => all + one, 0) ?? 0
        expect(arrived / (after.requests ?? 0)).toBeCloseTo(1, 9)
        expect(after.peak).toEqual(before.peak)
        expect(after.watchedSeconds).toBe(before.watchedSeconds)
      }),
      { numRuns: 50 },
    )
  })
  test('its own volume changes nothing', () => {
    const before = workloadFromNumbers({ requestsPerDay: 1000, inputTokens: 10, outputTokens: 5 }, [])
    const { ownRequestsPerDay: _own, ...after } = scaledTo(before, 1000)
    expect(after).toEqual(before)
  })
  test('without a number of requests there is nothing to scale by', () => {
    const { requests: _none, ...unknown } = ofCalls(3)
    expect(() => scaledTo(unknown, 5)).toThrow('do not say how many requests')
  })
})
