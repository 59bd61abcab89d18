import type { Seconds } from '@breakeven/core'
import type { Trace } from '../table/rows.ts'
import { needsDateReader } from '../table/dates.ts'
import { isRelative, parseTime } from '../text/time.ts'
import type { Source } from './source.ts'
import { Unlike } from './unlike.ts'

/** How the times of a table are written, as its first rows show: the rest must be written alike. */
type TimeStyle =
  | { readonly kind: 'number' }
  | { readonly kind: 'timestamp' }
  | {
      readonly kind: 'date'
      /** Every length that a text may have. */
      readonly lengths: readonly number[]
      /** How every text ends, where all end alike. */
      readonly zone?: 'Z' | '+00:00'
    }

export type Times = {
  readonly style: TimeStyle
  /** What relative times are moved by. */
  readonly shift: Seconds
  readonly isRelative: boolean
  /** The step of the clock where the first rows show it to be as fine as times so written can be: index into `CLOCKS`. */
  readonly clock?: number
}

/** Steps of a clock, coarsest first. */
export const CLOCKS: readonly Seconds[] = [60, 1, 0.001, 0.000_001]
const MICROS_OF_CLOCKS: readonly number[] = [60_000_000, 1_000_000, 1000, 1]

/** DuckDB reads more as a time than we do (names of zones, other separators): only this is surely read alike. */
const DATE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?$/
/** More ways to write the time than this are no habit. */
const MOST_LENGTHS = 8

const clockOf = (at: Seconds): number => {
  const micros = Math.round(at * 1e6)
  return MICROS_OF_CLOCKS.findIndex((step) => micros % step === 0)
}

const dateStyle = (texts: readonly string[]): { style: TimeStyle; finest: number } => {
  const lengths = new Set<number>()
  const zones = new Set<string>()
  let digits = 0
  for (const text of texts) {
    const match = DATE.exec(text)
    if (!match) throw new Unlike(`the time ${text}`)
    digits = Math.max(digits, match[1]?.length ?? 0)
    lengths.add(text.length)
    zones.add(match[2] ?? '')
  }
  if (lengths.size > MOST_LENGTHS) throw new Unlike('times of many lengths')
  const [zone] = zones
  const isOne = zones.size === 1 && (zone === 'Z' || zone === '+00:00')
  return {
    style: { kind: 'date', lengths: [...lengths], ...(isOne ? { zone } : {}) },
    finest: digits === 0 ? 1 : digits <= 3 ? 2 : 3,
  }
}

/** The moment that a text of this column is. */
export const atOf = (text: string, { secondsPerUnit }: Trace): Seconds =>
  secondsPerUnit === undefined ? parseTime(text) : Number(text) * secondsPerUnit

/** Whether the column is read as numbers, by its first text. */
export const isNumberTime = (text: string): boolean => !Number.isNaN(Number(text))

/** How the times of the first rows are written. Throws `Unlike` where DuckDB might read them otherwise than we do. */
export const timesOf = (
  texts: readonly string[],
  { trace, source }: { readonly trace: Trace; readonly source: Source },
  relativeTo: Seconds,
): Times => {
  const first = texts[0] ?? ''
  if (source.hasTimestamps === true) return { style: { kind: 'timestamp' }, shift: 0, isRelative: false }
  if (trace.secondsPerUnit === undefined && needsDateReader(first))
    throw new Unlike('dates that their table has to explain')
  const relative = isRelative(atOf(first, trace))
  if (relative && relativeTo % 86_400 !== 0) throw new Unlike('days that do not begin at midnight')
  const shift = relative ? relativeTo : 0
  if (isNumberTime(first)) return { style: { kind: 'number' }, shift, isRelative: relative }
  const { style, finest } = dateStyle(texts)
  const seen = texts.reduce((most, text) => Math.max(most, clockOf(atOf(text, trace))), 0)
  return { style, shift, isRelative: relative, ...(seen === finest ? { clock: finest } : {}) }
}
