import type { CostCurve } from './cost.ts'
import type { Usd } from './units.ts'

const none: readonly number[] = []

/** Proportional to volume. */
export const linearCurve = (usdPerUnit: Usd): CostCurve => ({ at: (n) => usdPerUnit * n, kinks: () => none })

/** The same at every volume. */
export const flatCurve = (usd: Usd): CostCurve => ({ at: () => usd, kinks: () => none })

/**
 * How many machines carry a volume: at least `minimum`, one more as soon as the last is full.
 * 1e-12 forgives the rounding of `k * width / width`, so that a full machine is not two.
 */
export const stepsFor = (perDay: number, width: number, minimum: number): number =>
  Math.max(minimum, Math.ceil((perDay / width) * (1 - 1e-12)))

/** A staircase: `usdPerStep` for each machine of `width` units a day. */
export const stairCurve = (usdPerStep: Usd, width: number, minimum = 1): CostCurve => ({
  at: (n) => usdPerStep * stepsFor(n, width, minimum),
  kinks: (from, to) => {
    const kinks: number[] = []
    for (let step = Math.max(minimum, Math.floor(from / width) + 1); step * width < to; step += 1)
      if (step * width > from) kinks.push(step * width)
    return kinks
  },
})

/** Piecewise linear through its corners, constant slope after the last; `corners` ascend. */
export const bentCurve = (at: (perDay: number) => Usd, corners: readonly number[]): CostCurve => ({
  at,
  kinks: (from, to) => corners.filter((corner) => corner > from && corner < to),
})

export const sumCurves = (curves: readonly CostCurve[]): CostCurve => ({
  at: (n) => curves.reduce((sum, curve) => sum + curve.at(n), 0),
  kinks: (from, to) => mergeKinks(curves, from, to),
})

/** All kinks of several curves, ascending, each once. */
export const mergeKinks = (curves: readonly CostCurve[], from: number, to: number): readonly number[] => {
  const all = curves.map((curve) => curve.kinks(from, to)).filter((kinks) => kinks.length > 0)
  if (all.length < 2) return all[0] ?? none
  return [...new Set(all.flat())].toSorted((a, b) => a - b)
}

/**
 * A continuous curve with few kinks, read off a table from then on: the value at each corner and the slope after it.
 * Costs of services are read tens of thousands of times in one comparison.
 */
export const tabulated = (curve: CostCurve): CostCurve => {
  const corners = [0, ...curve.kinks(0, Number.POSITIVE_INFINITY)]
  const rows = corners.map((from, row) => {
    const to = corners[row + 1] ?? from * 2 + 1
    const start = curve.at(from)
    return { from, start, slope: (curve.at(to) - start) / (to - from) }
  })
  const at = (n: number): Usd => {
    let row = rows.length - 1
    while (row > 0 && n < rows[row]!.from) row -= 1
    const { from, start, slope } = rows[row]!
    return start + (n - from) * slope
  }
  return { at, kinks: curve.kinks }
}
