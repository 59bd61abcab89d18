import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { poisson } from './fixtures/requests.ts'
import type { Requests } from './replica-terms.ts'
import { atVolume, beginningsOfHours, busiestPart, spanOf, spreadPart, thinned } from './requests-part.ts'

const of = (...at: number[]): Requests => ({
  at: Float64Array.from(at),
  input: Float64Array.from(at, (_, index) => 100 + index),
  output: Float64Array.from(at, (_, index) => index),
})
const crowd = poisson(5, 10_000, 2, 400, 100)

describe('a part of a trace', () => {
  test('thinned: a request comes with its own lengths, as often as the share says', () => {
    const half = thinned(crowd, 0.5)
    // A binomial count of 10,000 halves: its standard deviation is 50.
    expect(Math.abs(half.at.length - 5000)).toBeLessThan(200)
    const index = crowd.at.indexOf(half.at[7]!)
    expect([half.input[7], half.output[7]]).toEqual([crowd.input[index], crowd.output[index]])
    expect(thinned(crowd, 1)).toBe(crowd)
  })

  test('the busiest: three in two seconds, not three in nine', () => {
    expect([...busiestPart(of(0, 4, 9, 10, 11, 30), 3).at]).toEqual([9, 10, 11])
    expect(busiestPart(of(0, 4), 3).at).toHaveLength(2)
  })

  test('spread: busy hours stay busy by the same measure', () => {
    // An hour at 4 a second and an hour at 1 a second.
    const busy = poisson(1, 14_400, 4, 100, 10)
    const calm = poisson(2, 3600, 1, 100, 10)
    const both = of(...busy.at, ...calm.at.map((at) => at + 3600))
    const part = spreadPart(both, 6000)
    const early = part.at.filter((at) => at < 3600).length
    expect(part.at.length).toBeGreaterThan(5000)
    expect(part.at.length).toBeLessThan(7000)
    expect(early / part.at.length).toBeCloseTo(0.8, 1)
  })

  test('the beginnings of hours: every hour keeps its rate', () => {
    const busy = poisson(1, 14_400, 4, 100, 10)
    const calm = poisson(2, 3600, 1, 100, 10)
    const both = of(...busy.at.filter((at) => at < 3600), ...calm.at.map((at) => at + 3600))
    const part = beginningsOfHours(both, 5000)
    expect(part.at.length).toBeGreaterThan(4000)
    expect(part.at.length).toBeLessThan(6000)
    const inHour = (hour: number): number => part.at.filter((at) => Math.floor(at / 3600) === hour).length
    expect(inHour(0) / inHour(1)).toBeCloseTo(4, 0)
    expect(beginningsOfHours(both, 1e6)).toBe(both)
  })

  test.each([0.3, 1, 2.5, 4])('at %d times the volume: as many, in order, over the same time', (factor) => {
    const more = atVolume(crowd, factor)
    expect(more.at.length / crowd.at.length).toBeCloseTo(factor, 1)
    expect([...more.at]).toEqual([...more.at].toSorted((one, other) => one - other))
    expect(spanOf(more) / spanOf(crowd)).toBeCloseTo(1, 1)
  })

  test('copies share no prefix with what they were copied from', () => {
    const requests = { ...of(0, 1), prefixes: { blocks: [[1, 2], [1]], blockTokens: 16 } }
    const blocks = atVolume(requests, 2).prefixes?.blocks
    expect(blocks?.filter((block) => block !== undefined)).toEqual([[1, 2], [1]])
    expect(blocks).toHaveLength(4)
  })

  test('never more than there is, never out of order, whatever comes', () => {
    const anyTrace = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 })
    fc.assert(
      fc.property(anyTrace, fc.integer({ min: 1, max: 20 }), (moments, most) => {
        const trace = of(...moments.toSorted((one, other) => one - other))
        for (const part of [busiestPart(trace, most), spreadPart(trace, most), thinned(trace, 0.4)]) {
          expect(part.at.length).toBeLessThanOrEqual(trace.at.length)
          expect([...part.at]).toEqual([...part.at].toSorted((one, other) => one - other))
          expect(part.input).toHaveLength(part.at.length)
        }
      }),
      { numRuns: 80, seed: 4 },
    )
  })
})
