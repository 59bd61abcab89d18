import { describe, expect, test } from 'vitest'

import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'

const capacity = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(['capacity', ...args], io)
  return { code, out: io.out(), err: io.err() }
}
const LLAMA = ['--model', 'llama-3.1-8b', '--instance', 'ml.g5.2xlarge']
type Found = {
  readonly fits: boolean
  readonly reason: string
  readonly kvTokens: number
  readonly requestsPerSecond: number
  readonly outputTokensPerSecond: number
  readonly sustainable: { readonly requestsPerSecond: number }
} & Readonly<Record<'ttftSeconds' | 'tpotSeconds' | 'e2eSeconds', { readonly [percentile: string]: number }>>

const json = async (...args: string[]): Promise<Found> => {
  const { code, out, err } = await capacity(...args, '--json')
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out)
}

describe('breakeven capacity', () => {
  test('JSON holds what others build on, and the target holds at the rate it names', async () => {
    const found = await json(...LLAMA)
    expect(found).toMatchObject({ schema: 'breakeven/capacity@1', fits: true, precision: 'bf16', tensorParallel: 1 })
    expect(Object.keys(found.ttftSeconds)).toEqual(['mean', 'p50', 'p90', 'p95', 'p99'])
    // 23.6 GB x 0.92 - 16 GB of weights - 1.2 GB, at 131,072 bytes a token: a little over 30,000.
    expect(found.kvTokens).toBeGreaterThan(30_000)
    expect(found.kvTokens).toBeLessThan(36_000)
    expect(found.ttftSeconds['p95']).toBeLessThan(2)
    expect(found.tpotSeconds['p95']).toBeLessThan(0.1)
    expect(found.outputTokensPerSecond).toBeCloseTo(200 * found.requestsPerSecond, 6)
  })

  test('more at a time: more in all, each slower', async () => {
    const [few, many] = [await json(...LLAMA, '--concurrency', '2'), await json(...LLAMA, '--concurrency', '16')]
    expect(many.requestsPerSecond).toBeGreaterThan(3 * few.requestsPerSecond)
    expect(many.tpotSeconds['mean']).toBeGreaterThan(few.tpotSeconds['mean'] ?? NaN)
  })

  test('a rate that is too high is said to be', async () => {
    const { out } = await capacity(...LLAMA, '--requests-per-second', '50')
    expect(out).toContain('it falls behind')
    const { requestsPerSecond, sustainable } = await json(...LLAMA, '--requests-per-second', '50')
    expect(requestsPerSecond).toBeLessThan(25)
    expect(sustainable.requestsPerSecond).toBeLessThan(requestsPerSecond * 1.2)
  })

  test('what does not fit says why, with the numbers, and is an answer', async () => {
    const found = await json('--model', 'llama-3.1-405b', '--instance', 'ml.g5.2xlarge')
    expect(found).toMatchObject({ fits: false, requestsPerSecond: null, ttftSeconds: null })
    expect(found.reason).toMatch(/GB/)
    const { out } = await capacity('--model', 'llama-3.1-405b', '--instance', 'ml.g5.2xlarge')
    expect(out).toMatch(/does not fit: .*GB/)
  })

  test.each([
    ['bert-base-uncased', 'ml.c6i.2xlarge'],
    ['flan-ul2', 'ml.g5.12xlarge'],
    ['mixtral-8x7b', 'ml.p4d.24xlarge'],
  ])('%s on %s', async (model, instance) => {
    const found = await json('--model', model, '--instance', instance, '--input-tokens', '128', '--output-tokens', '32')
    expect(found).toMatchObject({ fits: true })
    expect(found.e2eSeconds['p99']).toBeGreaterThan(0)
  })

  test('what is not named is what the model can read, in a precision that the machine computes', async () => {
    const bert = await json('--model', 'bert-base-uncased', '--instance', 'ml.c6i.2xlarge')
    expect(bert).toMatchObject({ fits: true, inputTokens: 512, outputTokens: 0, precision: 'fp32' })
    // An m5 has no bf16: that it does not fit would be news of a try that nobody asked for.
    const slow = await json('--model', 'bert-base-uncased', '--instance', 'ml.m5.xlarge', '--ttft', '1ms')
    expect(slow).toMatchObject({ precision: 'fp32', reason: expect.stringMatching(/alone on it/) })
    expect(await json(...LLAMA)).toMatchObject({ inputTokens: 1000, outputTokens: 200 })
    const t5 = await json('--model', 'flan-ul2', '--instance', 'ml.g5.12xlarge')
    expect(t5).toMatchObject({ inputTokens: 1000, outputTokens: 200 })
  })

  test.each([
    ['an unknown model', ['--model', 'lama-3.1-8b', '--instance', 'ml.g5.2xlarge'], 'did you mean llama-3.1-8b'],
    ['an unknown machine', ['--model', 'llama-3.1-8b', '--instance', 'ml.g5.3xlarge'], 'there is no machine'],
    ['two loads', [...LLAMA, '--concurrency', '4', '--requests-per-second', '1'], 'give one or the other'],
    ['too wide a split', [...LLAMA, '--tensor-parallel', '4'], 'has 1 accelerators, not 4'],
    ['another engine', [...LLAMA, '--engine', 'neuronx'], 'there is no engine'],
  ])('%s is exit 2', async (_name, args, message) => {
    const { code, out, err } = await capacity(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})
