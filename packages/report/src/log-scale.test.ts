import { expect, test } from 'vitest'
import { positionOf, ticksOf, valueAt } from './log-scale.ts'

const SCALE = { from: 100, to: 10_000_000, start: 50, end: 550 }

test('five decades over 500 pixels are 100 each, both ways', () => {
  expect(positionOf(SCALE, 1000)).toBeCloseTo(150)
  expect(valueAt(SCALE, 150)).toBeCloseTo(1000)
})

test('decades carry numbers over a long axis, 1-2-5 over a short one', () => {
  const majors = (from: number, to: number): number[] =>
    ticksOf({ from, to }).flatMap(({ value, major }) => (major ? [value] : []))
  expect(majors(0.01, 100)).toEqual([0.01, 0.1, 1, 10, 100])
  expect(majors(10, 200)).toEqual([10, 20, 50, 100, 200])
})
