import type { CostCurve } from '@breakeven/core'
import type { LogScale } from './log-scale.ts'
import { positionOf, valueAt } from './log-scale.ts'

export type Point = { readonly x: number; readonly y: number }

/** Just behind a kink: curves are left-continuous, so at the kink itself a step has not been taken yet. */
const BEHIND = 1 + 1e-9

/** Kinks nearer than this to each other, in pixels, cannot be told apart. */
const APART = 0.75

/** A sample at least each so many pixels: a line plus a constant is bent on logarithmic axes. */
const STRIDE = 4

/** Volumes at which to read a curve: both sides of each kink that can be seen, and enough between them for a smooth line. */
const volumesOf = (curve: CostCurve, x: LogScale): number[] => {
  const volumes: number[] = []
  const count = Math.max(1, Math.ceil((x.end - x.start) / STRIDE))
  for (let at = 0; at <= count; at++) volumes.push(valueAt(x, x.start + ((x.end - x.start) * at) / count))
  let last = -Infinity
  for (const kink of curve.kinks(x.from, x.to)) {
    const position = positionOf(x, kink)
    if (position - last < APART) continue
    last = position
    volumes.push(kink, kink * BEHIND)
  }
  return volumes.toSorted((one, other) => one - other)
}

/** Where the piece between two points enters the range of the y axis. */
const cut = (one: Point, other: Point, y: number): Point => ({
  x: one.x + ((other.x - one.x) * (y - one.y)) / (other.y - one.y),
  y,
})

/** The part of a line above the bottom (y grows downwards) and below the top. Costs do not fall with volume: one part. */
const clipped = (points: readonly Point[], top: number, bottom: number): Point[] => {
  const inside = ({ y }: Point): boolean => y >= top - 1e-9 && y <= bottom + 1e-9
  const kept: Point[] = []
  points.forEach((point, at) => {
    const before = points[at - 1]
    if (before !== undefined && inside(before) !== inside(point)) {
      const edge = (inside(point) ? before : point).y > bottom ? bottom : top
      kept.push(cut(before, point, edge))
    }
    if (inside(point)) kept.push(point)
  })
  return kept
}

/** Drops points in the middle of a straight line. */
const simplified = (points: readonly Point[]): Point[] => {
  const kept: Point[] = []
  for (const point of points) {
    const [one, two] = [kept.at(-2), kept.at(-1)]
    const straight =
      one !== undefined &&
      two !== undefined &&
      point.x > one.x &&
      Math.abs(one.y + ((point.y - one.y) * (two.x - one.x)) / (point.x - one.x) - two.y) < 0.02
    if (straight) kept.pop()
    kept.push(point)
  }
  return kept
}

/**
 * A cost curve as a line on logarithmic axes, in pixels, with true vertical steps as far as pixels can show them, and cut
 * off at the frame. `y.start` is the bottom, `y.end` the top.
 */
export const pointsOf = (curve: CostCurve, x: LogScale, y: LogScale): Point[] => {
  // No cost at all has no place on a logarithmic axis: it lies far below the frame.
  const points = volumesOf(curve, x).map((volume) => ({
    x: positionOf(x, volume),
    y: positionOf(y, Math.max(curve.at(volume), y.from / 1e6)),
  }))
  return simplified(clipped(points, y.end, y.start))
}
