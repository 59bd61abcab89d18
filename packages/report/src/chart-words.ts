import type { Comparison, PricedOption } from '@breakeven/core'
import type { Name, ShortWords } from './names.ts'
import { nameOf, SHORT_WORDS } from './names.ts'
import { compactText, compactUsdText, countText, usdText } from './numbers.ts'
import type { Side } from './side.ts'

type Axis = Comparison['axis']

/** All that a chart says beside the names of options: given in another language, the chart speaks it. */
export type ChartWords = ShortWords & {
  readonly usdPerDay: string
  readonly cheapest: string
  /** What the volume axis counts, per day. */
  readonly volumes: (axis: Axis) => string
  /** The line under the title; `short` where there is room for a few words only. */
  readonly subtitle: (comparison: Comparison, short: boolean) => string
  readonly becomesCheapest: (to: string) => string
  readonly undercuts: (to: string, from: string) => string
  readonly volume: (perDay: string, axis: Axis) => string
  /** Stretches won by options that have no line of their own. */
  readonly others: (side: Side) => string
  readonly moreCrossings: (count: number) => string
  /** A line's price at the reader's own volume; `short` without the unit. */
  readonly price: (usd: string, short: boolean) => string
  readonly today: { readonly main: string; readonly detail: string }
  readonly count: (value: number) => string
  readonly compact: (value: number) => string
  readonly usd: (value: number) => string
  readonly compactUsd: (value: number) => string
}

const unitOf = (axis: Axis): string => (axis === 'requestsPerDay' ? 'requests' : 'tokens')

export const ENGLISH: ChartWords = {
  ...SHORT_WORDS,
  usdPerDay: 'USD a day',
  cheapest: 'cheapest',
  volumes: (axis) => `${unitOf(axis)} a day`,
  subtitle: ({ workload: { meanInput, meanOutput }, on }, short) => {
    if (short || meanInput === undefined || meanOutput === undefined)
      return short ? 'What a day costs, by volume' : `What a day costs, by volume; prices of ${on}`
    return `What a day costs, by volume; ${countText(meanInput)} tokens in and ${countText(meanOutput)} out a request; prices of ${on}`
  },
  becomesCheapest: (to) => `${to} becomes the cheapest`,
  undercuts: (to, from) => `${to} undercuts ${from}`,
  volume: (perDay, axis) => `you: ${perDay} ${unitOf(axis)} a day`,
  others: (side) => `others, ${{ rent: 'rented', run: 'run', mix: 'mixed' }[side]}`,
  moreCrossings: (count) =>
    `${countText(count)} more ${count === 1 ? 'crossing is' : 'crossings are'} too near to these to carry a number`,
  price: (usd, short) => (short ? usd : `${usd} a day`),
  today: { main: 'as today', detail: 'no change' },
  count: countText,
  compact: compactText,
  usd: usdText,
  compactUsd: compactUsdText,
}

/** The two parts of a name, today's models in the chart's own words. */
export const nameIn = (words: ChartWords, option: PricedOption): Name =>
  option.kind === 'asIs' ? words.today : nameOf(option)
