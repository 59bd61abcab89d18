import { parseTime, epochSeconds } from './time.ts'

export type Json = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectAt = (value: unknown, key: string): Json | undefined => {
  if (!isObject(value)) return undefined
  const inner = value[key]
  return isObject(inner) ? inner : undefined
}

export const listAt = (value: unknown, key: string): readonly unknown[] | undefined => {
  if (!isObject(value)) return undefined
  const inner = value[key]
  return Array.isArray(inner) ? inner : undefined
}

/** Text, or undefined where there is none; empty text is none. */
export const textAt = (value: unknown, key: string): string | undefined => {
  if (!isObject(value)) return undefined
  const inner = value[key]
  return typeof inner === 'string' && inner !== '' ? inner : undefined
}

/** A number, also where it is written as text; undefined where it is not reported; NaN where it is something else. */
export const toNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') return Number.NaN
  const number = Number(value)
  // Blanks alone make zero of nothing.
  if (number !== 0 && !Number.isNaN(number)) return number
  const text = value.trim()
  return text === '' ? undefined : Number(text.replaceAll(',', ''))
}

export const numberAt = (value: unknown, key: string): number | undefined =>
  isObject(value) ? toNumber(value[key]) : undefined

/** The first of several keys that holds a text. */
export const firstText = (value: unknown, keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const text = textAt(value, key)
    if (text !== undefined) return text
  }
  return undefined
}

/** Seconds since 1970 of a time written as text or number; NaN where it is none. */
export const toTime = (value: unknown): number => {
  if (typeof value === 'string') return parseTime(value)
  return typeof value === 'number' ? epochSeconds(value) : Number.NaN
}

/** Parses JSON inside a cell or a field; undefined where it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
