import type { Bend, CostCurve, CurveParts, Stair } from './cost.ts'
import type { Usd } from './units.ts'

const none: readonly number[] = []

/**
 * How many machines carry a volume: at least `minimum`, one more as soon as the last is full.
 * 1e-12 forgives the rounding of `k * width / width`, so that a full machine is not two.
 */
export const stepsFor = (perDay: number, width: number, minimum: number): number =>
  Math.max(minimum, Math.ceil((perDay / width) * (1 - 1e-12)))

/** The line in force at a volume; at a corner the one that ends there, as curves are left-continuous. */
const bendAt = (bends: readonly Bend[], perDay: number): Bend => {
  let row = bends.length - 1
  while (row > 0 && perDay <= bends[row]!.from) row -= 1
  return bends[row]!
}

const stairKinks = ({ width, minimum }: Stair, from: number, to: number): number[] => {
  const kinks: number[] = []
  for (let step = Math.max(minimum, Math.floor(from / width) + 1); step * width < to; step += 1)
    if (step * width > from) kinks.push(step * width)
  return kinks
}

/** The curve that its parts describe. */
export const curveOf = (parts: CurveParts): CostCurve => {
  const { bends, stairs } = parts
  const corners = bends.slice(1).map(({ from }) => from)
  return {
    parts,
    at: (n) => {
      const { from, usd, slope } = bendAt(bends, n)
      let sum = usd + (n - from) * slope
      for (const { usdPerStep, width, minimum } of stairs) sum += usdPerStep * stepsFor(n, width, minimum)
      return sum
    },
    kinks: (from, to) => {
      let kinks = corners.length === 0 ? none : corners.filter((corner) => corner > from && corner < to)
      for (const stair of stairs) kinks = merged(kinks, stairKinks(stair, from, to))
      return kinks
    },
  }
}

/** Two ascending lists as one, each number once. */
const merged = (one: readonly number[], other: readonly number[]): readonly number[] => {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one
  const all: number[] = []
  for (let [at, there] = [0, 0]; at < one.length || there < other.length;) {
    const next = Math.min(one[at] ?? Number.POSITIVE_INFINITY, other[there] ?? Number.POSITIVE_INFINITY)
    if (one[at] === next) at += 1
    if (other[there] === next) there += 1
    all.push(next)
  }
  return all
}

const ascending = (all: readonly (readonly number[])[]): readonly number[] => all.reduce(merged, none)

/** Proportional to volume. */
export const linearCurve = (usdPerUnit: Usd): CostCurve =>
  curveOf({ bends: [{ from: 0, usd: 0, slope: usdPerUnit }], stairs: [] })

/** The same at every volume. */
export const flatCurve = (usd: Usd): CostCurve => curveOf({ bends: [{ from: 0, usd, slope: 0 }], stairs: [] })

/** A staircase: `usdPerStep` for each machine of `width` units a day. */
export const stairCurve = (usdPerStep: Usd, width: number, minimum = 1): CostCurve =>
  curveOf({ bends: [{ from: 0, usd: 0, slope: 0 }], stairs: [{ usdPerStep, width, minimum }] })

/**
 * Continuous and straight between its corners, with a constant slope after the last: read once at each, and off the table
 * from then on, as a comparison asks it tens of thousands of times. `corners` ascend.
 */
export const bentCurve = (at: (perDay: number) => Usd, corners: readonly number[]): CostCurve => {
  const starts = [0, ...corners.filter((corner) => corner > 0)]
  const bends = starts.map((from, row) => {
    const to = starts[row + 1] ?? from * 2 + 1
    const usd = at(from)
    return { from, usd, slope: to > from ? (at(to) - usd) / (to - from) : 0 }
  })
  return curveOf({ bends, stairs: [] })
}

const sumOfBends = (all: readonly (readonly Bend[])[]): readonly Bend[] =>
  ascending(all.map((bends) => bends.map(({ from }) => from))).map((from) => {
    let [usd, slope] = [0, 0]
    for (const bends of all) {
      // The line that begins here, not the one that ends here.
      const line = bends.findLast((bend) => bend.from <= from)!
      usd += line.usd + (from - line.from) * line.slope
      slope += line.slope
    }
    return { from, usd, slope }
  })

/** Stairs of the same width step together: a machine and its disk are one. */
const sumOfStairs = (stairs: readonly Stair[]): readonly Stair[] => {
  const joined: Stair[] = []
  for (const stair of stairs) {
    const same = joined.findIndex(({ width, minimum }) => width === stair.width && minimum === stair.minimum)
    if (same < 0) joined.push(stair)
    else joined[same] = { ...stair, usdPerStep: joined[same]!.usdPerStep + stair.usdPerStep }
  }
  return joined
}

export const sumCurves = (curves: readonly CostCurve[]): CostCurve =>
  curves.length === 0
    ? flatCurve(0)
    : curveOf({
        bends: sumOfBends(curves.map(({ parts }) => parts.bends)),
        stairs: sumOfStairs(curves.flatMap(({ parts }) => parts.stairs)),
      })

/** The same cost over an axis on which each unit of the old one is `units` long. */
export const stretchedCurve = ({ parts }: CostCurve, units: number): CostCurve =>
  curveOf({
    bends: parts.bends.map(({ from, usd, slope }) => ({ from: from * units, usd, slope: slope / units })),
    stairs: parts.stairs.map((stair) => ({ ...stair, width: stair.width * units })),
  })

/** The slope of a curve just after a volume: staircases are flat between their steps. */
export const slopeAfter = ({ parts: { bends } }: CostCurve, perDay: number): number => {
  let row = bends.length - 1
  while (row > 0 && bends[row]!.from > perDay) row -= 1
  return bends[row]!.slope
}
