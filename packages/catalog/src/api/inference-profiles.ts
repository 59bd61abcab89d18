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

/** Models of Bedrock once more under the names of their inference profiles, each with the prices of its geography. */
export const inferenceProfiles = (models: readonly PricedModel[]): readonly PricedModel[] =>
  models
    .filter(({ provider }) => provider === SELLER)
    .flatMap((model) =>
      GEOGRAPHIES.flatMap((geography) => {
        const prices = model.prices.filter(({ region }) => region === geography).map(everywhere)
        return prices.length === 0 ? [] : [{ ...model, model: `${geography}.${model.model}`, prices }]
      }),
    )
