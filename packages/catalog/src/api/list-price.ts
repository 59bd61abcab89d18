import type { IsoDate, Price } from '@breakeven/core'

/** A price of the standard tier for everywhere and all day: what a price list names first. */
export const isListPrice = ({ tier, region, hours }: Price): boolean =>
  tier === 'standard' && region === undefined && hours === undefined

export const inForceOn = ({ from, to }: Price, on: IsoDate): boolean =>
  (from ?? '') <= on && (to === undefined || on < to)

const unitPrices = ({ bands }: Price): readonly [number, number] => {
  const { freshInput = 0, output = 0 } = bands[0]?.usdPerMillion ?? {}
  return [freshInput, output]
}

/** `$2.5/$10`: input and output of short prompts. */
export const listText = (price: Price): string => {
  const [input, output] = unitPrices(price)
  return `$${input}/$${output}`
}

const ratioOf = (a: number, b: number): number => (a === b ? 1 : Math.max(a, b) / Math.min(a, b))

/** How many times dearer one is than the other, in input or output, whichever is more; 1: the same. */
export const timesApart = (a: Price, b: Price): number => {
  const [inputA, outputA] = unitPrices(a)
  const [inputB, outputB] = unitPrices(b)
  return Math.max(ratioOf(inputA, inputB), ratioOf(outputA, outputB))
}
