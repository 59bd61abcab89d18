import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { spread } from './spread.ts'

test('what is apart stays', () => {
  expect(spread([10, 40, 80], 20, 0, 100)).toEqual([10, 40, 80])
})

test('two that collide move the same way each', () => {
  // 20 apart around their middle, 52.
  expect(spread([50, 54], 20, 0, 100)).toEqual([42, 62])
})

test('nobody leaves the frame', () => {
  expect(spread([98, 99], 20, 0, 100)).toEqual([80, 100])
  expect(spread([0, 1], 20, 0, 100)).toEqual([0, 20])
})

test('apart, in order and inside, wherever they want to be', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 450, noNaN: true }), { minLength: 1, maxLength: 8 }), (wanted) => {
      const placed = spread(
        wanted.toSorted((one, other) => one - other),
        40,
        0,
        400,
      )
      expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-9)
      expect(Math.max(...placed)).toBeLessThanOrEqual(400 + 1e-9)
      const gaps = placed.slice(1).map((at, index) => at - (placed[index] ?? 0))
      expect(Math.min(40, ...gaps)).toBeGreaterThanOrEqual(40 - 1e-9)
    }),
    { numRuns: 100 },
  )
})
