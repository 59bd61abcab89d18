import { describe, expect, test } from 'vitest'
import { poisson } from './fixtures/requests.ts'
import { assumedShape } from './load-shape.ts'
import { workloadFromNumbers } from './numbers.ts'
import type { Requests } from './replica-terms.ts'
import { scaledTo } from './scale-workload.ts'
import { summarizer } from './summarize.ts'
import { dayOf, partOfDay, traceOf } from './trace.ts'
import type { Workload } from './workload.ts'

const start = Date.parse('2026-11-02T00:00:00Z') / 1000
const workloadOf = ({ at, input, output }: Requests): Workload => {
  const { add, done } = summarizer({ edges: [] })
  for (const [index, moment] of at.entries())
    add({
      kind: 'call',
      at: start + moment,
      status: 'ok',
      task: 'generate',
      usage: { freshInput: input[index]!, output: output[index]! },
    })
  return done()
}
const rows = (requests: Requests): Requests => ({ ...requests, at: requests.at.map((at) => at + start) })
const hour = poisson(3, 3600, 1, 300, 80)
const shape = assumedShape(3)

describe('what a fleet is tried on', () => {
  test('rows where they are at hand, else their minutes, else a day as it is assumed', () => {
    const workload = workloadOf(hour)
    const { arrivals: _none, ...withoutMinutes } = workload
    const origins = [
      traceOf(workload, shape, rows(hour)),
      traceOf(workload, shape),
      traceOf(withoutMinutes, shape),
    ].map((trace) => trace?.origin)
    expect(origins).toEqual(['rows', 'minutes', 'assumed'])
    expect(traceOf({ ...workload, lengths: [] }, shape)).toBeUndefined()
  })

  test('minutes hold as many as came in each, in order', () => {
    const { requests } = traceOf(workloadOf(hour), shape)!
    expect(requests.at).toHaveLength(3600)
    const inMinute = (at: Float64Array, minute: number): number =>
      at.filter((moment) => Math.floor(moment / 60) === start / 60 + minute).length
    for (const minute of [0, 17, 59]) expect(inMinute(requests.at, minute)).toBe(inMinute(rows(hour).at, minute))
    expect([...requests.at]).toEqual([...requests.at].toSorted((one, other) => one - other))
  })

  test('at another volume there are as many more', () => {
    const workload = workloadOf(hour)
    const scaled = scaledTo(workload, 86_400 * 2.5)
    for (const given of [rows(hour), undefined])
      expect(traceOf(scaled, shape, given)!.requests.at.length / scaled.requests!).toBeCloseTo(1, 1)
  })
})

describe('a whole day', () => {
  const numbers = workloadFromNumbers({ requestsPerDay: 50_000, inputTokens: 300, outputTokens: 80 }, [])

  test('of numbers: hours of the assumed shape, the peak in the middle, each with its share', () => {
    const trace = traceOf(numbers, shape)!
    const day = partOfDay(dayOf(numbers, shape, trace), 1, 60_000)
    expect(Math.abs(day.at.length / 50_000 - 1)).toBeLessThan(0.03)
    const perHour = Array.from(
      { length: 24 },
      (_, hourOfDay) => day.at.filter((at) => Math.floor(at / 3600) === hourOfDay).length,
    )
    const peak = perHour.indexOf(Math.max(...perHour))
    expect(peak).toBeGreaterThan(9)
    expect(peak).toBeLessThan(14)
    // The peak hour comes at three times the mean.
    expect(perHour[peak]! / (50_000 / 24)).toBeCloseTo(3, 0)
  })

  test('is cut short all in the same measure, and a part of it comes at a part of the rate', () => {
    const day = dayOf(numbers, shape, traceOf(numbers, shape)!)
    const short = partOfDay(day, 1, 5000)
    expect(Math.abs(short.at.length / 5000 - 1)).toBeLessThan(0.1)
    const part = partOfDay(day, 4, 50_000)
    expect(part.at.length / (50_000 / 4)).toBeCloseTo(1, 1)
  })

  test('under a day watched: the rows in the shape of the assumed peak, with their own lengths', () => {
    const workload = workloadOf(hour)
    const day = dayOf(workload, shape, traceOf(workload, shape, rows(hour))!, rows(hour))
    expect(day.origin).toBe('assumed')
    const { input } = partOfDay(day, 1, 10_000)
    expect(input.every((tokens) => hour.input.includes(tokens))).toBe(true)
  })

  test('a day watched is that day', () => {
    const watched = poisson(3, 8640, 0.1, 300, 80)
    const workload = workloadOf(watched)
    const trace = traceOf(workload, shape, rows(watched))!
    expect(workload.peak.origin).toBe('observed')
    expect(partOfDay(dayOf(workload, shape, trace, rows(watched)), 1, 1e6).at).toHaveLength(8640)
  })
})
