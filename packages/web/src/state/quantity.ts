const SCALES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 }

/**
 * A number as people type it: `50000`, `50k`, `1.5M`, `2e6`, `1_500_000`, `1,500,000`. A comma only before exactly three
 * digits: `1,5` is one and a half to half of Europe. Undefined for anything else.
 */
export const quantityOf = (text: string): number | undefined => {
  const plain = text.trim()
  const joined = /^\d{1,3}(?:[,_]\d{3})+(?:\.\d+)?[kmb]?$/i.test(plain) ? plain.replaceAll(/[,_]/g, '') : plain
  const [, digits, exponent = '', scale = ''] = /^(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?\s*([kmb])?$/i.exec(joined) ?? []
  if (digits === undefined) return undefined
  const value = Number(`${digits}${exponent}`) * (SCALES[scale.toLowerCase()] ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

/** A number as a form shows it and reads it back, digits apart. */
export const quantityText = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 })
