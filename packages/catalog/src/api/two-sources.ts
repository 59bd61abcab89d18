import type { MeterPrices, Price } from '@breakeven/core'

import { GENAI_PRICES, STALE } from './genai-prices.ts'
import { listText, timesApart } from './list-price.ts'

/** Sources that differ by more than this cannot both be right: the row never wins. */
const FAR_APART = 2

const unique = (flags: readonly string[]): Pick<Price, 'flags'> =>
  flags.length === 0 ? {} : { flags: [...new Set(flags)] }

const withCache = (own: MeterPrices, theirs: MeterPrices = {}): MeterPrices => {
  const { output: _output, ...caches } = theirs
  return { ...caches, ...own }
}

const seenAgain = (own: Price, theirs: Price): Pick<Price, 'asOf' | 'source'> => ({
  asOf: own.asOf > theirs.asOf ? own.asOf : theirs.asOf,
  source: `${own.source} ; still so in genai-prices ${GENAI_PRICES.version}`,
})

/**
 * Our price, seen again at theirs' date. What ours does not say and theirs does is taken over: the price of a cached
 * token (our sources often begin to list it later), a fee per request, what is billed beside text.
 */
const confirmed = (own: Price, theirs: Price): Price => ({
  ...own,
  ...(theirs.flags?.includes(STALE) === true ? {} : seenAgain(own, theirs)),
  bands: own.bands.map((band, index) =>
    index === 0 ? { ...band, usdPerMillion: withCache(band.usdPerMillion, theirs.bands[0]?.usdPerMillion) } : band,
  ),
  ...(theirs.usdPerRequest === undefined ? {} : { usdPerRequest: theirs.usdPerRequest }),
  ...unique([...(own.flags ?? []), ...(theirs.flags ?? [])]),
})

const disputed = (own: Price, theirs: Price): Price => ({
  ...own,
  ...unique([...(own.flags ?? []), `genai-prices ${GENAI_PRICES.version} has ${listText(theirs)}`]),
  ...(timesApart(own, theirs) > FAR_APART ? { suspect: true } : {}),
})

/** Our price beside theirs for the same day: seen again, or the disagreement is told, and ours stands. */
export const besideTheirs = (own: Price, theirs: Price): Price =>
  timesApart(own, theirs) === 1 ? confirmed(own, theirs) : disputed(own, theirs)

/** The price of another name of the same model: told apart where it differs, it is not disputed, since snapshots differ. */
export const confirmedBy = (own: Price, theirs: Price): Price =>
  timesApart(own, theirs) === 1 ? confirmed(own, theirs) : own
