import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bentCurve, curveOf, flatCurve, linearCurve, stairCurve, stretchedCurve, sumCurves } from './curve.ts'

const amount = fc.double({ min: 0.01, max: 1e4, noNaN: true })
const anyCurve = fc.oneof(
  amount.map(linearCurve),
  amount.map(flatCurve),
  fc.tuple(amount, amount).map(([usd, width]) => stairCurve(usd, width)),
  fc.tuple(amount, amount).map(([corner, slope]) => bentCurve((n) => Math.max(0, n - corner) * slope, [corner])),
)

test('a sum is the sum of its curves, at every volume and with all their kinks', () => {
  fc.assert(
    fc.property(fc.array(anyCurve, { maxLength: 5 }), fc.double({ min: 0, max: 1e5, noNaN: true }), (curves, n) => {
      const sum = sumCurves(curves)
      const usd = curves.reduce((all, curve) => all + curve.at(n), 0)
      expect(Math.abs(sum.at(n) - usd)).toBeLessThanOrEqual(1e-9 * Math.max(1, usd))
      const kinks = new Set(curves.flatMap((curve) => curve.kinks(0, 100)))
      expect(sum.kinks(0, 100)).toEqual([...kinks].toSorted((a, b) => a - b))
    }),
  )
})

test('written down and read again it is the same curve', () => {
  fc.assert(
    fc.property(fc.array(anyCurve, { maxLength: 4 }), fc.double({ min: 0, max: 1e5, noNaN: true }), (curves, n) => {
      const curve = sumCurves(curves)
      const read = curveOf(JSON.parse(JSON.stringify(curve.parts)))
      expect([read.at(n), read.kinks(0, 50)]).toEqual([curve.at(n), curve.kinks(0, 50)])
    }),
  )
})

test('stairs of one width step together', () => {
  const { parts } = sumCurves([stairCurve(100, 10), stairCurve(3, 10), stairCurve(1, 20)])
  expect(parts.stairs).toEqual([
    { usdPerStep: 103, width: 10, minimum: 1 },
    { usdPerStep: 1, width: 20, minimum: 1 },
  ])
})

test('a staircase just below, at and just above a full machine', () => {
  const curve = stairCurve(24, 100)
  // 99.9 and 100 requests are one machine, 100.1 are two: 24, 24, 48.
  expect([99.9, 100, 100.1].map((n) => curve.at(n))).toEqual([24, 24, 48])
  expect(curve.kinks(0, 350)).toEqual([100, 200, 300])
})

test('on an axis of tokens a request of 500 is 500 units long', () => {
  const curve = stretchedCurve(sumCurves([stairCurve(24, 100), linearCurve(0.01)]), 500)
  expect(curve.at(50_000)).toBeCloseTo(24 + 1, 9)
  expect(curve.at(50_001)).toBeCloseTo(48 + 1.000_02, 9)
  expect(curve.kinks(0, 120_000)).toEqual([50_000, 100_000])
})
