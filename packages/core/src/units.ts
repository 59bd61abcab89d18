/** US dollars, as a double; nothing is rounded before it is shown. */
export type Usd = number
export type Tokens = number
export type Seconds = number
export type Bytes = number
/** A calendar date, `2023-04-24`. */
export type IsoDate = string

export const SECONDS_PER_HOUR = 3600
export const HOURS_PER_DAY = 24
export const SECONDS_PER_DAY: number = SECONDS_PER_HOUR * HOURS_PER_DAY
/** The convention of cloud price pages: 8,760 hours a year over 12 months. */
export const HOURS_PER_MONTH = 730
export const DAYS_PER_MONTH: number = HOURS_PER_MONTH / HOURS_PER_DAY
export const DAYS_PER_YEAR = 365
export const TOKENS_PER_PRICE_UNIT = 1_000_000
/** GPU memory sizes are printed in MiB; file and wire sizes in GB. */
export const BYTES_PER_MIB: number = 1024 ** 2
export const BYTES_PER_GB: number = 1000 ** 3

/**
 * How sure a figure is, from best to worst.
 * `published` by the seller; `measured` by someone who ran it; `derived` from published figures by a stated rule;
 * `recalled` from memory, to be checked; `assumed` for want of data; `formula-only` computed without any measured backing.
 */
export type Sure = 'published' | 'measured' | 'derived' | 'recalled' | 'assumed' | 'formula-only'
export const SURENESS: readonly Sure[] = ['published', 'measured', 'derived', 'recalled', 'assumed', 'formula-only']

/** The least sure of several: a sum is as sure as its weakest part. */
export const leastSure = (grades: Iterable<Sure>): Sure => {
  let worst = 0
  for (const grade of grades) worst = Math.max(worst, SURENESS.indexOf(grade))
  return SURENESS[worst] ?? 'formula-only'
}

/** Seconds since 1970 of the first moment of a date, UTC. */
export const startOfDate = (date: IsoDate): Seconds => Date.parse(`${date}T00:00:00Z`) / 1000

/** The UTC date of a moment. */
export const dateOf = (at: Seconds): IsoDate => new Date(at * 1000).toISOString().slice(0, 10)
