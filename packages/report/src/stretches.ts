import type { Comparison, Stretch } from '@breakeven/core'
import type { Side } from './side.ts'
import { optionOf, sideOf, unitOf } from './side.ts'
import { countText } from './numbers.ts'

/** A run of neighbouring stretches won by one side, with the option that opens it. */
export type SideStretch = Stretch & { readonly side: Side }

const sideOfId = (comparison: Comparison, id: string): Side => {
  const option = optionOf(comparison, id)
  if (option !== undefined) return sideOf(option)
  return id.startsWith('hosted:') ? 'run' : id.startsWith('hybrid:') ? 'mix' : 'rent'
}

/** Renting against own machines, mixed or not: stretches of the same side become one. */
export const sideStretches = (comparison: Comparison, stretches: readonly Stretch[]): SideStretch[] => {
  const merged: SideStretch[] = []
  for (const stretch of stretches) {
    const side = sideOfId(comparison, stretch.cheapest)
    const last = merged.at(-1)
    if (last === undefined || (last.side === 'rent') !== (side === 'rent')) merged.push({ ...stretch, side })
    else {
      const { to: _to, ...open } = last
      merged[merged.length - 1] = stretch.to === undefined ? open : { ...open, to: stretch.to }
    }
  }
  return merged
}

/** `below 100`, `from 100 to 200`, `from 100`. */
const rangeText = ({ from, to }: Stretch): string => {
  if (to === undefined) return `from ${countText(from)}`
  return from === 0 ? `below ${countText(to)}` : `from ${countText(from)} to ${countText(to)}`
}

const FEW = 3

/**
 * `from 113,436 requests a day on`; `from 100 to 200 and from 300 requests a day on`. A staircase can cross a line many
 * times: beyond three ranges it says where it begins and where it ends.
 */
export const rangesText = (comparison: Pick<Comparison, 'axis'>, ranges: readonly Stretch[]): string => {
  const unit = `${unitOf(comparison)} a day`
  const last = ranges.at(-1)
  const first = ranges[0]
  if (first === undefined || last === undefined) return ''
  if (first.from === 0 && first.to === undefined) return 'at any volume'
  const on = last.to === undefined ? ' on' : ''
  if (ranges.length > FEW) {
    const end = last.to === undefined ? `and for good ${rangeText(last)}` : `the last ${rangeText(last)}`
    return `here and there ${rangeText(first).replace(/ to .*/, '')} (${ranges.length} ranges), ${end} ${unit}${on}`
  }
  const texts = ranges.map(rangeText)
  const joined = texts.length === 1 ? texts[0] : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
  return `${joined} ${unit}${on}`
}
