import type { Seconds } from '@breakeven/core'

/** Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const digit = (text: string, index: number): number => {
  const code = text.charCodeAt(index) - 48
  return code >= 0 && code <= 9 ? code : Number.NaN
}
const two = (text: string, index: number): number => digit(text, index) * 10 + digit(text, index + 1)

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

/** `2026-09-14`, `2026-09-14 08:00`, `2026-09-14T08:00:00.0000137+02:00`: seconds since 1970, NaN where it is no such time. */
const isoSeconds = (text: string): Seconds => {
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN
  const date = daysFromCivil(year, month, day) * 86_400
  const n = text.length
  if (n === DATE_LENGTH) return date
  const separator = text.charCodeAt(DATE_LENGTH)
  if (n < MINUTE_LENGTH || (separator !== 84 && separator !== 32 && separator !== 116)) return Number.NaN
  const hour = two(text, 11)
  const minute = two(text, 14)
  if (!(hour <= 24 && minute <= 59)) return Number.NaN
  let second = 0
  let i = MINUTE_LENGTH
  if (text.charCodeAt(i) === 58) {
    second = two(text, i + 1)
    if (!(second <= 60)) return Number.NaN
    i += 3
    const point = text.charCodeAt(i)
    if (point === 46 || point === 44) {
      let fraction = 0
      let scale = 1
      for (i++; i < n; i++) {
        const value = text.charCodeAt(i) - 48
        if (value < 0 || value > 9) break
        fraction = fraction * 10 + value
        scale *= 10
      }
      second += fraction / scale
    }
  }
  const seconds = date + hour * 3600 + minute * 60 + second
  return i === n ? seconds : seconds - (zoneSeconds(text.slice(i)) ?? 0)
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
export const parseTime = (text: string): Seconds => {
  if (text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45) return isoSeconds(text)
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
  /^"?\d{4}-\d{2}-\d{2}[T ][\d:.,]+"?$/.test(text) || US_TIME.test(text)
