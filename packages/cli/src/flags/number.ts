import { InputError } from '@breakeven/core'

const SCALES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, B: 1e9 }
const PLAIN = /^(\d+(?:_\d{3})*(?:\.\d+)?|\.\d+)(e[+-]?\d+)?(k|K|M|B)?$/

const numberOf = (text: string): number | undefined => {
  const [, digits, exponent = '', scale = ''] = PLAIN.exec(text.trim()) ?? []
  if (digits === undefined) return undefined
  const value = Number(`${digits.replaceAll('_', '')}${exponent}`) * (SCALES[scale === 'K' ? 'k' : scale] ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

const HOW = 'write 1500000, 1_500_000, 1.5M, 10k or 2e6'
/** Says what was written without its commas, where they are all that is wrong. */
const howFor = (text: string): string =>
  /^\d{1,3}(,\d{3})+$/.test(text.trim())
    ? `write it without commas: ${text.trim().replaceAll(',', '')} (or ${text.trim().replaceAll(',', '_')})`
    : HOW

/** A number of 0 or more: `1500000`, `1_500_000`, `1.5M`, `10k`, `2e6`. Commas are refused: `1,500` is 1.5 to half of Europe. */
export const parseAmount = (text: string): number => {
  const value = numberOf(text)
  if (value === undefined) throw new InputError(`"${text}" is not a number of 0 or more`, { hint: howFor(text) })
  return value
}

/** A number above 0. */
export const parsePositive = (text: string): number => {
  const value = numberOf(text)
  if (value === 0)
    throw new InputError(`"${text}" is not above 0`, { hint: 'write a number above 0, as in 0.2, 1 or 10k' })
  if (value === undefined) throw new InputError(`"${text}" is not a number above 0`, { hint: howFor(text) })
  return value
}

/** A whole number above 0. */
export const parseCount = (text: string): number => {
  const value = numberOf(text)
  if (value === undefined || value === 0 || !Number.isSafeInteger(value)) {
    throw new InputError(`"${text}" is not a whole number above 0`, { hint: 'write 1, 20 or 500' })
  }
  return value
}

/** US dollars, 0 or more: `1200`, `$1.2k`, `$12,000.50`. A comma is taken before exactly three digits only. */
export const parseUsd = (text: string): number => {
  const plain = text.trim().replace(/^\$/, '')
  const value = numberOf(/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain)
  if (value === undefined)
    throw new InputError(`"${text}" is not an amount in US dollars`, { hint: 'write 1200, 1.2k or $12,000.50' })
  return value
}

/** At least 1: how many times the mean the peak is. */
export const parseFactor = (text: string): number => {
  const value = numberOf(text)
  if (value === undefined || value < 1)
    throw new InputError(`"${text}" is not a factor of 1 or more`, {
      hint: 'the peak is never below the mean: 1 is flat traffic, 3 a usual working day',
    })
  return value
}
