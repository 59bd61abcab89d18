import type {
  Accelerator,
  CapabilityClass,
  IsoDate,
  MeterPrices,
  Purchase,
  Task,
  Tier,
  Tokens,
  Usd,
} from '@breakeven/core'
import { z } from 'zod'

import { isoDate, positive, positiveInteger, text } from './cells.ts'
import { acceleratorRow, modelRow } from './rows.ts'
import type { ModelRow } from './rows.ts'

// What a user's catalogue file may hold. `source` and `asOf` may be left out: the file and line, and the catalogue's own date.

type Stated = { readonly source?: string; readonly asOf?: IsoDate }

export type OwnPrice = Stated & {
  /** `provider/model`, known or new. */
  readonly model: string
  readonly usdPerMillion: MeterPrices
  /** Prices for prompts longer than so many tokens. */
  readonly above?: Readonly<Record<string, MeterPrices>>
  readonly tier: Tier
  readonly region?: string
  readonly from?: IsoDate
  /** The first day on which it no longer holds. */
  readonly to?: IsoDate
  readonly usdPerRequest?: Usd
  readonly minimumInputTokens?: Tokens
  readonly task?: Task
  readonly class?: CapabilityClass
  readonly openModel?: string
  readonly tokenizer?: string
  readonly contextTokens?: Tokens
}

export type OwnMachine = Stated & {
  readonly id: string
  readonly accelerator: string
  readonly count: number
  readonly usdPerHour: Usd
  readonly vcpus?: number
  readonly ramGib?: number
}

export type OwnRate = Stated & {
  readonly instance: string
  readonly region: string
  readonly purchase: Purchase
  readonly usdPerHour: Usd
}

type OwnRatio = {
  readonly id: string
  readonly ratio: number
  readonly low?: number
  readonly high?: number
  readonly source?: string
}

export type OverrideFile = {
  readonly prices: readonly OwnPrice[]
  /** Share off the list price by provider; `aws` is machines and services. */
  readonly discounts: Readonly<Record<string, number>>
  readonly machines: readonly OwnMachine[]
  readonly rates: readonly OwnRate[]
  readonly models: readonly ModelRow[]
  readonly accelerators: readonly Accelerator[]
  readonly classes: Readonly<Record<string, CapabilityClass>>
  readonly tokenizers: readonly OwnRatio[]
}

const nonNegative = z.number().nonnegative()

const meters = z
  .strictObject({
    freshInput: nonNegative.exactOptional(),
    cacheRead: nonNegative.exactOptional(),
    cacheWrite5m: nonNegative.exactOptional(),
    cacheWrite1h: nonNegative.exactOptional(),
    output: nonNegative.exactOptional(),
  })
  .refine((prices) => Object.values(prices).some((usd) => usd > 0), {
    error: 'expected a price above 0 for one meter at least',
  })

const classes = z.enum(['frontier', 'large', 'medium', 'small', 'encoder'])

const priceRow = z.strictObject({
  model: z.string().regex(/^[^/\s]+\/\S+$/, { error: 'expected provider/model, as in openai/gpt-4o' }),
  usdPerMillion: meters,
  above: z.record(z.string().regex(/^\d+$/, { error: 'expected a number of tokens' }), meters).exactOptional(),
  tier: z.enum(['standard', 'batch', 'flex', 'priority']).default('standard'),
  region: text.exactOptional(),
  from: isoDate.exactOptional(),
  to: isoDate.exactOptional(),
  usdPerRequest: positive.exactOptional(),
  minimumInputTokens: positiveInteger.exactOptional(),
  task: z.enum(['generate', 'embed', 'classify']).exactOptional(),
  class: classes.exactOptional(),
  openModel: text.exactOptional(),
  tokenizer: text.exactOptional(),
  contextTokens: positiveInteger.exactOptional(),
  source: text.exactOptional(),
  asOf: isoDate.exactOptional(),
})

const machineRow = z.strictObject({
  id: text,
  accelerator: text,
  count: positiveInteger,
  usdPerHour: positive,
  vcpus: positiveInteger.exactOptional(),
  ramGib: positive.exactOptional(),
  source: text.exactOptional(),
  asOf: isoDate.exactOptional(),
})

const rateRow = z.strictObject({
  instance: text,
  region: text,
  purchase: z.enum(['on-demand', 'one-year', 'spot']).default('on-demand'),
  usdPerHour: positive,
  source: text.exactOptional(),
  asOf: isoDate.exactOptional(),
})

const share = z
  .string()
  .regex(/^\d+(\.\d+)?%$/, { error: 'expected a share as in 12% (or 0.12)' })
  .transform((percent) => Number(percent.slice(0, -1)) / 100)
  .or(z.number())
  .pipe(z.number().positive().lt(1))

const ratioRow = z
  .strictObject({
    id: text,
    ratio: positive,
    low: positive.exactOptional(),
    high: positive.exactOptional(),
    source: text.exactOptional(),
  })
  .refine(({ ratio: middle, low = middle, high = middle }) => low <= middle && middle <= high, {
    error: 'expected low <= ratio <= high',
  })

const parts = {
  prices: z.array(priceRow).default([]),
  discounts: z.record(text, share).default({}),
  machines: z.array(machineRow).default([]),
  rates: z.array(rateRow).default([]),
  models: z.array(modelRow).default([]),
  accelerators: z.array(acceleratorRow).default([]),
  classes: z.record(text, classes).default({}),
  tokenizers: z.array(ratioRow).default([]),
}

export const OVERRIDE_KEYS: readonly string[] = Object.keys(parts)
export const overrideFile: z.ZodType<OverrideFile> = z.strictObject(parts)
