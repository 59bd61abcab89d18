import type { Comparison, OptionId, PricedOption } from '@breakeven/core'
import { phraseOf } from './names.ts'

/** The question has two sides: what is rented, what is run, and the mix of both. */
export type Side = 'rent' | 'run' | 'mix'

export const sideOf = ({ kind }: Pick<PricedOption, 'kind'>): Side =>
  kind === 'hosted' ? 'run' : kind === 'hybrid' ? 'mix' : 'rent'

export const optionOf = (comparison: Pick<Comparison, 'options'>, id: OptionId): PricedOption | undefined =>
  comparison.options.find((option) => option.id === id)

/** The cheapest of one side, at the user's own volume. */
export const cheapestOf = (comparison: Comparison, side: Side): PricedOption | undefined =>
  comparison.options.find((option) => sideOf(option) === side)

/** What stands for an option in a sentence, also where the option itself is not at hand. */
export const labelOf = (comparison: Comparison, id: OptionId): string => {
  const option = optionOf(comparison, id)
  return option === undefined ? id : phraseOf(option)
}

/** `requests` or `tokens`: what the volume counts. */
export const unitOf = ({ axis }: Pick<Comparison, 'axis'>): string =>
  axis === 'requestsPerDay' ? 'requests' : 'tokens'

/** The user's own volume on the comparison's axis, per day. */
export const volumeOf = ({ axis, workload }: Comparison): number => {
  const { requestsPerDay, tokensPerDay } = workload
  if (axis === 'requestsPerDay') return requestsPerDay ?? 0
  return Object.values(tokensPerDay).reduce((sum, tokens) => sum + tokens, 0)
}
