import { SURENESS } from '@breakeven/core'
import type { Sure } from '@breakeven/core'
import { z } from 'zod'

/** Checks that more than one data file needs. A CSV cell is text, so its number is read first. */

/** A calendar date that exists: 2023-02-30 does not. */
export const isoDate: z.ZodType<string, string> = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text), {
    error: 'expected a date as YYYY-MM-DD',
  })

export const sure: z.ZodType<Sure, Sure> = z.enum(SURENESS as [Sure, ...Sure[]])

/** `source`, `asOf` and `sure`: what every row carries. */
export const provenance: { source: z.ZodType<string, string>; asOf: typeof isoDate; sure: typeof sure } = { source: z.string().min(3), asOf: isoDate, sure: sure }

/** A number above zero; no price is zero and no shape is either. */
export const positive: z.ZodType<number, number> = z.number().positive()
export const positiveInteger: z.ZodType<number, number> = z.int().positive()

const cell = <Value>(inner: z.ZodType<Value, number>): z.ZodType<Value, string> =>
  z
    .string()
    .regex(/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, { error: 'expected a number' })
    .transform(Number)
    .pipe(inner)

export const csvPositive: z.ZodType<number, string> = cell(positive)
export const csvCount: z.ZodType<number, string> = cell(z.int().nonnegative())
export const csvFlag: z.ZodType<boolean, string> = z.enum(['yes', 'no']).transform((text) => text === 'yes')
