import { expect, test } from 'vitest'
import { answerOf } from './answer.ts'
import { AS_IS, EXAMPLE, HYBRID, OPTIONS, comparisonOf } from './example-comparison.ts'

const named = (...parts: readonly string[]): typeof OPTIONS =>
  OPTIONS.filter(({ id }) => parts.some((part) => id.includes(part)))
const MINI = named('gpt-4o-mini')
const SMALL_HOST = named('hosted:llama-3.1-8b')

test('rent: what it costs, what it saves, what running costs and from where on it pays', () => {
  // 36.36 / (0.00775 - 0.000002) = 4,692.82 for today's bill; against mini 36.36 / 0.000463 = 78,531.3, above 120,000 two machines are 72.72 / 0.000463 = 157,063.
  expect(answerOf(comparisonOf([AS_IS, ...MINI, ...SMALL_HOST]))).toBe(
    "Rent gpt-4o-mini (openai): $5.77 a day. Today's bill is $96.10 a day: that saves $90.33 a day, 94 %. " +
      'Running llama-3.1-8b on 1 × ml.g5.2xlarge, bf16 costs $36.38 a day, 6.3 times as much. ' +
      'Running your own, first llama-3.1-8b on 1 × ml.g5.2xlarge, bf16, is the cheapest from 78,531 to 120,000 and from 157,063 requests a day on.',
  )
})

test('run: cheaper already, and below which volume renting would be', () => {
  expect(
    answerOf(comparisonOf([...named('api:openai/gpt-4o'), ...SMALL_HOST].filter(({ id }) => !id.includes('mini')))),
  ).toBe(
    'Run llama-3.1-8b on 1 × ml.g5.2xlarge, bf16: $36.38 a day. Renting gpt-4o (openai) costs $96.10 a day, 2.6 times as much, and is cheaper below 4,693 requests a day.',
  )
})

test('mix: both pure ways beside it', () => {
  const hybrid = { ...HYBRID, usdPerDay: 3, low: 3, high: 3 }
  expect(answerOf(comparisonOf([hybrid, ...MINI, ...SMALL_HOST]))).toMatch(
    /^Mix \(llama-3\.1-8b on 1 × ml\.g5\.2xlarge, bf16, 3\.1 % over to llama-3\.1-8b \(groq\)\): \$3\.00 a day\. Renting gpt-4o-mini \(openai\) costs \$5\.77 a day, 1\.9 times as much.* Running llama-3\.1-8b on 1 × ml\.g5\.2xlarge, bf16 costs \$36\.38 a day/,
  )
})

test('stay: today is the least', () => {
  expect(answerOf(comparisonOf([{ ...AS_IS, usdPerDay: 1, low: 1, high: 1 }, ...MINI, ...SMALL_HOST]))).toMatch(
    /^Stay as you are: \$1\.00 a day is the least of 3 priced options\. Running llama/,
  )
})

test('no break-even: said with the horizon', () => {
  const breakeven = [{ from: 0, cheapest: MINI[0]?.id ?? '' }]
  expect(answerOf(comparisonOf([...MINI, ...SMALL_HOST], { breakeven }))).toMatch(
    /No break-even: running your own is not the cheapest at any volume up to 10,000,000 requests a day\.$/,
  )
})

test('nothing to run: with the commonest reason', () => {
  expect(answerOf(comparisonOf(MINI))).toBe(
    'Rent gpt-4o-mini (openai): $5.77 a day. No self-hosted option could be priced: does not fit in memory: 39.1 GB of weights, 24.0 GB usable (hosted:flan-ul2@ml.g5.4xlarge/bf16/tp1/vllm/on-demand).',
  )
})

test('everything ruled out is no answer of zero dollars', () => {
  expect(answerOf(comparisonOf([]))).toBe(
    'None of 1,740 options can be priced for this traffic. Most often: does not fit in memory: 39.1 GB of weights, 24.0 GB usable (3 options, hosted:flan-ul2@ml.g5.4xlarge/bf16/tp1/vllm/on-demand for one).',
  )
})

test('rows without usage make every price a lower bound', () => {
  const workload = { ...EXAMPLE.workload, rowsWithoutUsage: 7 }
  expect(answerOf({ ...EXAMPLE, workload })).toMatch(/^Rent llama-3\.1-8b \(groq\): at least \$5\.12 a day\./)
})

test('tokens where requests are unknown', () => {
  const { requestsPerDay: _unknown, ...workload } = EXAMPLE.workload
  const comparison = comparisonOf([...MINI, ...SMALL_HOST], {
    axis: 'tokensPerDay',
    workload,
    breakeven: [
      { from: 0, to: 2e9, cheapest: MINI[0]?.id ?? '' },
      { from: 2e9, cheapest: SMALL_HOST[0]?.id ?? '' },
    ],
  })
  expect(answerOf(comparison)).toMatch(/and is cheaper from 2,000,000,000 tokens a day on\.$/)
})

test('a staircase that crosses many times says how often, and where for good', () => {
  const [rent = '', run = ''] = [MINI[0]?.id, SMALL_HOST[0]?.id]
  const breakeven = Array.from({ length: 12 }, (_, at) => ({
    from: at * 100,
    to: at * 100 + 100,
    cheapest: at % 2 === 0 ? rent : run,
  }))
  const open = [...breakeven.slice(0, -1), { from: 1100, cheapest: run }]
  expect(answerOf(comparisonOf([...MINI, ...SMALL_HOST], { breakeven: open }))).toMatch(
    /is the cheapest here and there from 100 \(6 ranges\), and for good from 1,100 requests a day on\.$/,
  )
})

test('overlapping error bands are a close call', () => {
  const run = SMALL_HOST.slice(0, 1).flatMap((option) => [{ ...option, usdPerDay: 5, low: 4, high: 8 }])
  expect(answerOf(comparisonOf([...MINI, ...run]))).toContain('a close call: the error bands overlap')
})

test('no traffic is said, not priced', () => {
  const workload = { ...EXAMPLE.workload, requestsPerDay: 0 }
  expect(answerOf({ ...EXAMPLE, workload })).toBe(
    'There is no traffic in what was given: 0 requests a day, nothing to compare.',
  )
})
