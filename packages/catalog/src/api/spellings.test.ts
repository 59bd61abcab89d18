import { expect, test } from 'vitest'
import type { Price } from '@breakeven/core'
import type { PricedModel } from './merge.ts'
import { foldSpellings } from './spellings.ts'

const price = (output: number, from: string): Price => ({
  tier: 'standard',
  from,
  bands: [{ above: -1, usdPerMillion: { freshInput: 1, output } }],
  source: 'test',
  asOf: '2026-01-01',
  sure: 'published',
})
const model = (name: string, ...prices: Price[]): PricedModel => ({
  provider: 'openrouter',
  model: name,
  aliases: [],
  prices,
})

test('two spellings at one price are one model, with the fuller history and both names', () => {
  const bare = model('mistral-nemo', price(2, '2026-01-01'))
  const full = model('mistralai/mistral-nemo', price(8, '2025-01-01'), price(2, '2026-01-01'))
  expect(foldSpellings([bare, full])).toEqual([{ ...full, aliases: ['mistral-nemo'] }])
})

test('at two prices they stay two models', () => {
  const models = [model('gpt-oss-120b', price(2, '2026-01-01')), model('openai/gpt-oss-120b', price(3, '2026-01-01'))]
  expect(foldSpellings(models)).toEqual(models)
})
