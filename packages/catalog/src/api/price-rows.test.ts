import { InputError } from '@breakeven/core'
import { expect, test } from 'vitest'

import { readPriceFile } from './price-file.ts'
import { pricesOf } from './price-rows.ts'

const HEADER =
  'model,tier,region,hours,above_tokens,from,to,usd_per_million_input,usd_per_million_cached_input,usd_per_million_cache_write_5m,usd_per_million_cache_write_1h,usd_per_million_output,released,retired,as_of,sure,flags,source,note'

/** region, hours, above, from, to, input, output, flags */
type Cells = readonly [string, string, string, string, string, string, string, string?]
const csvOf = (...rows: readonly Cells[]): string =>
  [
    HEADER,
    ...rows.map(
      ([region, hours, above, from, to, input, output, flags = '']) =>
        `m,standard,${region},${hours},${above},${from},${to},${input},,,,${output},,,2026-11-23,published,${flags},page,`,
    ),
  ].join('\n')

const read = (...rows: readonly Cells[]) => pricesOf(readPriceFile(csvOf(...rows), 'data/api-prices/x.csv'))

const refusal = (...rows: readonly Cells[]): InputError => {
  try {
    read(...rows)
  } catch (error) {
    if (error instanceof InputError) return error
  }
  throw new Error('not refused')
}

test('a price above a threshold becomes a band, and cuts the row for all prompts where it begins', () => {
  const prices = read(
    ['', '', '', '2025-01-01', '', '3', '15'],
    ['', '', '200000', '2025-06-01', '2025-09-01', '6', '22.5'],
  )
  expect(prices.map(({ from, to, bands }) => [from, to, bands.map(({ above }) => above)])).toEqual([
    ['2025-01-01', '2025-06-01', [-1]],
    ['2025-06-01', '2025-09-01', [-1, 200_000]],
    ['2025-09-01', undefined, [-1]],
  ])
  expect(prices[1]?.bands[1]?.usdPerMillion).toEqual({ freshInput: 6, output: 22.5 })
})

test('rows that meet on a day do not overlap; rows that share a day are refused with both lines', () => {
  expect(
    read(['', '', '', '2025-01-01', '2025-06-01', '3', '15'], ['', '', '', '2025-06-01', '', '2', '10']),
  ).toHaveLength(2)
  const error = refusal(['', '', '', '2025-01-01', '2025-06-02', '3', '15'], ['', '', '', '2025-06-01', '', '2', '10'])
  expect(error.message).toContain('two prices hold on 2025-06-01')
  expect(error.place).toMatchObject({ file: 'data/api-prices/x.csv', line: 3 })
  expect(error.hint).toContain('line 2')
})

test('the same days in another region, schedule or prompt length are no overlap', () => {
  expect(
    read(
      ['', '', '', '2025-01-01', '', '3', '15'],
      ['eu', '', '', '2025-01-01', '', '4', '16'],
      ['', '01:00-04:00', '', '2025-01-01', '', '6', '30'],
    ),
  ).toHaveLength(3)
})

test('an interval that ends as it begins is refused, and so is a long-prompt price without a short-prompt one', () => {
  expect(refusal(['', '', '', '2025-06-01', '2025-06-01', '3', '15']).message).toContain('is not before')
  expect(
    refusal(['', '', '', '2025-06-01', '', '3', '15'], ['', '', '200000', '2025-01-01', '', '6', '30']).message,
  ).toContain('none below')
})

test('hours become one price a span, in minutes of the UTC day', () => {
  const prices = read(
    ['', '', '', '2026-01-01', '', '1', '2'],
    ['', 'Mon-Fri 01:00-04:00;16:30-00:30', '', '2026-01-01', '', '2', '4'],
  )
  expect(prices.map(({ hours }) => hours)).toEqual([
    undefined,
    { fromMinute: 60, toMinute: 240, days: [1, 2, 3, 4, 5] },
    { fromMinute: 990, toMinute: 30 },
  ])
  expect(refusal(['', 'from 9 to 5', '', '2026-01-01', '', '1', '2']).place.key).toBe('hours')
})

test('a price per token or in cents is refused with its place', () => {
  const error = refusal(['', '', '', '2026-01-01', '', '0.0000025', '10'])
  expect(error.place).toMatchObject({ line: 2, key: 'usd_per_million_input' })
  expect(refusal(['', '', '', '2026-01-01', '', '2500', '10']).hint).toContain('cents')
})

test('a flag that begins with "suspect" marks the price as one that never wins', () => {
  const [price] = read(['', '', '', '2026-01-01', '', '0.2', '6', 'announced; suspect: output to input ratio above 15'])
  expect(price).toMatchObject({ suspect: true, flags: ['announced', 'output to input ratio above 15'] })
})
