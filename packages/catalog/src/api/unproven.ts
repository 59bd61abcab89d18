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

const aYearAfter = (date: IsoDate): IsoDate =>
  `${Number(date.slice(0, 4)) + 1}${date.slice(4)}`.replace('-02-29', '-03-01')

const doubted = (price: Price): readonly Price[] => {
  const until = aYearAfter(price.asOf)
  if (price.to !== undefined || price.suspect === true || until > COMPILED_ON) return [price]
  const flags = [...(price.flags ?? []), `not seen since ${price.asOf}`]
  return [
    { ...price, to: until },
    { ...price, from: until, flags, suspect: true },
  ]
}

/** A reseller's open-ended price that nobody has seen for a year is in doubt from then on: shown, and never the cheapest. */
export const doubtUnproven = (model: PricedModel): PricedModel =>
  RESELLERS.has(model.provider) ? { ...model, prices: model.prices.flatMap(doubted) } : model
