import type { Comparison } from '@breakeven/core'
import { countText } from './numbers.ts'
import { shortOf } from './names.ts'
import { sideOf, unitOf } from './side.ts'
import { sideStretches } from './stretches.ts'

/** When the other way wins, in a few words. */
const turnOf = (comparison: Comparison, rents: boolean): string => {
  const unit = `${unitOf(comparison)} a day`
  const others = sideStretches(comparison, comparison.breakeven).filter(({ side }) => (side === 'rent') !== rents)
  const [first, last] = [others[0], others.at(-1)]
  if (first === undefined || last === undefined)
    return `no break-even up to ${countText(comparison.horizonPerDay)} ${unit}`
  const way = rents ? 'run your own' : 'rent'
  if (others.length > 1 && last.to === undefined)
    return `${way} from ${countText(first.from)} ${unit}, for good from ${countText(last.from)}`
  if (first.from === 0 && first.to !== undefined) return `${way} below ${countText(first.to)} ${unit}`
  return `${way} from ${countText(first.from)}${first.to === undefined ? '' : ` to ${countText(first.to)}`} ${unit}`
}

/** The finding as a chart's title. */
export const headlineOf = (comparison: Comparison): string => {
  const [best] = comparison.options
  if (best === undefined) return 'Nothing could be priced'
  const what =
    best.kind === 'asIs'
      ? 'Stay as you are'
      : `${{ rent: 'Rent', run: 'Run', mix: 'Mix' }[sideOf(best)]} ${shortOf(best)}`
  return `${what}; ${turnOf(comparison, sideOf(best) === 'rent')}`
}
