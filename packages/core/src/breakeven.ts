import type { Stretch } from './comparison.ts'
import type { CostCurve } from './cost.ts'
import { slopeAfter } from './curve.ts'
import type { OptionId } from './option.ts'

/** A curve in the race, by the option it belongs to. */
export type Racer = { readonly id: OptionId; readonly curve: CostCurve }

/** Volumes from 0 to the horizon are walked in chunks that widen by this factor: losers of a chunk are not looked at in it. */
const CHUNK_GROWTH = 1.3

/** Ties are decided for the one that was cheapest just before: a line that touches does not cross. */
const TIE = 1e-12

/** The lines in force, racer by racer: the cost at the chunk's start if the line held there already, and the slope. */
type Lines = { readonly from: number; readonly start: Float64Array; readonly slope: Float64Array }

const usdAt = ({ from, start, slope }: Lines, racer: number, perDay: number): number =>
  start[racer]! + slope[racer]! * (perDay - from)

/** Takes up the line that a racer follows from a kink to the next one. Curves are left-continuous: read inside, not at the ends. */
const follow = (lines: Lines, racer: number, { curve }: Racer, from: number, to: number): void => {
  const middle = (from + to) / 2
  const slope = slopeAfter(curve, from)
  lines.slope[racer] = slope
  lines.start[racer] = curve.at(middle) - slope * (middle - lines.from)
}

/** Of two equal ones, the one that grows slower is cheaper from here on; of two equal lines, the one that was ahead. */
const cheapestAt = (lines: Lines, perDay: number, incumbent: number): number => {
  let best = 0
  let bestUsd = usdAt(lines, 0, perDay)
  for (let racer = 1; racer < lines.start.length; racer += 1) {
    const usd = usdAt(lines, racer, perDay)
    const margin = TIE * Math.max(Math.abs(usd), Math.abs(bestUsd))
    const [slope, bestSlope] = [lines.slope[racer]!, lines.slope[best]!]
    const better =
      Math.abs(usd - bestUsd) <= margin
        ? slope < bestSlope || (slope === bestSlope && racer === incumbent)
        : usd < bestUsd
    if (better) {
      best = racer
      bestUsd = usd
    }
  }
  return best
}

/** Where lines cross inside one piece, exactly: from the cheapest on, the next cross with a line that grows slower. */
const walkPiece = (lines: Lines, field: readonly Racer[], from: number, to: number, stretches: Stretch[]): void => {
  const ahead = stretches.at(-1)?.cheapest
  let at = from
  let best = cheapestAt(
    lines,
    at,
    field.findIndex(({ id }) => id === ahead),
  )
  push(stretches, at, field[best]!.id)
  for (;;) {
    let next = -1
    let cross = to
    for (let racer = 0; racer < field.length; racer += 1) {
      if (lines.slope[racer]! >= lines.slope[best]!) continue
      const meet = lines.from + (lines.start[racer]! - lines.start[best]!) / (lines.slope[best]! - lines.slope[racer]!)
      if (meet > at && meet < cross) {
        cross = meet
        next = racer
      }
    }
    if (next < 0) return
    at = cross
    best = cheapestAt(lines, at, next)
    push(stretches, at, field[best]!.id)
  }
}

/** One chunk: between two kinks of anybody all lines are straight, and only the racer of a kink takes up a new one. */
const walkChunk = (field: readonly Racer[], from: number, to: number, stretches: Stretch[]): void => {
  const lines: Lines = { from, start: new Float64Array(field.length), slope: new Float64Array(field.length) }
  const kinks = field.map(({ curve }) => curve.kinks(from, to))
  const passed = new Int32Array(field.length)
  const nextOf = (racer: number): number => kinks[racer]![passed[racer]!] ?? to
  for (let racer = 0; racer < field.length; racer += 1) follow(lines, racer, field[racer]!, from, nextOf(racer))
  for (let at = from; at < to;) {
    let next = to
    for (let racer = 0; racer < field.length; racer += 1) next = Math.min(next, nextOf(racer))
    walkPiece(lines, field, at, next, stretches)
    at = next
    for (let racer = 0; racer < field.length; racer += 1) {
      if (nextOf(racer) !== at || at === to) continue
      passed[racer]! += 1
      follow(lines, racer, field[racer]!, at, nextOf(racer))
    }
  }
}

const push = (stretches: Stretch[], from: number, cheapest: OptionId): void => {
  if (stretches.at(-1)?.cheapest !== cheapest) stretches.push({ from, cheapest })
}

const chunksTo = (horizon: number): readonly number[] => {
  const ends: number[] = []
  for (let end = horizon; end > 1; end /= CHUNK_GROWTH) ends.push(end)
  return ends.toReversed()
}

const within = (racers: readonly Racer[], starts: Float64Array, ceiling: number): readonly Racer[] =>
  racers.filter((_, at) => starts[at]! <= ceiling)

/**
 * Which option is the cheapest at which volume, from 0 to the horizon: exact on linear pieces, correct on
 * staircases, with as many stretches as there are. The last has no `to`.
 */
export const breakevenOf = (racers: readonly Racer[], horizon: number): readonly Stretch[] => {
  if (racers.length === 0) return []
  const stretches: Stretch[] = []
  let from = 0
  // Costs never fall with volume: whoever costs more at a chunk's start than another at its end cannot be cheapest in it.
  let starts = Float64Array.from(racers, ({ curve }) => curve.at(0))
  let ends = new Float64Array(racers.length)
  for (const end of chunksTo(horizon)) {
    let ceiling = Number.POSITIVE_INFINITY
    for (let at = 0; at < racers.length; at += 1) ceiling = Math.min(ceiling, (ends[at] = racers[at]!.curve.at(end)))
    let [inIt, one] = [0, 0]
    for (let at = 0; at < racers.length; at += 1) if (starts[at]! <= ceiling) [inIt, one] = [inIt + 1, at]
    if (inIt === 1) push(stretches, from, racers[one]!.id)
    else walkChunk(within(racers, starts, ceiling), from, end, stretches)
    ;[starts, ends] = [ends, starts]
    from = end
  }
  return stretches.map((stretch, at) => {
    const next = stretches[at + 1]
    return next === undefined ? stretch : { from: stretch.from, to: next.from, cheapest: stretch.cheapest }
  })
}

/** The volume from which running wins over renting for the first time; undefined where it never does below the horizon. */
export const firstCrossing = (stretches: readonly Stretch[], run: OptionId): number | undefined =>
  stretches.find(({ cheapest }) => cheapest === run)?.from
