import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { breakevenOf } from './breakeven.ts'
import type { CostCurve } from './cost.ts'
import { bentCurve, flatCurve, linearCurve, stairCurve, sumCurves } from './curve.ts'

const rent = (curve: CostCurve): { id: string; curve: CostCurve } => ({ id: 'rent', curve })
const run = (curve: CostCurve): { id: string; curve: CostCurve } => ({ id: 'run', curve })

describe('two straight lines', () => {
  test('the article: fixed cost only, 150 / 0.001334', () => {
    const stretches = breakevenOf([rent(linearCurve(0.001334)), run(flatCurve(150))], 1e7)
    expect(stretches.map(({ cheapest }) => cheapest)).toEqual(['rent', 'run'])
    expect(stretches[1]!.from).toBeCloseTo(112_443.778, 2)
    expect(stretches[1]!.to).toBeUndefined()
  })

  test('the article with Lambda and API Gateway: 150 / (0.001334 - 0.000010666688 - 0.000001)', () => {
    const host = sumCurves([flatCurve(150), linearCurve(0.000010666688 + 0.000001)])
    expect(breakevenOf([rent(linearCurve(0.001334)), run(host)], 1e7)[1]!.from).toBeCloseTo(113_435.85, 2)
  })

  test('BERT on one machine: 5.52 / 0.001334', () => {
    expect(breakevenOf([rent(linearCurve(0.001334)), run(flatCurve(5.52))], 1e7)[1]!.from).toBeCloseTo(4137.93, 2)
  })

  test('none: a renter that is cheaper a request than the host beside its machines', () => {
    expect(
      breakevenOf([rent(linearCurve(0.00001)), run(sumCurves([flatCurve(150), linearCurve(0.00002)]))], 1e9),
    ).toEqual([{ from: 0, cheapest: 'rent' }])
  })

  test('a line that touches does not cross', () => {
    // Both cost 1 at 1000 a day; the renter is cheaper on either side of a kink there.
    const kinked = bentCurve((n) => (n <= 1000 ? n / 1000 : 1 + (n - 1000) / 2000), [1000])
    const touching = bentCurve((n) => Math.max(1, 1 + (n - 1000) / 1000), [1000])
    expect(breakevenOf([rent(kinked), run(touching)], 1e6).map(({ cheapest }) => cheapest)).toEqual(['rent'])
  })
})

describe('staircases', () => {
  test('several crossings: each new machine hands the lead back', () => {
    // One machine costs 100 a day and carries 1000; the renter takes 0.12 a request: it loses from 833.3 on,
    // wins again from the second machine at 1000 until 1666.7, and so on until the steps lie under the line.
    const stretches = breakevenOf([rent(linearCurve(0.12)), run(stairCurve(100, 1000))], 20_000)
    expect(stretches.slice(0, 5).map(({ from, cheapest }) => [Math.round(from * 10) / 10, cheapest])).toEqual([
      [0, 'rent'],
      [833.3, 'run'],
      [1000, 'rent'],
      [1666.7, 'run'],
      [2000, 'rent'],
    ])
    // The fifth machine's 500 is reached at 4166.7; the sixth's 600 exactly at 5000, where it begins: no way back.
    expect(stretches.at(-1)!.from).toBeCloseTo(4166.67, 2)
    expect(stretches.at(-1)!.cheapest).toBe('run')
  })

  test('a step at its edge: the machine is full at 1000 and not yet two', () => {
    const stairs = stairCurve(100, 1000)
    expect([stairs.at(999.99), stairs.at(1000), stairs.at(1000.01)]).toEqual([100, 100, 200])
  })

  test('none, where every step lies above the line', () => {
    expect(
      breakevenOf([rent(linearCurve(0.09)), run(stairCurve(100, 1000))], 1e6).every(
        ({ cheapest }) => cheapest === 'rent',
      ),
    ).toBe(true)
  })
})

const anyCurve = fc.oneof(
  fc.double({ min: 0.001, max: 10, noNaN: true }).map(linearCurve),
  fc
    .tuple(
      fc.double({ min: 1, max: 5000, noNaN: true }),
      fc.double({ min: 50, max: 20_000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([usd, width, slope]) => sumCurves([stairCurve(usd, width), linearCurve(slope)])),
)

test('property: at any volume the stretch names an option that no other beats', () => {
  fc.assert(
    fc.property(
      fc.array(anyCurve, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 1, max: 99_999, noNaN: true }),
      (curves, volume) => {
        const racers = curves.map((curve, at) => ({ id: `${at}`, curve }))
        const stretches = breakevenOf(racers, 100_000)
        const cheapest = stretches.findLast(({ from }) => from < volume)!.cheapest
        const best = Math.min(...curves.map((curve) => curve.at(volume)))
        expect(curves[Number(cheapest)]!.at(volume)).toBeLessThanOrEqual(best * (1 + 1e-6) + 1e-6)
      },
    ),
    { numRuns: 300 },
  )
})

test('property: stretches cover all volumes once, in order, and neighbours differ', () => {
  fc.assert(
    fc.property(fc.array(anyCurve, { minLength: 1, maxLength: 5 }), (curves) => {
      const stretches = breakevenOf(
        curves.map((curve, at) => ({ id: `${at}`, curve })),
        50_000,
      )
      expect(stretches[0]!.from).toBe(0)
      expect(stretches.at(-1)!.to).toBeUndefined()
      for (const [at, stretch] of stretches.slice(1).entries()) {
        expect(stretch.from).toBe(stretches[at]!.to)
        expect(stretch.from).toBeGreaterThan(stretches[at]!.from)
        expect(stretch.cheapest).not.toBe(stretches[at]!.cheapest)
      }
    }),
    { numRuns: 100 },
  )
})
