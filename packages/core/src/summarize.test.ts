import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { summarizer } from './summarize.ts'
import type { Call, Row, Usage } from './usage.ts'
import { METERS } from './usage.ts'
import { meanShape } from './workload-summary.ts'
import type { Workload } from './workload.ts'

const call = (at: number, freshInput: number, output: number, fields: Partial<Call> = {}): Call => ({
  kind: 'call',
  at,
  status: 'ok',
  task: 'generate',
  usage: { freshInput, output },
  ...fields,
})
const summarize = (rows: readonly Row[], options: Partial<Parameters<typeof summarizer>[0]> = {}): Workload => {
  const { add, done } = summarizer({ edges: [200_000], ...options })
  for (const row of rows) add(row)
  return done()
}
const monday = Date.parse('2026-11-02T00:00:00Z') / 1000

describe('segments', () => {
  test.each([
    [199_999, 0],
    [200_000, 0],
    [200_001, 1],
  ])('a prompt of %i tokens lies in segment %i: the edge belongs to what is below', (prompt, segment) => {
    expect(summarize([call(monday, prompt, 1)]).cells.map((cell) => cell.segment)).toEqual([segment])
  })

  test('cached tokens are part of the prompt', () => {
    expect(
      summarize([call(monday, 1, 1, { usage: { freshInput: 1, cacheRead: 200_000, output: 1 } })]).cells[0]!.segment,
    ).toBe(1)
  })
})

test('calls of one model, half hour and segment become one cell; sums are exact', () => {
  const workload = summarize([
    call(monday, 100, 10),
    call(monday + 1799, 200, 20),
    call(monday + 1800, 300, 30),
    call(monday, 1, 1, { model: 'gpt-4o' }),
  ])
  expect(workload.cells.map(({ requests, usage }) => [requests, usage.freshInput, usage.output])).toEqual([
    [2, 300, 30],
    [1, 300, 30],
    [1, 1, 1],
  ])
  expect(workload.usage.freshInput).toBe(601)
})

describe('exposure', () => {
  test('watched is first to last row plus one grain of the clock', () => {
    expect(summarize([call(monday, 1, 1), call(monday + 3600, 1, 1)])).toMatchObject({
      grainSeconds: 3600,
      watchedSeconds: 7200,
    })
    expect(summarize([call(monday, 1, 1), call(monday + 61, 1, 1)])).toMatchObject({
      grainSeconds: 1,
      watchedSeconds: 62,
    })
  })

  test('gaps are zero traffic, or unwatched when said so', () => {
    const rows = [call(monday, 1, 1), call(monday + 10 * 3600 + 7, 1, 1)]
    expect(summarize(rows).watchedSeconds).toBe(36_008)
    expect(summarize(rows, { gaps: 'unwatched' }).watchedSeconds).toBe(7200)
  })

  test('buckets end the watch at their own end', () => {
    const bucket: Row = {
      kind: 'bucket',
      from: monday,
      to: monday + 86_400,
      requests: 10,
      task: 'generate',
      usage: { freshInput: 1000, output: 100 },
    }
    expect(summarize([bucket, { ...bucket, from: monday + 86_400, to: monday + 2 * 86_400 }])).toMatchObject({
      grainSeconds: 86_400,
      watchedSeconds: 172_800,
      requests: 20,
    })
  })
})

describe('peaks', () => {
  const day = (perMinute: (minute: number) => number): Row[] =>
    Array.from({ length: 1440 }, (_, minute) =>
      Array.from({ length: perMinute(minute) }, (__, nth) => call(monday + minute * 60 + nth, 10, 1)),
    ).flat()

  test('a whole day shows its own peak: 20 a minute for 5 of 1440 minutes over a base of 1', () => {
    // 1435 + 100 requests in 86,399 s + grain; the busiest five minutes hold 100: 20 a minute over 1.066.
    const { peak } = summarize(day((minute) => (minute >= 600 && minute < 605 ? 20 : 1)))
    expect(peak.origin).toBe('observed')
    expect(peak.factor).toBeCloseTo(20 / (1535 / 1440), 1)
  })

  test('under 24 hours three times the mean is assumed, or more where the rows show more', () => {
    expect(summarize(day(() => 1).slice(0, 700)).peak).toMatchObject({ factor: 3, origin: 'assumed', low: 2, high: 5 })
    const spiky = summarize(day((minute) => (minute < 5 ? 50 : 1)).slice(0, 600)).peak
    expect(spiky.origin).toBe('assumed')
    expect(spiky.factor).toBeGreaterThan(10)
  })

  test('batch work is paid for but leaves the peak alone', () => {
    const rows = [...day(() => 1), ...Array.from({ length: 5000 }, () => call(monday, 10, 1, { tier: 'batch' }))]
    const { peak, requests } = summarize(rows)
    expect(requests).toBe(6440)
    expect(peak.factor).toBeLessThan(1.5)
  })

  test('a clock coarser than an hour shows no peak', () => {
    expect(summarize([0, 1, 2].map((days) => call(monday + days * 86_400, 10, 1))).peak.origin).toBe('assumed')
  })
})

test('rows that did not report are counted, and their calls too', () => {
  const workload = summarize([
    call(monday, 10, 1),
    { ...call(monday, 0, 0), usage: {} },
    { ...call(monday, 0, 0), usage: { freshInput: 5 } },
  ])
  expect(workload).toMatchObject({ requests: 3, rowsWithoutUsage: 2, usage: { freshInput: 15, output: 1 } })
})

test('failed calls are counted, and neither billed nor sized for; aborted ones are', () => {
  const workload = summarize([
    call(monday, 10, 1),
    call(monday + 60, 500, 0, { status: 'error' }),
    call(monday + 120, 20, 2, { status: 'aborted' }),
  ])
  expect(workload).toMatchObject({ requests: 2, errors: 1, aborted: 1, usage: { freshInput: 30, output: 3 } })
})

test('buckets without requests leave the number of requests unknown, not zero', () => {
  const workload = summarize([
    { kind: 'bucket', from: monday, to: monday + 3600, task: 'generate', usage: { freshInput: 10, output: 1 } },
  ])
  expect(workload.requests).toBeUndefined()
  expect(workload.cells[0]!.requests).toBeUndefined()
})

test('property: whatever the order, sums over cells are sums over calls', () => {
  const anyCall = fc.record({
    at: fc.integer({ min: monday, max: monday + 7 * 86_400 }),
    input: fc.nat({ max: 400_000 }),
    output: fc.nat({ max: 5000 }),
    model: fc.constantFrom('a', 'b', 'c'),
  })
  fc.assert(
    fc.property(fc.array(anyCall, { minLength: 1, maxLength: 200 }), (calls) => {
      const rows = calls.map(({ at, input, output, model }) => call(at, input, output, { model }))
      const [forwards, backwards] = [summarize(rows), summarize(rows.toReversed())]
      for (const meter of METERS) expect(forwards.usage[meter]).toBe(backwards.usage[meter])
      expect(forwards.cells.reduce((sum, cell) => sum + (cell.requests ?? 0), 0)).toBe(calls.length)
      expect(forwards.usage.freshInput).toBe(calls.reduce((sum, { input }) => sum + input, 0))
      expect([forwards.watchedSeconds, forwards.peak.factor]).toEqual([backwards.watchedSeconds, backwards.peak.factor])
    }),
  )
})

test('what a row does not report is no zero: means and lengths are of the rows that do', () => {
  const { add, done } = summarizer({ edges: [], gaps: 'zero' })
  const asked = (at: number, usage: Usage): void =>
    add({ kind: 'call', at: 1_780_000_000 + at, status: 'ok', task: 'generate', usage })
  asked(0, { freshInput: 1000, output: 100 })
  asked(60, {})
  asked(120, { freshInput: 500 })
  const workload = done()
  expect(workload).toMatchObject({ requests: 3, rowsWithoutUsage: 2, reporting: { input: 2, output: 1 } })
  expect(meanShape(workload)).toEqual({ input: 750, output: 100 })
  expect(workload.lengths.map(({ input, weight }) => [input, weight]).toSorted((a, b) => a[0]! - b[0]!)).toEqual([
    [500, 1.5],
    [1000, 1.5],
  ])
})
