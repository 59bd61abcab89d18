import type { Stretch } from './comparison.ts'
import type { CostCurve } from './cost.ts'
import { mergeKinks } from './curve.ts'
import type { OptionId } from './option.ts'

/** A curve in the race, by the option it belongs to. */
export type Racer = { readonly id: OptionId; readonly curve: CostCurve }

/** Volumes from 0 to the horizon are walked in chunks that widen by this factor: losers of a chunk are not looked at in it. */
const CHUNK_GROWTH = 1.25

/** Ties are decided for the one that was cheapest just before: a line that touches does not cross. */
const TIE = 1e-12

type Piece = { readonly id: OptionId; readonly start: number; readonly slope: number }

/** The line of a curve inside one stretch without kinks. Curves are left-continuous, so only inner points are read. */
const pieceOf = ({ id, curve }: Racer, from: number, to: number): Piece => {
  const middle = (from + to) / 2
  const slope = (curve.at(to) - curve.at(middle)) / (to - middle)
  return { id, start: curve.at(to) - slope * (to - from), slope }
}

const cheapestAt = (pieces: readonly Piece[], offset: number, incumbent: OptionId | undefined): Piece => {
  let best = pieces[0]!
  let bestUsd = best.start + best.slope * offset
  for (const piece of pieces) {
    const usd = piece.start + piece.slope * offset
    const margin = TIE * Math.max(Math.abs(usd), Math.abs(bestUsd))
    const tied = Math.abs(usd - bestUsd) <= margin
    if (usd < bestUsd - margin || (tied && better(piece, best, incumbent))) {
      best = piece
      bestUsd = usd
    }
  }
  return best
}

/** Of two equal ones, the one that grows slower is cheaper from here on; of two equal lines, the one that was ahead. */
const better = (piece: Piece, best: Piece, incumbent: OptionId | undefined): boolean =>
  piece.slope < best.slope || (piece.slope === best.slope && piece.id === incumbent)

/** Where lines cross inside one piece, exactly: from the cheapest on, the next cross with a line that grows slower. */
const walkPiece = (pieces: readonly Piece[], from: number, width: number, stretches: Stretch[]): void => {
  let offset = 0
  let best = cheapestAt(pieces, 0, stretches.at(-1)?.cheapest)
  push(stretches, from, best.id)
  for (;;) {
    let next: Piece | undefined
    let cross = width
    for (const piece of pieces) {
      if (piece.slope >= best.slope) continue
      const at = (piece.start - best.start) / (best.slope - piece.slope)
      if (at > offset && at < cross) {
        cross = at
        next = piece
      }
    }
    if (next === undefined) return
    offset = cross
    best = cheapestAt(pieces, cross, next.id)
    push(stretches, from + cross, best.id)
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

/**
 * Which option is the cheapest at which volume, from 0 to the horizon: exact on linear pieces, correct on
 * staircases, with as many stretches as there are. The last has no `to`.
 */
export const breakevenOf = (racers: readonly Racer[], horizon: number): readonly Stretch[] => {
  if (racers.length === 0) return []
  const stretches: Stretch[] = []
  let from = 0
  // Costs never fall with volume: whoever costs more at a chunk's start than another at its end cannot be cheapest in it.
  let atStart = racers.map(({ curve }) => curve.at(0))
  for (const end of chunksTo(horizon)) {
    const starts = atStart
    atStart = racers.map(({ curve }) => curve.at(end))
    const ceiling = atStart.reduce((least, usd) => Math.min(least, usd), Number.POSITIVE_INFINITY)
    const field = racers.filter((_, at) => starts[at]! <= ceiling)
    const kinks = [
      from,
      ...mergeKinks(
        field.map(({ curve }) => curve),
        from,
        end,
      ),
      end,
    ]
    for (let at = 0; at + 1 < kinks.length; at += 1) {
      const start = kinks[at]!
      const stop = kinks[at + 1]!
      if (stop > start)
        walkPiece(
          field.map((racer) => pieceOf(racer, start, stop)),
          start,
          stop - start,
          stretches,
        )
    }
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
