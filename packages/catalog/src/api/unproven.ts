import type { IsoDate, Price } from '@breakeven/core'

import type { PricedModel } from './merge.ts'

/** The day up to which the book was compiled. */
const COMPILED_ON: IsoDate = '2026-11-23'

/**
 * Sellers of open models. They change prices within months, drop models and close down without a dated notice
 * (Anyscale in 2024, Lambda in 2025), and tables go on listing them. Makers of models say when a price ends.
 */
const RESELLERS: ReadonlySet<string> = new Set([
  'anyscale',
  'deepinfra',
  'fireworks',
  'groq',
  'hyperbolic',
  'lambda',
  'nebius',
  'novita',
  'openrouter',
  'replicate',
  'sambanova',
  'together',
])

const daysAfter = (date: IsoDate, days: number): IsoDate =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** How long a price is taken for good after it was last seen; half of that where the other price book has another one. */
const DAYS_PROVEN = 365
const DAYS_PROVEN_DISPUTED = 182
const isDisputed = ({ flags = [] }: Price): boolean => flags.some((flag) => flag.startsWith('genai-prices'))

const doubted = (price: Price): readonly Price[] => {
  const until = daysAfter(price.asOf, isDisputed(price) ? DAYS_PROVEN_DISPUTED : DAYS_PROVEN)
  if (price.to !== undefined || price.suspect === true || until > COMPILED_ON) return [price]
  const flags = [...(price.flags ?? []), `not seen since ${price.asOf}`]
  return [
    { ...price, to: until },
    { ...price, from: until, flags, suspect: true },
  ]
}

/** A reseller's open-ended price that nobody has seen for a year, or half a year where it is disputed, is in doubt from then on: shown, and never the cheapest. */
export const doubtUnproven = (model: PricedModel): PricedModel =>
  RESELLERS.has(model.provider) ? { ...model, prices: model.prices.flatMap(doubted) } : model
