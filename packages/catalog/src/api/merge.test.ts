import type { Price } from '@breakeven/core'
import { expect, test } from 'vitest'

import type { ImportedModel } from './genai-prices.ts'
import { mergeModels } from './merge.ts'
import type { PricedModel } from './merge.ts'
import { doubtUnproven } from './unproven.ts'

const price = (freshInput: number, output: number, rest: Partial<Price> = {}): Price => ({
  tier: 'standard',
  bands: [{ above: -1, usdPerMillion: { freshInput, output } }],
  source: 'page',
  asOf: '2025-01-01',
  sure: 'published',
  ...rest,
})

const own = (model: string, ...prices: readonly Price[]): PricedModel => ({
  provider: 'acme',
  model,
  aliases: [],
  prices,
})
const imported = (model: string, aliases: readonly string[], ...prices: readonly Price[]): ImportedModel => ({
  provider: 'acme',
  model,
  aliases,
  prices: prices.map((one) => ({ ...one, asOf: '2026-09-23' })),
  hourly: false,
})

const intervals = (models: readonly PricedModel[]) =>
  models[0]?.prices.map(({ from, to, bands }) => [from, to, bands[0]?.usdPerMillion.freshInput])

test('an undated price of genai-prices never reaches back before our first row', () => {
  const merged = mergeModels([own('m', price(2, 4, { from: '2024-01-01' }))], [imported('m', [], price(1, 3))])
  expect(intervals(merged)).toEqual([['2024-01-01', undefined, 2]])
})

test('where both agree ours was seen again, and takes what only theirs says', () => {
  const theirs: Price = {
    ...price(2, 4),
    bands: [{ above: -1, usdPerMillion: { freshInput: 2, cacheRead: 0.2, output: 4 } }],
    usdPerRequest: 0.01,
  }
  const [model] = mergeModels([own('m', price(2, 4, { from: '2024-01-01' }))], [imported('m', [], theirs)])
  expect(model?.prices[0]).toMatchObject({
    asOf: '2026-09-23',
    usdPerRequest: 0.01,
    bands: [{ usdPerMillion: { cacheRead: 0.2 } }],
  })
})

test('where they disagree ours stands and says so; twice as dear or cheap is in doubt, not a little more', () => {
  const merge = (theirInput: number) =>
    mergeModels([own('m', price(2, 4, { from: '2024-01-01' }))], [imported('m', [], price(theirInput, 4))])[0]
      ?.prices[0]
  expect(merge(4)?.flags).toEqual(['genai-prices 0.1.8 has $4/$4'])
  expect(merge(4)?.suspect).toBeUndefined()
  expect(merge(4.01)?.suspect).toBe(true)
})

test('a dated price of theirs after our last row takes over; one before does not', () => {
  const ours = own('m', price(2, 4, { from: '2024-01-01' }))
  const after = mergeModels(
    [ours],
    [imported('m', [], price(2, 4, { to: '2026-08-11' }), price(3, 4, { from: '2026-08-11' }))],
  )
  expect(intervals(after)).toEqual([
    ['2024-01-01', '2026-08-11', 2],
    ['2026-08-11', undefined, 3],
  ])
  const before = mergeModels(
    [ours],
    [imported('m', [], price(9, 9, { to: '2023-06-01' }), price(2, 4, { from: '2023-06-01' }))],
  )
  expect(intervals(before)).toEqual([['2024-01-01', undefined, 2]])
})

test('where our last row has ended theirs fills in from that day', () => {
  const merged = mergeModels(
    [own('m', price(2, 4, { from: '2024-01-01', to: '2025-01-01' }))],
    [imported('m', [], price(1, 3))],
  )
  expect(intervals(merged)).toEqual([
    ['2024-01-01', '2025-01-01', 2],
    ['2025-01-01', undefined, 1],
  ])
})

test('a snapshot with rows of its own stays itself; one without becomes an alias', () => {
  const merged = mergeModels(
    [own('m', price(2, 4, { from: '2024-01-01' })), own('m-0801', price(5, 9, { from: '2024-01-01' }))],
    [imported('m', ['m-0801', 'm-1105'], price(2, 4))],
  )
  expect(merged.map(({ model, aliases }) => [model, aliases])).toEqual([
    ['m', ['m-1105']],
    ['m-0801', []],
  ])
  expect(merged[1]?.prices[0]?.bands[0]?.usdPerMillion.freshInput).toBe(5)
})

test("a reseller's price is in doubt from a year after it was last seen", () => {
  const model = { ...own('m', price(2, 4, { from: '2024-01-01', asOf: '2025-07-21' })), provider: 'lambda' }
  expect(doubtUnproven(model).prices.map(({ from, to, suspect }) => [from, to, suspect])).toEqual([
    ['2024-01-01', '2026-07-21', undefined],
    ['2026-07-21', undefined, true],
  ])
  expect(doubtUnproven({ ...model, provider: 'openai' }).prices).toHaveLength(1)
})

test('and from half a year after, where the other price book has another price', () => {
  const disputed = price(2, 4, { from: '2025-01-01', asOf: '2026-02-05', flags: ['genai-prices 0.1.8 has $0.09/$0.1'] })
  expect(
    doubtUnproven({ ...own('m', disputed), provider: 'openrouter' }).prices.map(({ from, suspect }) => [from, suspect]),
  ).toEqual([
    ['2025-01-01', undefined],
    ['2026-08-06', true],
  ])
})
