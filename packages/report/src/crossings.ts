import type { Comparison, OptionId, PricedOption, Stretch } from '@breakeven/core'
import type { Span } from './chart-series.ts'
import { sideOf } from './side.ts'

/** Where one option becomes cheaper than another. */
export type Crossing = {
  readonly perDay: number
  /** The cost of the one that becomes cheaper: it does not step there, while the other may, and then the two meet on the riser. */
  readonly usd: number
  readonly from: PricedOption
  readonly to: PricedOption
  /** The cheapest of all from here on, or only cheaper than the other of a pair. */
  readonly of: 'field' | 'pair'
}

type Change = { readonly at: number; readonly from: OptionId; readonly to: OptionId }

const changesOf = (stretches: readonly Stretch[]): Change[] =>
  stretches.flatMap(({ from, cheapest }, at) => {
    const before = stretches[at - 1]
    return before === undefined ? [] : [{ at: from, from: before.cheapest, to: cheapest }]
  })

/** Stretches of the field long enough to be seen, `share` of the axis or more; what lies between them does not count. */
const coarse = (stretches: readonly Stretch[], span: Span, share: number): Stretch[] => {
  const least = (span.to / span.from) ** share
  return stretches.filter(({ from, to = Infinity }) => Math.min(to, span.to) / Math.max(from, span.from) >= least)
}

const VISIBLE_SHARE = 0.03
const MOST_CROSSINGS = 7

/**
 * The crossings worth a number, most telling first: where running first pays and where it pays for good, where it beats
 * today's bill, where the field visibly changes hands, and where running first beats what else is rented. Only between
 * shown options, in sight.
 */
export const crossingsOf = (comparison: Comparison, shown: readonly PricedOption[], span: Span): Crossing[] => {
  const byId = new Map(shown.map((option) => [option.id, option]))
  const crossing = (of: Crossing['of'], { at, from, to }: Change): Crossing[] => {
    const [left, right] = [byId.get(from), byId.get(to)]
    if (left === undefined || right === undefined || at <= span.from || at >= span.to) return []
    return [{ perDay: at, usd: right.curve.at(at), from: left, to: right, of }]
  }
  const field = changesOf(comparison.breakeven).flatMap((change) => crossing('field', change))
  const turns = field.filter(({ from, to }) => (sideOf(from) === 'rent') !== (sideOf(to) === 'rent'))
  const pairs = comparison.pairs.flatMap(({ rent, run, stretches }) =>
    changesOf(stretches)
      .filter(({ to }) => to === run)
      .slice(0, 1)
      .flatMap((change) => crossing('pair', { ...change, from: rent })),
  )
  const ordered = [
    ...turns.slice(0, 1),
    ...turns.slice(-1),
    ...pairs.filter(({ from }) => from.kind === 'asIs').slice(0, 1),
    ...changesOf(coarse(comparison.breakeven, span, VISIBLE_SHARE)).flatMap((change) => crossing('field', change)),
    ...pairs,
  ]
  const chosen: Crossing[] = []
  for (const one of ordered) {
    if (chosen.length < MOST_CROSSINGS && !chosen.some(({ perDay }) => Math.abs(perDay / one.perDay - 1) < 1e-6))
      chosen.push(one)
  }
  return chosen
}
