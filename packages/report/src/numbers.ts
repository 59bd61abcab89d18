/** Thousands apart: `1334.5` -> `1,334.5`. Numbers are always written the American way, so that output does not change with the machine. */
const grouped = (digits: string): string => {
  const [whole = '', fraction] = digits.split('.')
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? apart : `${apart}.${fraction}`
}

/** Fixed decimals such that at least `significant` digits show, and at least `least` decimals. Never an exponent. */
const decimals = (value: number, significant: number, least: number): string => {
  const places = Math.max(least, significant - 1 - Math.floor(Math.log10(value)))
  const text = value.toFixed(Math.min(Math.max(places, 0), 20))
  return text.replace(new RegExp(`(\\.\\d{${least}}\\d*?)0+$`), '$1').replace(/\.$/, '')
}

const unsigned = (value: number): string => {
  if (value === 0) return '0'
  if (value >= 999.995) return grouped(value.toFixed(0))
  // Cents are enough from ten of them on; below, three digits.
  if (value >= 0.0995) return value.toFixed(2)
  return decimals(value, 3, 2)
}

/** Dollars for a person: `$1,334`, `$12.30`, `$0.50`, `$0.0000123`. What is not a number shows as `n/a`, never as zero. */
export const usdText = (usd: number): string =>
  Number.isFinite(usd) ? `${usd < 0 ? '-' : ''}$${unsigned(Math.abs(usd))}` : 'n/a'

/** Dollars in a receipt, where sums must be checkable: cents also above a thousand. */
export const usdExactText = (usd: number): string =>
  Math.abs(usd) >= 999.995 && Number.isFinite(usd)
    ? `${usd < 0 ? '-' : ''}$${grouped(Math.abs(usd).toFixed(2))}`
    : usdText(usd)

/** A unit price as it is listed, not rounded: `$1.515`, `$0.0000166667`. */
export const unitPriceText = (usd: number): string => {
  if (!Number.isFinite(usd)) return 'n/a'
  const size = Math.abs(usd)
  return `${usd < 0 ? '-' : ''}$${size === 0 ? '0' : grouped(decimals(size, 9, 2))}`
}

/** How many, rounded to whole ones above 100: `113,436`, `12.5`, `0.03`. */
export const countText = (count: number): string => {
  if (!Number.isFinite(count)) return 'n/a'
  const size = Math.abs(count)
  const digits = size === 0 ? '0' : size >= 99.95 ? size.toFixed(0) : decimals(size, 3, 0)
  return `${count < 0 ? '-' : ''}${grouped(digits)}`
}

/** A receipt's quantity: two decimals kept, `113,435.85`; small ones to three digits, `0.0107`. */
export const quantityText = (quantity: number): string => {
  if (!Number.isFinite(quantity)) return 'n/a'
  const size = Math.abs(quantity)
  const digits = size === 0 ? '0' : decimals(size, size >= 1 ? 0 : 3, 0)
  const rounded = size >= 1 ? size.toFixed(2).replace(/\.?0+$/, '') : digits
  return `${quantity < 0 ? '-' : ''}${grouped(rounded)}`
}

const COMPACT: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** For axes and tight places: `1.5k`, `10M`, `0.01`. Three digits at most. */
export const compactText = (value: number): string => {
  const size = Math.abs(value)
  const sign = value < 0 ? '-' : ''
  for (const [unit, letter] of COMPACT) {
    if (size >= unit * 0.9995) return `${sign}${Number((size / unit).toPrecision(3))}${letter}`
  }
  return size === 0 ? '0' : `${sign}${decimals(size, 3, 0)}`
}

/** `$1.5k`, `$0.10`. */
export const compactUsdText = (usd: number): string => {
  const size = Math.abs(usd)
  return `${usd < 0 ? '-' : ''}$${size > 0 && size < 0.9995 ? decimals(size, 1, 2) : compactText(size)}`
}

/** A share as a percentage: `0.694` -> `69 %`; under 1 %, `0.3 %`, and never `0 %` for something that is there. */
export const percentText = (share: number): string => {
  const percent = share * 100
  const size = Math.abs(percent)
  if (size === 0) return '0 %'
  if (size < 0.1) return 'under 0.1 %'
  return `${size < 9.95 ? Number(percent.toFixed(1)) : percent.toFixed(0)} %`
}

/** Seconds for a person: `85 ms`, `1.2 s`. */
export const secondsText = (seconds: number): string =>
  seconds < 0.9995 ? `${countText(seconds * 1000)} ms` : `${countText(seconds)} s`
