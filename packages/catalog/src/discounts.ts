import type { Catalog, Discount, MeterPrices, Price } from '@breakeven/core'
import { didYouMean, InputError } from '@breakeven/core'

/** What a list price is multiplied by, and what its source then adds. */
type Cut = { readonly factor: number; readonly note: string }

const cutPrices = (prices: MeterPrices, { factor }: Cut): MeterPrices =>
  Object.fromEntries(Object.entries(prices).map(([meter, usd]) => [meter, usd * factor]))

const cutPrice = (price: Price, cut: Cut): Price => ({
  ...price,
  bands: price.bands.map(({ above, usdPerMillion }) => ({ above, usdPerMillion: cutPrices(usdPerMillion, cut) })),
  ...(price.usdPerRequest === undefined ? {} : { usdPerRequest: price.usdPerRequest * cut.factor }),
  source: `${price.source}; ${cut.note}`,
})

/** List prices less the discount of their provider; `aws` is machines and the services around them. */
export const withDiscounts = (catalog: Catalog, cutOf: (provider: string) => Cut | undefined): Catalog => {
  const aws = cutOf('aws')
  return {
    ...catalog,
    apiModels: catalog.apiModels.map((model) => {
      const cut = cutOf(model.provider)
      return cut ? { ...model, prices: model.prices.map((price) => cutPrice(price, cut)) } : model
    }),
    ...(aws && {
      instances: catalog.instances.map((instance) => ({
        ...instance,
        rates: instance.rates.map((row) => ({
          ...row,
          usdPerHour: row.usdPerHour * aws.factor,
          source: `${row.source}; ${aws.note}`,
        })),
      })),
      services: catalog.services.map((service) => ({
        ...service,
        tiers: service.tiers.map((tier) => ({ ...tier, usd: tier.usd * aws.factor })),
        source: `${service.source}; ${aws.note}`,
      })),
    }),
  }
}

/**
 * The catalogue less the discounts that a person names, `aws` for machines.
 *
 * @throws InputError for a provider that the catalogue does not have.
 */
export const discountedCatalog = <Shipped extends Catalog>(
  catalog: Shipped,
  discounts: readonly Discount[],
): Shipped => {
  if (discounts.length === 0) return catalog
  const providers = new Set(['aws', ...catalog.apiModels.map(({ provider }) => provider)])
  const cuts = new Map(
    discounts.map(({ provider, share }) => {
      if (!providers.has(provider)) {
        const hint = didYouMean(provider, providers) ?? '`breakeven prices` names all providers; aws is machines'
        throw new InputError(`--discount ${provider}: no such provider`, { hint })
      }
      return [provider, { factor: 1 - share, note: `less ${Number((share * 100).toPrecision(6))} % (--discount)` }]
    }),
  )
  return { ...catalog, ...withDiscounts(catalog, (provider) => cuts.get(provider)) }
}
