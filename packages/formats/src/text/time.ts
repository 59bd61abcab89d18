import { SECONDS_PER_DAY } from '@breakeven/core'
import type { Seconds } from '@breakeven/core'

/** Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** The number of two digits; below zero or above 99 where one is no digit. */
const two = (text: string, index: number): number => {
  const tens = text.charCodeAt(index) - 48
  const ones = text.charCodeAt(index + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1000
}

const DATE_LENGTH = 10
const MINUTE_LENGTH = 16

/** `Z`, `+02:00`, `+0530`, `-08`, ` UTC`: seconds east of UTC; undefined: no zone; NaN: unreadable. */
const zoneSeconds = (text: string): number | undefined => {
  if (text === '') return undefined
  const zone = text.trim()
  if (zone === '') return undefined
  if (zone === 'Z' || zone === 'z' || zone === 'UTC' || zone === 'GMT') return 0
  const match = /^([+-])(\d{2}):?(\d{2})?(?::?(\d{2}))?$/.exec(zone)
  if (!match) return Number.NaN
  const east = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
  return match[1] === '-' ? -east : east
}

/**
 * `2026-09-14`, `2026-09-14 08:00`, `2026-09-14T08:00:00.0000137+02:00`, standing from `start` to `end` in a longer text:
 * seconds since 1970, NaN where it is no such time.
 */
const isoSeconds = (text: string, start: number, end: number): Seconds => {
  const century = two(text, start)
  const year = two(text, start + 2)
  const month = two(text, start + 5)
  const day = two(text, start + 8)
  if (century > 99 || year > 99 || month < 1 || month > 12 || day < 1 || day > 31) return Number.NaN
  const date = daysFromCivil(century * 100 + year, month, day) * SECONDS_PER_DAY
  const n = end - start
  if (n === DATE_LENGTH) return date
  const separator = text.charCodeAt(start + DATE_LENGTH)
  if (n < MINUTE_LENGTH || (separator !== 84 && separator !== 32 && separator !== 116)) return Number.NaN
  // `date +%k` pads an hour with a space.
  const hour = text.charCodeAt(start + 11) === 32 ? two(`0${text[start + 12]}`, 0) : two(text, start + 11)
  const minute = two(text, start + 14)
  if (hour > 24 || minute > 59) return Number.NaN
  let whole = date + hour * 3600 + minute * 60
  let fraction = 0
  let i = start + MINUTE_LENGTH
  if (i < end && text.charCodeAt(i) === 58) {
    const second = i + 2 < end ? two(text, i + 1) : 1000
    if (second > 60) return Number.NaN
    whole += second
    i += 3
    const point = text.charCodeAt(i)
    if (i < end && (point === 46 || point === 44)) {
      let scale = 1
      for (i++; i < end; i++) {
        const value = text.charCodeAt(i) - 48
        if (value < 0 || value > 9) break
        fraction = fraction * 10 + value
        scale *= 10
      }
      fraction /= scale
    }
  }
  const seconds = whole + fraction
  if (i === end || (i + 1 === end && text.charCodeAt(i) === 90)) return seconds
  return seconds - (zoneSeconds(text.slice(i, end)) ?? 0)
}

/** What may follow a date: `, 7:30:15.123 PM`, `T07:30`, and a zone. */
const TIME_OF_DAY = String.raw`(?:(?:,? +|T)(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?(?: ?([AaPp])\.?[Mm]\.?)?)?(.*)`
const NUMERIC_DATE = new RegExp(String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})${TIME_OF_DAY}$`)
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})${TIME_OF_DAY}$`)
/** ISO 8601's basic form, `20261001T080000Z`; its date alone is a number and read by `parseCompactDate`. */
const COMPACT = /^(\d{4})(\d{2})(\d{2})[T ](\d{2})(\d{2})(?:(\d{2}(?:[.,]\d+)?))?(.*)$/

/** Seconds since 1970 of a date that exists, else NaN. */
const dateSeconds = (year: number, month: number, day: number): Seconds => {
  const days = daysFromCivil(year, month, day)
  const date = new Date(days * SECONDS_PER_DAY * 1000)
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day ? days * SECONDS_PER_DAY : Number.NaN
}

/** Hour, minute, second, `A` or `P`, and the zone, as written. */
const clockSeconds = ([hour = '0', minute = '0', second = '0', half, zone = '']: readonly (
  | string
  | undefined
)[]): Seconds => {
  const written = Number(hour)
  if (half === undefined ? written > 24 : written < 1 || written > 12) return Number.NaN
  const hours = half === undefined ? written : (written % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  const seconds = Number(second.replace(',', '.'))
  if (Number(minute) > 59 || seconds >= 61) return Number.NaN
  return hours * 3600 + Number(minute) * 60 + seconds - (zoneSeconds(zone) ?? 0)
}

export type DateOrder = 'day-first' | 'month-first'

/**
 * A date in numbers whose year stands last. `order` is undefined where nothing in the text itself tells day from month:
 * both are 12 or less, and slashes or hyphens part them.
 */
export type NumericDate = {
  readonly separator: string
  readonly order: DateOrder | undefined
  /** As month first where the order is open; NaN where it is no date either way. */
  readonly seconds: Seconds
}

/** `01/10/2026`, `1.10.2026 08:00`, `1/31/2026, 7:30:15.123 AM`; undefined: no such date. */
export const parseNumericDate = (text: string, preferred?: DateOrder): NumericDate | undefined => {
  const match = NUMERIC_DATE.exec(text)
  if (!match) return undefined
  const [, left, separator = '', right, year, ...clock] = match
  const [first, second] = [Number(left), Number(right)]
  // With dots the day stands first wherever such dates are written.
  const order = separator === '.' || first > 12 ? 'day-first' : second > 12 ? 'month-first' : undefined
  const [month, day] = (order ?? preferred ?? 'month-first') === 'day-first' ? [second, first] : [first, second]
  return { separator, order, seconds: dateSeconds(Number(year), month, day) + clockSeconds(clock) }
}

/** The same moment of the day on the date that has day and month changed over: `01/10` read one way as read the other. */
export const swapDayAndMonth = (at: Seconds): Seconds => {
  const date = new Date(at * 1000)
  const start = Math.floor(at / SECONDS_PER_DAY) * SECONDS_PER_DAY
  return dateSeconds(date.getUTCFullYear(), date.getUTCDate(), date.getUTCMonth() + 1) + (at - start)
}

/** `20261001`: the date, where eight digits are one between 1990 and 2100; else NaN. */
export const parseCompactDate = (text: string): Seconds => {
  if (!/^(199|20\d)\d{5}$/.test(text)) return Number.NaN
  return dateSeconds(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)))
}

/** Days between 1899-12-30, day 0 of a spreadsheet, and 1970-01-01. */
const SPREADSHEET_EPOCH_DAYS = 25_569
const [EARLIEST_SERIAL, LATEST_SERIAL] = [36_526, 73_051] // 2000-01-01 and 2100-01-01

/** `46296.354` as a spreadsheet counts days, in this century; else NaN. */
export const parseSpreadsheetDay = (text: string): Seconds => {
  const days = text === '' ? Number.NaN : Number(text)
  if (!(days >= EARLIEST_SERIAL && days < LATEST_SERIAL)) return Number.NaN
  // A serial day holds whole milliseconds at best; the rest is the rounding of a float.
  return Math.round((days - SPREADSHEET_EPOCH_DAYS) * SECONDS_PER_DAY * 1000) / 1000
}

const HAS_ZONE = /(?:Z|UTC|GMT|[ECMP][SD]T|[+-]\d{2}:?\d{2})(?: ?\(.*\))?$/i
const NAMES_A_MONTH = /(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?/i
/** `Thu, 01 Oct 2026 08:00:00 GMT`, `Oct 1, 2026 8:00 AM`. The engine reads these; without a zone it would take the machine's. */
const writtenOutSeconds = (text: string): Seconds => {
  if (!NAMES_A_MONTH.test(text) || !/\b\d{4}\b/.test(text)) return Number.NaN
  return Date.parse(HAS_ZONE.test(text) ? text : `${text} UTC`) / 1000
}

/** A number counts as an epoch from 2001 (1e9 seconds) on; its size says whether it is s, ms, µs or ns. Smaller: relative seconds. */
export const epochSeconds = (value: number): Seconds => {
  const size = Math.abs(value)
  if (size < 1e11) return value
  if (size < 1e14) return value / 1e3
  if (size < 1e17) return value / 1e6
  return value / 1e9
}

/** Seconds below this are no date anybody logged an LLM call on: they count from the start of the trace. */
const EARLIEST_EPOCH = 9e8
export const isRelative = (at: Seconds): boolean => at < EARLIEST_EPOCH

/**
 * Any way in which the files we know write a moment, as seconds since 1970 UTC; NaN where it is none.
 * Text without a zone is read as UTC.
 */
export const parseTime = (text: string): Seconds => parseTimeAt(text, 0, text.length)

/** The same for a part of a text, without cutting it out: a table has one in each row. */
export const parseTimeAt = (text: string, start: number, end: number): Seconds => {
  if (end - start >= DATE_LENGTH && text.charCodeAt(start + 4) === 45 && text.charCodeAt(start + 7) === 45)
    return isoSeconds(text, start, end)
  return parseOtherTime(text.slice(start, end))
}

const parseOtherTime = (text: string): Seconds => {
  const first = text.charCodeAt(0)
  if (first === 34) return parseTime(text.slice(1, -1)) // Langfuse writes dates through JSON.stringify
  if (first === 32) return parseTime(text.trim())
  if (text === '') return Number.NaN
  const number = Number(text)
  if (!Number.isNaN(number)) return epochSeconds(number)
  const numeric = parseNumericDate(text)
  if (numeric) return numeric.seconds
  const match = YEAR_FIRST.exec(text)
  if (match) {
    const [, year, , month, day, ...clock] = match
    return dateSeconds(Number(year), Number(month), Number(day)) + clockSeconds(clock)
  }
  const compact = COMPACT.exec(text)
  if (compact) {
    const [, year, month, day, hour, minute, second, zone] = compact
    const clock = clockSeconds([hour, minute, second, undefined, zone])
    return dateSeconds(Number(year), Number(month), Number(day)) + clock
  }
  return writtenOutSeconds(text)
}

/** Whether a written time leaves its zone open. */
export const isZoneless = (text: string): boolean => {
  if (text.endsWith('Z')) return false
  if (/^"?\d{4}-\d{2}-\d{2}[T ][\d:.,]+"?$/.test(text)) return true
  const [, , , , , hour, , , , zone] = NUMERIC_DATE.exec(text) ?? YEAR_FIRST.exec(text) ?? []
  if (hour !== undefined) return (zone ?? '').trim() === ''
  return /\d:\d/.test(text) && NAMES_A_MONTH.test(text) && !HAS_ZONE.test(text)
}
