import type { IsoDate, Price } from '@breakeven/core'

import { GENAI_PRICES } from './genai-prices.ts'
import type { ImportedModel } from './genai-prices.ts'

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

/** Sources that differ by more than this cannot both be right: the row never wins. */
const FAR_APART = 2

const isListPrice = ({ tier, region, hours }: Price): boolean =>
  tier === 'standard' && region === undefined && hours === undefined

const inForceOn = ({ from, to }: Price, on: IsoDate): boolean => (from ?? '') <= on && (to === undefined || on < to)

const unitPrices = ({ bands }: Price): readonly [number, number] => {
  const { freshInput = 0, output = 0 } = bands[0]?.usdPerMillion ?? {}
  return [freshInput, output]
}

const listOf = (price: Price): string => {
  const [input, output] = unitPrices(price)
  return `$${input}/$${output}`
}

const ratioOf = (a: number, b: number): number => (a === b ? 1 : Math.max(a, b) / Math.min(a, b))

const furthestApart = (a: Price, b: Price): number => {
  const [inputA, outputA] = unitPrices(a)
  const [inputB, outputB] = unitPrices(b)
  return Math.max(ratioOf(inputA, inputB), ratioOf(outputA, outputB))
}

const withFlag = (price: Price, flag: string): Price => ({ ...price, flags: [...(price.flags ?? []), flag] })

const confirmed = (price: Price): Price =>
  price.asOf >= GENAI_PRICES.asOf
    ? price
    : {
        ...price,
        asOf: GENAI_PRICES.asOf,
        source: `${price.source} ; still so in genai-prices ${GENAI_PRICES.version}`,
      }

/** Our row beside theirs on the day theirs was last edited: confirmed, or the disagreement is told. */
const besideTheirs = (own: Price, theirs: Price): Price => {
  const apart = furthestApart(own, theirs)
  if (apart === 1) return theirs.flags === undefined ? confirmed(own) : own
  const told = withFlag(own, `genai-prices ${GENAI_PRICES.version} has ${listOf(theirs)}`)
  return apart > FAR_APART ? { ...told, suspect: true } : told
}

const lastOf = (prices: readonly Price[]): Price | undefined =>
  prices.reduce<Price | undefined>(
    (last, price) => (last === undefined || (price.from ?? '') >= (last.from ?? '') ? price : last),
    undefined,
  )

/** The part of a price from a date on; nothing where it had ended before. */
const startingAt = (price: Price, from: IsoDate): readonly Price[] =>
  price.to !== undefined && price.to <= from
    ? []
    : [{ ...price, from: (price.from ?? '') > from ? (price.from ?? from) : from }]

/**
 * Our dated rows, then what genai-prices adds to them:
 * a dated price that begins after our last row and says something else takes over from it;
 * where our last row has ended and the model goes on, theirs fills in from that day;
 * before our first row theirs is never used, because it has no date.
 */
const mergedPrices = (own: readonly Price[], { prices: theirs, hourly }: ImportedModel): readonly Price[] => {
  if (hourly) return own
  const last = lastOf(own.filter(isListPrice))
  if (last === undefined) return [...own, ...theirs]
  if (last.to !== undefined) {
    const end = last.to
    return [...own, ...theirs.flatMap((price) => startingAt(price, end))]
  }
  const later = theirs.filter((price) => (price.from ?? '') > (last.from ?? '') && furthestApart(price, last) > 1)
  const ends = later[0]?.from
  const current = theirs.find((price) => inForceOn(price, GENAI_PRICES.asOf))
  return [
    ...own.map((price) => {
      if (price !== last) return price
      if (ends !== undefined) return { ...price, to: ends }
      return current !== undefined && inForceOn(price, GENAI_PRICES.asOf) ? besideTheirs(price, current) : price
    }),
    ...later,
  ]
}

const keyOf = (provider: string, name: string): string => `${provider}/${name.toLowerCase()}`

const priceToday = (prices: readonly Price[]): Price | undefined =>
  prices.filter(isListPrice).find((price) => inForceOn(price, GENAI_PRICES.asOf))

/** Ours that theirs is: by name, else the first of its other names that costs the same. */
const ownerOf = (own: ReadonlyMap<string, PricedModel>, imported: ImportedModel): PricedModel | undefined => {
  const byName = own.get(keyOf(imported.provider, imported.model))
  if (byName !== undefined) return byName
  const theirs = priceToday(imported.prices)
  if (theirs === undefined) return undefined
  return imported.aliases
    .map((alias) => own.get(keyOf(imported.provider, alias)))
    .find((model) => {
      const price = model === undefined ? undefined : priceToday(model.prices)
      return price !== undefined && furthestApart(price, theirs) === 1
    })
}

const asPriced = ({ hourly: _, ...model }: ImportedModel): PricedModel => model

const withImported = (own: PricedModel, imported: ImportedModel): PricedModel => ({
  ...own,
  aliases: [
    ...own.aliases,
    ...(imported.model === own.model ? [] : [imported.model.toLowerCase()]),
    ...imported.aliases,
  ],
  prices: mergedPrices(own.prices, imported),
  ...(imported.contextTokens === undefined ? {} : { contextTokens: imported.contextTokens }),
})

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
  const models = new Map(ours.map((model) => [keyOf(model.provider, model.model), model]))
  for (const one of imported) {
    const owner = ownerOf(models, one)
    const merged = owner === undefined ? asPriced(one) : withImported(owner, one)
    models.set(keyOf(merged.provider, merged.model), merged)
  }
  return withoutTaken([...models.values()])
}
