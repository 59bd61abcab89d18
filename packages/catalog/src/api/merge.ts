import type { IsoDate, Price } from '@breakeven/core'

import { GENAI_PRICES } from './genai-prices.ts'
import type { ImportedModel } from './genai-prices.ts'
import { inForceOn, isListPrice, timesApart } from './list-price.ts'
import { foldSpellings } from './spellings.ts'
import { besideTheirs, confirmedBy } from './two-sources.ts'

/** A model of one seller with its dated prices, before class, tokeniser and task are looked up. */
export type PricedModel = {
  readonly provider: string
  readonly model: string
  readonly aliases: readonly string[]
  readonly prices: readonly Price[]
  readonly released?: IsoDate
  readonly retired?: IsoDate
  readonly contextTokens?: number
  readonly free?: true
}

const lastOf = (prices: readonly Price[]): Price | undefined =>
  prices.reduce<Price | undefined>(
    (last, price) => (last === undefined || (price.from ?? '') >= (last.from ?? '') ? price : last),
    undefined,
  )

const current = (prices: readonly Price[]): Price | undefined =>
  prices.filter(isListPrice).find((price) => inForceOn(price, GENAI_PRICES.asOf))

/** The part of a price from a date on; nothing where it had ended before. */
const startingAt = (price: Price, from: IsoDate): readonly Price[] => {
  if (price.to !== undefined && price.to <= from) return []
  return [price.from !== undefined && price.from > from ? price : { ...price, from }]
}

/**
 * Our dated rows, then what genai-prices adds to them:
 * a dated price that begins after our last row and says something else takes over from it;
 * where our last row has ended and the model goes on, theirs fills in from that day;
 * before our first row theirs is never used, because it has no date.
 */
const mergedPrices = (own: readonly Price[], { prices: theirs }: ImportedModel): readonly Price[] => {
  const last = lastOf(own.filter(isListPrice))
  if (last === undefined) return [...own, ...theirs]
  const end = last.to
  if (end !== undefined) return [...own, ...theirs.flatMap((price) => startingAt(price, end))]
  const later = theirs.filter((price) => (price.from ?? '') > (last.from ?? '') && timesApart(price, last) > 1)
  const takenOver = later[0]?.from
  const seen = current(theirs)
  const closing = (): Price => {
    if (takenOver !== undefined) return { ...last, to: takenOver }
    return seen !== undefined && inForceOn(last, GENAI_PRICES.asOf) ? besideTheirs(last, seen) : last
  }
  return [...own.map((price) => (price === last ? closing() : price)), ...later]
}

const keyOf = (provider: string, name: string): string => `${provider}/${name.toLowerCase()}`

/** The last list price, in force or ended. */
const latest = ({ prices }: { readonly prices: readonly Price[] }): Price | undefined =>
  lastOf(prices.filter(isListPrice))

/** What a snapshot has after its family's name: `claude-3-haiku` + `-20240307`. */
const SNAPSHOT = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/

/** Our models by name, and by the name of the family whose snapshot they are. */
const nameIndex = (models: readonly PricedModel[]): ReadonlyMap<string, readonly PricedModel[]> => {
  const index = new Map<string, PricedModel[]>()
  for (const model of models) {
    for (const key of new Set([model.model, model.model.replace(SNAPSHOT, '')])) {
      const found = index.get(keyOf(model.provider, key))
      if (found === undefined) index.set(keyOf(model.provider, key), [model])
      else found.push(model)
    }
  }
  return index
}

/** Ours that theirs is: by name, else the first of its names' models and snapshots that costs, or last cost, the same. */
const ownerOf = (
  own: ReadonlyMap<string, PricedModel>,
  index: ReadonlyMap<string, readonly PricedModel[]>,
  imported: ImportedModel,
): PricedModel | undefined => {
  const byName = own.get(keyOf(imported.provider, imported.model))
  const theirs = current(imported.prices)
  if (byName !== undefined || theirs === undefined) return byName
  return [imported.model, ...imported.aliases]
    .flatMap((name) => index.get(keyOf(imported.provider, name)) ?? [])
    .find((model) => {
      const price = latest(model)
      return price !== undefined && timesApart(price, theirs) === 1
    })
}

const contextOf = ({ contextTokens }: { readonly contextTokens?: number }): { readonly contextTokens?: number } =>
  contextTokens === undefined ? {} : { contextTokens }

const asPriced = ({ provider, model, aliases, prices, free, ...rest }: ImportedModel): PricedModel => ({
  provider,
  model,
  aliases,
  prices,
  ...contextOf(rest),
  ...(free === undefined ? {} : { free }),
})

const withImported = (own: PricedModel, imported: ImportedModel): PricedModel => ({
  ...own,
  aliases: [
    ...own.aliases,
    ...(imported.model === own.model ? [] : [imported.model.toLowerCase()]),
    ...imported.aliases,
  ],
  prices: imported.hourly ? own.prices : mergedPrices(own.prices, imported),
  ...contextOf(imported),
})

/** A snapshot of ours that theirs counts under another name: its own rows stand, seen again where they are the same. */
const seenInPassing = (own: PricedModel, imported: ImportedModel): PricedModel => {
  const theirs = current(imported.prices)
  const ours = current(own.prices)
  const same = theirs !== undefined && ours !== undefined && !imported.hourly
  return {
    ...contextOf(imported),
    ...own,
    prices: same ? own.prices.map((price) => (price === ours ? confirmedBy(ours, theirs) : price)) : own.prices,
  }
}

/** A name that is a model of its own is nobody's alias: `gpt-3.5-turbo-0125` keeps its own rows. */
const withoutTaken = (models: readonly PricedModel[]): readonly PricedModel[] => {
  const taken = new Set(models.map(({ provider, model }) => keyOf(provider, model)))
  return models.map((model) => {
    const free = [...new Set(model.aliases)].filter((alias) => !taken.has(keyOf(model.provider, alias)))
    for (const alias of free) taken.add(keyOf(model.provider, alias))
    return { ...model, aliases: free }
  })
}

/** Our dated rows over genai-prices: ours win in the dates and tiers that they cover; what only genai-prices has is added. */
export const mergeModels = (
  ours: readonly PricedModel[],
  imported: readonly ImportedModel[],
): readonly PricedModel[] => {
  const index = nameIndex(ours)
  const own = new Map(ours.map((model) => [keyOf(model.provider, model.model), model]))
  const models = new Map(own)
  const named = new Set(imported.map(({ provider, model }) => keyOf(provider, model)))
  for (const one of imported) {
    const owner = ownerOf(own, index, one)
    const base = owner === undefined ? undefined : models.get(keyOf(owner.provider, owner.model))
    const merged = base === undefined ? asPriced(one) : withImported(base, one)
    models.set(keyOf(merged.provider, merged.model), merged)
    for (const alias of one.aliases) {
      const key = keyOf(one.provider, alias)
      const snapshot = models.get(key)
      if (snapshot !== undefined && own.has(key) && !named.has(key) && snapshot !== merged) {
        models.set(key, seenInPassing(snapshot, one))
      }
    }
  }
  return withoutTaken(foldSpellings([...models.values()]))
}
