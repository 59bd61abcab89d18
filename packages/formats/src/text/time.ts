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
  const date = daysFromCivil(century * 100 + year, month, day) * 86_400
  const n = end - start
  if (n === DATE_LENGTH) return date
  const separator = text.charCodeAt(start + DATE_LENGTH)
  if (n < MINUTE_LENGTH || (separator !== 84 && separator !== 32 && separator !== 116)) return Number.NaN
  const hour = two(text, start + 11)
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

/** `1/31/2026, 7:30:15.123 AM`, month first: how Azure's portal writes times. */
const US_TIME = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(?: ?([AaPp])[Mm])?)?$/
const usSeconds = (text: string): Seconds => {
  const match = US_TIME.exec(text)
  if (!match) return Number.NaN
  const [, month, day, year, hour = '0', minute = '0', second = '0', half] = match
  if (Number(month) > 12) return Number.NaN
  const afternoon = half?.toLowerCase() === 'p'
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (afternoon ? 12 : 0)
  return (
    daysFromCivil(Number(year), Number(month), Number(day)) * 86_400 +
    hours * 3600 +
    Number(minute) * 60 +
    Number(second)
  )
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
  const us = usSeconds(text)
  return Number.isNaN(us) ? Date.parse(text) / 1000 : us
}

/** Whether a written time leaves its zone open. */
export const isZoneless = (text: string): boolean =>
  !text.endsWith('Z') && (/^"?\d{4}-\d{2}-\d{2}[T ][\d:.,]+"?$/.test(text) || US_TIME.test(text))
