import { calcPrice } from '@pydantic/genai-prices'
import type { FullUsage } from '@breakeven/core'
import { compilePrice } from '@breakeven/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importGenaiPrices } from './api/genai-prices.ts'
import type { ImportedModel } from './api/genai-prices.ts'

const THEIR_PROVIDER: Readonly<Record<string, string>> = {
  xai: 'x-ai',
  'amazon-bedrock': 'aws',
  'azure-openai': 'azure',
  moonshot: 'moonshotai',
  'google-gemini-api': 'google',
  'google-vertex': 'google',
}

const { models } = await importGenaiPrices()

/** Where genai-prices is right, and speaks of text alone: no hours of day, nothing flagged, no zero standing for "unknown". */
const comparable = models.filter(
  (model) => !model.hourly && model.free !== true && model.prices.every((price) => (price.flags ?? []).length === 0),
)

const tokens = fc.oneof(fc.nat({ max: 3000 }), fc.integer({ min: 100_000, max: 320_000 }))
const usage: fc.Arbitrary<FullUsage> = fc.record({
  freshInput: tokens,
  cacheRead: fc.oneof(fc.constant(0), tokens),
  cacheWrite5m: fc.oneof(fc.constant(0), fc.nat({ max: 5000 })),
  cacheWrite1h: fc.oneof(fc.constant(0), fc.nat({ max: 5000 })),
  output: fc.nat({ max: 20_000 }),
})

const theirs = (
  model: ImportedModel,
  { freshInput, cacheRead, cacheWrite5m, cacheWrite1h, output }: FullUsage,
): number | undefined =>
  calcPrice(
    {
      input_tokens: freshInput + cacheRead + cacheWrite5m + cacheWrite1h,
      cache_read_tokens: cacheRead,
      cache_write_tokens: cacheWrite5m + cacheWrite1h,
      cache_write_1h_tokens: cacheWrite1h,
      output_tokens: output,
    },
    model.model,
    { providerId: THEIR_PROVIDER[model.provider] ?? model.provider, timestamp: new Date('2026-11-24T12:00:00Z') },
  )?.total_price

test('property: a compiled price equals genai-prices on random usage, where genai-prices is right', () => {
  expect(comparable.length).toBeGreaterThan(1000)
  let compared = 0
  fc.assert(
    fc.property(fc.constantFrom(...comparable), usage, (model, used) => {
      const price = model.prices.findLast(
        ({ from, to }) => (from ?? '') <= '2026-11-24' && (to ?? '9999') > '2026-11-24',
      )
      const sold = price?.bands[0]!.usdPerMillion ?? {}
      // Where a meter has no price of its own the two differ on purpose: theirs counts hour-long writes as input and
      // output as free, ours counts such writes as writes and refuses to price the output.
      const asked = {
        ...used,
        cacheWrite1h: sold.cacheWrite1h === undefined ? 0 : used.cacheWrite1h,
        output: sold.output === undefined ? 0 : used.output,
      }
      const expected = theirs(model, asked)
      if (price === undefined || expected === undefined) return
      compared += 1
      expect(Math.abs(compilePrice(price)(asked) - expected), `${model.provider}/${model.model}`).toBeLessThanOrEqual(
        1e-9 * Math.max(1, expected),
      )
    }),
    { numRuns: 3000, seed: 20_261_124 },
  )
  expect(compared).toBeGreaterThan(2500)
})
