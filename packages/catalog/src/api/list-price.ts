import type { IsoDate, MeterPrices, Price } from '@breakeven/core'

/** A price of the standard tier for everywhere and all day: what a price list names first. */
export const isListPrice = ({ tier, region, hours }: Price): boolean =>
  tier === 'standard' && region === undefined && hours === undefined

export const inForceOn = ({ from, to }: Price, on: IsoDate): boolean =>
  (from ?? '') <= on && (to === undefined || on < to)

const shortPrompts = ({ bands }: Price): MeterPrices => bands[0]?.usdPerMillion ?? {}

/** `$2.5/$10`: input and output of short prompts; `$0.1` where there is no output to pay for. */
export const listText = (price: Price): string => {
  const { freshInput, output } = shortPrompts(price)
  return output === undefined ? `$${freshInput}` : `$${freshInput}/$${output}`
}

/** 1 where either is not priced: that is no disagreement. */
const ratioOf = (a: number | undefined, b: number | undefined): number =>
  a === undefined || b === undefined || a === b ? 1 : Math.max(a, b) / Math.min(a, b)

/** How many times dearer one is than the other, in input or output, whichever is more; 1: the same. */
export const timesApart = (a: Price, b: Price): number =>
  Math.max(
    ratioOf(shortPrompts(a).freshInput, shortPrompts(b).freshInput),
    ratioOf(shortPrompts(a).output, shortPrompts(b).output),
  )
