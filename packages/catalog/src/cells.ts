import { SURENESS } from '@breakeven/core'
import type { Sure } from '@breakeven/core'
import { z } from 'zod'

// Checks that more than one data file needs. A CSV cell is text, so its number is read first.

const isDate = (text: string): boolean => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // Some engines read 30 February as 2 March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** A calendar date that exists, `2023-04-24`. */
export const isoDate: z.ZodType<string, string> = z.string().refine(isDate, { error: 'expected a date as YYYY-MM-DD' })

export const sure: z.ZodType<Sure, Sure> = z.enum(SURENESS as [Sure, ...Sure[]])

export const text: z.ZodType<string, string> = z.string().min(1)

type ProvenanceCells = { source: typeof text; asOf: typeof isoDate; sure: typeof sure }

/** `source`, `asOf` and `sure`: what every row carries. */
export const provenance: ProvenanceCells = { source: text, asOf: isoDate, sure: sure }

/** The same three under CSV column names. */
export const csvProvenance: { source: typeof text; as_of: typeof isoDate; sure: typeof sure } = {
  source: text,
  as_of: isoDate,
  sure: sure,
}

/** A number above zero; no price is zero and no shape is either. */
export const positive: z.ZodType<number, number> = z.number().positive()
export const positiveInteger: z.ZodType<number, number> = z.int().positive()

/** A share of a peak. */
export const share: z.ZodType<number, number> = z.number().positive().max(1)

const cell = <Value>(inner: z.ZodType<Value, number>): z.ZodType<Value, string> =>
  z
    .string()
    .regex(/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, { error: 'expected a number' })
    .transform(Number)
    .pipe(inner)

export const csvPositive: z.ZodType<number, string> = cell(positive)
export const csvCount: z.ZodType<number, string> = cell(positiveInteger)
export const csvShare: z.ZodType<number, string> = cell(share)
export const csvFlag: z.ZodType<boolean, string> = z.enum(['yes', 'no']).transform((word) => word === 'yes')
