import { InputError } from '@breakeven/core'
import type { IsoDate, MeterPrices, Place, PriceHours, Sure, Tier } from '@breakeven/core'
import { z } from 'zod'

import { csvCount, csvPositive, csvProvenance, isoDate, text } from '../cells.ts'
import { readCsv } from '../source-file.ts'

const rowShape = z.strictObject({
  model: text,
  tier: z.enum(['standard', 'batch', 'flex', 'priority']),
  region: text.exactOptional(),
  hours: text.exactOptional(),
  above_tokens: csvCount.exactOptional(),
  from: isoDate.exactOptional(),
  to: isoDate.exactOptional(),
  usd_per_million_input: csvPositive,
  usd_per_million_cached_input: csvPositive.exactOptional(),
  usd_per_million_cache_write_5m: csvPositive.exactOptional(),
  usd_per_million_cache_write_1h: csvPositive.exactOptional(),
  usd_per_million_output: csvPositive.exactOptional(),
  released: isoDate.exactOptional(),
  retired: isoDate.exactOptional(),
  flags: text.exactOptional(),
  note: text.exactOptional(),
  ...csvProvenance,
})

/** One row of data/api-prices: one model, tier, region, schedule and prompt length, in force from a date to a date. */
export type PriceRow = {
  readonly model: string
  readonly tier: Tier
  readonly region?: string
  /** Absent: all day. */
  readonly hours?: readonly PriceHours[]
  /** The row holds for prompts longer than this; -1: for all. */
  readonly above: number
  readonly from?: IsoDate
  readonly to?: IsoDate
  readonly usdPerMillion: MeterPrices
  readonly released?: IsoDate
  readonly retired?: IsoDate
  readonly asOf: IsoDate
  readonly sure: Sure
  readonly source: string
  readonly flags: readonly string[]
  readonly place: Place
}

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const SPAN = /^(?:(?<first>\w{3})-(?<last>\w{3}) )?(?<h1>\d\d):(?<m1>\d\d)-(?<h2>\d\d):(?<m2>\d\d)$/

/**
 * `Mon-Fri 01:00-04:00;Mon-Fri 06:00-10:00`, in UTC. Spans over midnight belong to the day on which they begin.
 * Throws `InputError` on anything else.
 */
const hoursOf = (written: string, place: Place): readonly PriceHours[] =>
  written.split(';').map((span) => {
    const { first, last, h1, m1, h2, m2 } = SPAN.exec(span)?.groups ?? {}
    const fromMinute = Number(h1) * 60 + Number(m1)
    const toMinute = Number(h2) * 60 + Number(m2)
    const from = first === undefined ? 0 : DAYS.indexOf(first)
    const to = last === undefined ? 0 : DAYS.indexOf(last)
    if (!(fromMinute < 1440 && toMinute <= 1440) || fromMinute === toMinute || from < 0 || to < from) {
      throw new InputError(`"${span}" is not a schedule`, {
        ...place,
        hint: 'expected HH:MM-HH:MM or Mon-Fri HH:MM-HH:MM in UTC; more than one with ; between them',
      })
    }
    if (first === undefined) return { fromMinute, toMinute }
    return { fromMinute, toMinute, days: Array.from({ length: to - from + 1 }, (_, index) => from + index) }
  })

const given = <Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value })

/** USD per million tokens that any seller of text has asked for, from the smallest embedding to the dearest reasoner. */
const USUAL = { least: 0.001, most: 1000 }

/** A price per token, per thousand or in cents is a factor of a thousand or more away from the others. */
const checkMagnitude = (usdPerMillion: MeterPrices, place: Place): void => {
  for (const [meter, usd] of Object.entries(usdPerMillion)) {
    if (usd >= USUAL.least && usd <= USUAL.most) continue
    if (meter !== 'freshInput' && meter !== 'output' && usd > 0 && usd < USUAL.least) continue
    throw new InputError(`${meter} at ${usd} is no price in USD per million tokens`, {
      ...place,
      hint: `expected ${USUAL.least} to ${USUAL.most}; a price per thousand tokens times 1,000, one in cents divided by 100`,
    })
  }
}

const meterPrices = (row: z.infer<typeof rowShape>): MeterPrices => ({
  freshInput: row.usd_per_million_input,
  ...given('cacheRead', row.usd_per_million_cached_input),
  ...given('cacheWrite5m', row.usd_per_million_cache_write_5m),
  ...given('cacheWrite1h', row.usd_per_million_cache_write_1h),
  ...given('output', row.usd_per_million_output),
})

const rowOf = (row: z.infer<typeof rowShape>, placeOf: (key: string) => Place): PriceRow => {
  const usdPerMillion = meterPrices(row)
  checkMagnitude(usdPerMillion, placeOf('usd_per_million_input'))
  return {
    model: row.model,
    tier: row.tier,
    ...given('region', row.region),
    ...given('hours', row.hours === undefined ? undefined : hoursOf(row.hours, placeOf('hours'))),
    above: row.above_tokens ?? -1,
    ...given('from', row.from),
    ...given('to', row.to),
    usdPerMillion,
    ...given('released', row.released),
    ...given('retired', row.retired),
    asOf: row.as_of,
    sure: row.sure,
    source: row.source,
    flags: row.flags?.split('; ') ?? [],
    place: placeOf('from'),
  }
}

/** Reads one file of data/api-prices. Throws `InputError` with line, column and key. */
export const readPriceFile = (csv: string, file: string): readonly PriceRow[] => {
  const { value, placeAt } = readCsv(csv, file, rowShape)
  return value.map((row, index) => rowOf(row, (key) => placeAt([index, key])))
}
