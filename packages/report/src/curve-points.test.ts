import { expect, test } from 'vitest'
import { flatCurve, linearCurve, stairCurve } from '@breakeven/core'
import { pointsOf } from './curve-points.ts'
import { positionOf } from './log-scale.ts'

const X = { from: 1, to: 10_000, start: 0, end: 400 }
const Y = { from: 1, to: 1000, start: 300, end: 0 }

test('a proportional cost is a straight line of two points', () => {
  const points = pointsOf(linearCurve(0.1), X, Y)
  // $1 at 10 a day is the bottom of the frame at x = 100; $1,000 at 10,000 a day its top right corner.
  expect(points).toHaveLength(2)
  expect(points[0]?.x).toBeCloseTo(100)
  expect(points[0]?.y).toBeCloseTo(300)
  expect(points[1]?.x).toBeCloseTo(400)
  expect(points[1]?.y).toBeCloseTo(0)
})

test('a step is vertical: both ends at the same place, before and after', () => {
  const points = pointsOf(stairCurve(10, 1000), X, Y)
  const x = positionOf(X, 1000)
  const step = points.filter((point) => Math.abs(point.x - x) < 1e-3)
  expect(step.map(({ y }) => Math.round(y))).toEqual([Math.round(positionOf(Y, 10)), Math.round(positionOf(Y, 20))])
})

test('ten thousand steps are no more points than pixels can show', () => {
  const points = pointsOf(stairCurve(0.1, 1), X, Y)
  expect(points.length).toBeLessThan(1200)
  expect(points.at(-1)?.y).toBeCloseTo(0)
})

test('what is free lies below the frame', () => {
  expect(pointsOf(flatCurve(0), X, Y)).toEqual([])
})
