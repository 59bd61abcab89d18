import { InputError } from '@breakeven/core'
import { describe, expect, test } from 'vitest'
import { parseDate } from './date.ts'
import { parseDuration } from './duration.ts'
import { parseAmount, parseCount, parseFactor, parsePositive, parseUsd } from './number.ts'
import { parseHost, parseMap } from './pair.ts'
import { parseDiscount, parseShare } from './share.ts'

type Table = readonly [
  name: string,
  parse: (text: string) => unknown,
  good: readonly (readonly [string, unknown])[],
  bad: readonly string[],
]

const tables: readonly Table[] = [
  [
    'parseAmount',
    parseAmount,
    [
      ['0', 0],
      ['1000', 1000],
      ['1_500_000', 1_500_000],
      ['1.5M', 1_500_000],
      ['10k', 10_000],
      ['10K', 10_000],
      ['2e6', 2_000_000],
      ['.5', 0.5],
      [' 7 ', 7],
      ['3B', 3e9],
    ],
    ['', '-1', 'NaN', 'Infinity', '1e400', '1,500', '1.5m', '10 k', '0x10', 'ten', '1__000', '١'],
  ],
  [
    'parsePositive',
    parsePositive,
    [
      ['0.001', 0.001],
      ['1', 1],
    ],
    ['0', '0.0', '-2', ''],
  ],
  [
    'parseCount',
    parseCount,
    [
      ['1', 1],
      ['1.5k', 1500],
    ],
    ['0', '1.5', '1e30', ''],
  ],
  [
    'parseUsd',
    parseUsd,
    [
      ['1200', 1200],
      ['$1.2k', 1200],
      ['$12,000.50', 12_000.5],
      ['0', 0],
    ],
    ['-5', '12,0', '1,2', '€5', '$'],
  ],
  [
    'parseFactor',
    parseFactor,
    [
      ['1', 1],
      ['3.5', 3.5],
    ],
    ['0.99', '0', '-3', 'x'],
  ],
  [
    'parseShare',
    parseShare,
    [
      ['40%', 0.4],
      ['0.4', 0.4],
      ['0', 0],
      ['100%', 1],
      ['1', 1],
    ],
    ['40', '101%', '-1%', '', '%', 'NaN'],
  ],
  [
    'parseDuration',
    parseDuration,
    [
      ['2s', 2],
      ['100ms', 0.1],
      ['1.5s', 1.5],
      ['2min', 120],
      ['2 s', 2],
    ],
    ['2', '0s', '-1s', 's', '2h', '1e3s', ''],
  ],
  [
    'parseDate',
    parseDate,
    [
      ['2023-04-24', '2023-04-24'],
      ['2024-02-29', '2024-02-29'],
    ],
    ['2023-02-29', '2023-02-30', '2023-13-01', '24.4.2023', '2023-4-24', '', 'today'],
  ],
  [
    'parseHost',
    parseHost,
    [
      ['llama-3.1-8b@ml.g5.2xlarge', { model: 'llama-3.1-8b', instance: 'ml.g5.2xlarge' }],
      ['hosted:flan-ul2@ml.g5.4xlarge', { model: 'flan-ul2', instance: 'ml.g5.4xlarge' }],
      ['flan-ul2', { model: 'flan-ul2' }],
      ['@ml.g5.xlarge', { instance: 'ml.g5.xlarge' }],
      [
        'hosted:flan-ul2@ml.g5.4xlarge/int8/tp1/vllm/on-demand',
        { model: 'flan-ul2', instance: 'ml.g5.4xlarge', precision: 'int8', tensorParallel: 1 },
      ],
    ],
    ['', '@', 'a@b@c', 'flan-ul2@ml.g5.4xlarge/int9', 'flan-ul2@ml.g5.4xlarge/tp0'],
  ],
  [
    'parseMap',
    parseMap,
    [
      ['input=prompt_tokens, output = o', { input: 'prompt_tokens', output: 'o' }],
      ['model==gpt-4o', { model: '=gpt-4o' }],
    ],
    ['', 'input', '=x', 'input='],
  ],
  [
    'parseDiscount',
    parseDiscount,
    [
      ['openai=12%', { provider: 'openai', share: 0.12 }],
      ['OpenAI = 0.2', { provider: 'openai', share: 0.2 }],
    ],
    ['12%', 'openai', '=12%', 'openai=12', 'a=b=c'],
  ],
]

describe.each(tables)('%s', (_name, parse, good, bad) => {
  test.each(good)('reads "%s"', (text, value) => {
    expect(parse(text)).toEqual(value)
  })
  test.each(bad.map((text) => [text]))('refuses "%s" and says what to write', (text) => {
    expect(() => parse(text)).toThrow(InputError)
    expect(() => parse(text)).toThrow(expect.objectContaining({ hint: expect.stringMatching(/write|never below/) }))
  })
})

test('a nought is told that it is one, not how numbers are written', () => {
  for (const text of ['0', '0s', '0.0ms'])
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({ hint: 'write a time above 0, as in 100ms or 2s' }),
    )
  expect(() => parsePositive('0')).toThrow(
    expect.objectContaining({ hint: 'write a number above 0, as in 0.2, 1 or 10k' }),
  )
})

test('a number without its unit asks which one was meant', () => {
  expect(() => parseDuration('100')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('100ms or 100s') }),
  )
  expect(() => parseShare('40')).toThrow(expect.objectContaining({ hint: expect.stringContaining('40%') }))
})
