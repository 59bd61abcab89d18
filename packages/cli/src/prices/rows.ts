import type { ApiModel, Catalog, Instance, InstanceRate, IsoDate, MeterPrices, Price } from '@breakeven/core'

/** One dated price of one model for prompts of one length: what the catalogue holds, laid flat. */
export type PriceRow = {
  readonly model: ApiModel
  readonly price: Price
  /** Prompts longer than this many tokens; absent: from the first token on. */
  readonly above?: number
  readonly usdPerMillion: MeterPrices
}

/** One way to buy one machine. */
export type MachineRow = { readonly instance: Instance; readonly rate: InstanceRate }

const inForce = ({ released, retired }: ApiModel, { from, to }: Price, on: IsoDate): boolean =>
  (from ?? released ?? '') <= on && (to === undefined || on < to) && (retired === undefined || on < retired)

const bandRows = (model: ApiModel, price: Price): readonly PriceRow[] =>
  price.bands.map(({ above, usdPerMillion }) => ({
    model,
    price,
    usdPerMillion,
    ...(above < 0 ? {} : { above }),
  }))

const inOrder = (a: PriceRow, b: PriceRow): number =>
  a.model.id.localeCompare(b.model.id) ||
  // "standard" is what most people pay: first, then the others by name.
  Number(b.price.tier === 'standard') - Number(a.price.tier === 'standard') ||
  a.price.tier.localeCompare(b.price.tier) ||
  (a.price.region ?? '').localeCompare(b.price.region ?? '') ||
  (a.price.from ?? '').localeCompare(b.price.from ?? '') ||
  (a.above ?? -1) - (b.above ?? -1)

/** Models whose `provider/model` or other spelling has `text` in it; all of them without one. */
export const modelsLike = ({ apiModels }: Catalog, text: string | undefined): readonly ApiModel[] => {
  if (text === undefined) return apiModels
  const wanted = text.toLowerCase()
  return apiModels.filter(({ id, aliases = [] }) =>
    [id, ...aliases].some((name) => name.toLowerCase().includes(wanted)),
  )
}

/** The rows of models, in force on a date, or of all dates. */
export const priceRows = (models: readonly ApiModel[], on: IsoDate | undefined): readonly PriceRow[] =>
  models
    .flatMap((model) =>
      model.prices
        .filter((price) => on === undefined || inForce(model, price, on))
        .flatMap((price) => bandRows(model, price)),
    )
    .toSorted(inOrder)

/** Machines whose id has `text` in it; none without one: the question is then about models. */
export const machineRows = ({ instances }: Catalog, text: string | undefined): readonly MachineRow[] =>
  text === undefined
    ? []
    : instances
        .filter(({ id }) => id.toLowerCase().includes(text.toLowerCase()))
        .flatMap((instance) => instance.rates.map((rate) => ({ instance, rate })))
