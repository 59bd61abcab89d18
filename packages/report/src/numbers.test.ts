import { expect, test } from 'vitest'
import {
  compactText,
  compactUsdText,
  countText,
  percentText,
  quantityText,
  secondsText,
  unitPriceText,
  usdExactText,
  usdText,
} from './numbers.ts'

const check = (name: string, write: (value: number) => string, rows: readonly (readonly [number, string])[]): void => {
  test.each(rows)(`${name} %d is %s`, (value, text) => {
    expect(write(value)).toBe(text)
  })
}

check('usdText', usdText, [
  [0, '$0'],
  [0.0000123, '$0.0000123'],
  [0.00001, '$0.00001'],
  [0.01, '$0.01'],
  [0.5, '$0.50'],
  [0.0123456, '$0.0123'],
  [0.0994, '$0.0994'],
  [0.123456, '$0.12'],
  [0.9999, '$1.00'],
  [12.3, '$12.30'],
  [999.99, '$999.99'],
  [999.996, '$1,000'],
  [1334, '$1,334'],
  [486_910, '$486,910'],
  [-5, '-$5.00'],
  [NaN, 'n/a'],
  [Infinity, 'n/a'],
])

check('usdExactText', usdExactText, [
  [2001, '$2,001.00'],
  [167.500032, '$167.50'],
  [0.010666688, '$0.0107'],
  [NaN, 'n/a'],
])

check('unitPriceText', unitPriceText, [
  [1.515, '$1.515'],
  [0.0000166667, '$0.0000166667'],
  [2, '$2.00'],
  [0, '$0'],
  [1320, '$1,320.00'],
  // 0.1 + 0.2: the noise of binary fractions is not a price.
  [0.1 + 0.2, '$0.30'],
])

check('countText', countText, [
  [0, '0'],
  [0.034_26, '0.0343'],
  [1, '1'],
  [12.5, '12.5'],
  [99.94, '99.9'],
  [99.96, '100'],
  [113_435.85, '113,436'],
  [1e7, '10,000,000'],
  [-1500, '-1,500'],
  [NaN, 'n/a'],
])

check('quantityText', quantityText, [
  [113_435.85, '113,435.85'],
  [24, '24'],
  [18.6, '18.6'],
  [0.0107, '0.0107'],
  [0, '0'],
  [1e6, '1,000,000'],
  [100, '100'],
])

check('compactText', compactText, [
  [0, '0'],
  [0.01, '0.01'],
  [1, '1'],
  [500, '500'],
  [999.9, '1k'],
  [1000, '1k'],
  [1500, '1.5k'],
  [10_000_000, '10M'],
  [2_500_000_000, '2.5B'],
])

check('compactUsdText', compactUsdText, [
  [0, '$0'],
  [0.1, '$0.10'],
  [0.001, '$0.001'],
  [100_000, '$100k'],
])

check('percentText', percentText, [
  [0, '0 %'],
  [0.0004, 'under 0.1 %'],
  [0.0124, '1.2 %'],
  [0.694, '69 %'],
  [1, '100 %'],
])

check('secondsText', secondsText, [
  [0.031, '31 ms'],
  [0.42, '420 ms'],
  [1.2, '1.2 s'],
  [75, '75 s'],
])
