import { compactText, countText, percentText, quantityText, secondsText, usdText } from '@breakeven/report'
import type { Language } from './index.ts'

/** Figures as a reader writes them. */
export type Figures = {
  readonly count: (value: number) => string
  readonly compact: (value: number) => string
  readonly quantity: (value: number) => string
  readonly usd: (value: number) => string
  readonly compactUsd: (value: number) => string
  readonly unitPrice: (value: number) => string
  readonly percent: (share: number) => string
  readonly seconds: (value: number) => string
  /** `2026-11-24` */
  readonly date: (date: string) => string
  /** The day and hour of a moment, in UTC. */
  readonly moment: (seconds: number) => string
}

type Options = Intl.NumberFormatOptions

/** As many digits as tell something: whole from a hundred on, three of them below. */
const countDigits = (value: number): Options =>
  Math.abs(value) >= 99.95 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 }

/** Cents from ten of them on, whole dollars from a thousand; below, three digits. */
const usdDigits = (usd: number): Options => {
  const size = Math.abs(usd)
  if (size >= 999.995) return { maximumFractionDigits: 0 }
  return size >= 0.0995 || size === 0
    ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
    : { maximumSignificantDigits: 3 }
}

const percentDigits = (share: number): Options => ({ maximumFractionDigits: Math.abs(share) < 0.0995 ? 1 : 0 })

/** Nine digits are as fine as any price is listed. */
const listedDecimals = (usd: number): number =>
  usd === 0 ? 2 : Math.min(20, Math.max(2, 8 - Math.floor(Math.log10(Math.abs(usd)))))

const figuresBy = (locale: string): Figures => {
  const formats = new Map<string, Intl.NumberFormat>()
  const written = (value: number, options: Options): string => {
    const key = JSON.stringify(options)
    let format = formats.get(key)
    if (format === undefined) formats.set(key, (format = new Intl.NumberFormat(locale, options)))
    return format.format(value)
  }
  const dollars: Options = { style: 'currency', currency: 'USD' }
  const compact: Options = { notation: 'compact', maximumSignificantDigits: 3 }
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const moments = new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  })
  return {
    count: (value) => written(value, countDigits(value)),
    compact: (value) => written(value, compact),
    quantity: (value) =>
      written(value, Math.abs(value) >= 1 ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: 3 }),
    usd: (value) => written(value, { ...dollars, ...usdDigits(value) }),
    compactUsd: (value) =>
      written(value, { ...dollars, ...(Math.abs(value) < 999.5 ? usdDigits(value) : { ...compact }), ...short(value) }),
    // As it is listed, not rounded: `$1.515`, `$0.50`, `$0.0000166667`.
    unitPrice: (value) =>
      written(value, { ...dollars, minimumFractionDigits: 2, maximumFractionDigits: listedDecimals(value) }),
    // Never 0 % of something that is there.
    percent: (share) =>
      share > 0 && share < 0.001
        ? `<${written(0.001, { style: 'percent', ...percentDigits(share) })}`
        : written(share, { style: 'percent', ...percentDigits(share) }),
    seconds: (value) =>
      value < 0.9995
        ? written(value * 1000, { style: 'unit', unit: 'millisecond', ...countDigits(value * 1000) })
        : written(value, { style: 'unit', unit: 'second', ...countDigits(value) }),
    date: (date) => dates.format(new Date(`${date}T00:00:00Z`)),
    moment: (seconds) => moments.format(new Date(seconds * 1000)),
  }
}

/** An axis has no room for cents of whole dollars. */
const short = (usd: number): Options =>
  Math.abs(usd) >= 0.9995 && Math.abs(usd) < 999.5 ? { minimumFractionDigits: 0, maximumFractionDigits: 2 } : {}

const english = figuresBy('en-US')
const chinese = figuresBy('zh-CN')

/** English as the command line prints it, so that page, table and exported file say the same letter by letter. */
const ENGLISH: Figures = {
  ...english,
  count: countText,
  compact: compactText,
  quantity: quantityText,
  usd: usdText,
  percent: percentText,
  seconds: secondsText,
}

export const figuresOf = (language: Language): Figures => (language === 'zh' ? chinese : ENGLISH)
