import type { Price } from '@breakeven/core'

import type { PricedModel } from './merge.ts'

const SELLER = 'amazon-bedrock'
/** Bedrock sells a geography as a model of its own: logs name `us.anthropic.claude-…`, at that geography's price. */
const GEOGRAPHIES: readonly string[] = ['us', 'eu', 'apac', 'global', 'au', 'jp', 'us-gov']

/** Under the geography's own name the price needs no region. */
const everywhere = (price: Price): Price => {
  const copy: { region?: string } & Price = { ...price }
  delete copy.region
  return copy
}

/** `anthropic.claude-opus-4-6-v1:0` is also asked for without its version. */
const withShortName = (model: PricedModel): PricedModel => {
  const short = model.model.toLowerCase().replace(/-v\d+(?::\d+)?$/, '')
  return short === model.model.toLowerCase() ? model : { ...model, aliases: [...model.aliases, short] }
}

const profilesOf = (models: readonly PricedModel[]): readonly PricedModel[] =>
  models.flatMap((model) =>
    GEOGRAPHIES.flatMap((geography) => {
      const prices = model.prices.filter(({ region }) => region === geography).map(everywhere)
      return prices.length === 0 ? [] : [{ ...model, model: `${geography}.${model.model}`, prices }]
    }),
  )

/** Models as they came; those of Bedrock once more under the names of their inference profiles, with the geography's prices. */
export const withInferenceProfiles = (models: readonly PricedModel[]): readonly PricedModel[] => {
  const others = models.filter(({ provider }) => provider !== SELLER)
  const own = models.filter(({ provider }) => provider === SELLER)
  return [...others, ...[...own, ...profilesOf(own)].map(withShortName)]
}
