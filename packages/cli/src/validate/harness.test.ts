import { describe, expect, it } from 'vitest'

import { type RowFacts, setUpOf } from './harness.ts'

const row = (facts: Partial<RowFacts> = {}): RowFacts => ({
  source: 'S05',
  notes: '',
  engine: 'vllm',
  version: '',
  date: '2025-10-29',
  accelerator: 'H200',
  users: 32,
  degree: 8,
  dataParallel: false,
  offline: false,
  input: 1024,
  output: 1024,
  experts: false,
  ...facts,
})

describe('how a load test was set up', () => {
  it('is not known of a table nobody has seen: the engine runs as it comes', () => {
    expect(setUpOf(row({ source: 'mine' }))).toEqual({})
    expect(setUpOf(row({ source: 'mine', notes: 'InferenceX DB dump' }))).toMatchObject({ shortest: 0.8 })
  })

  it.each([
    ['H200', { maxBatchedTokens: 8192, maxSequences: 32 }, undefined],
    ['H100', { maxBatchedTokens: 8192, maxSequences: 32 }, undefined],
    ['B200', { maxBatchedTokens: 8192, maxSequences: 512 }, 'vllm-decode-graphs'],
  ])('vLLM on %s', (accelerator, settings, preset) => {
    const setUp = setUpOf(row({ accelerator }))
    expect([setUp.settings, setUp.preset]).toEqual([settings, preset])
  })

  // Image tags of SemiAnalysisAI/InferenceX: plain runs had .post2, those that guess tokens .post3.
  it.each([
    ['1.2.0rc6.post2', '2026-02-03', false, undefined],
    ['1.2.0rc6.post3', '2026-02-06', false, 'trt-llm-mtp-3'],
    ['1.2.0rc6.post3', '2026-02-06', true, 'trt-llm-mtp-1'],
    ['1.1.0rc2.post2', '2025-12-15', false, undefined],
    ['1.1.0rc2.post2', '2026-01-14', false, 'trt-llm-mtp-3'],
    ['', '2025-11-02', false, undefined],
  ])('TensorRT-LLM %s of %s, attention by requests: %s', (version, date, dataParallel, preset) => {
    expect(setUpOf(row({ engine: 'trtllm', version, date, dataParallel, experts: true })).preset).toBe(preset)
  })

  it.each([
    ['dense: the longest request', { experts: false }, 1024 + 1024 + 200],
    ['with experts: 8,192 at least', { experts: true }, 8192],
    ['with experts and a long prompt', { experts: true, input: 16_384 }, 32 + 16_384 + 64],
    [
      'with guesses: a prompt and four rows a request',
      { experts: true, version: '1.2.0rc6.post3' },
      4 * 32 + 1024 + 64,
    ],
  ])('TensorRT-LLM, tokens a step, %s', (_, facts, tokens) => {
    expect(setUpOf(row({ engine: 'trtllm', ...facts })).settings?.maxBatchedTokens).toBe(tokens)
  })

  it.each([
    ['H200', 8, 32, { streamTokens: 10 }, 0.82],
    ['B200', 8, 15, { streamTokens: 10, pollSteps: 10 }, 0.82],
    ['B200', 8, 16, { streamTokens: 10, pollSteps: 30 }, 0.82],
    ['B300', 4, 16, { streamTokens: 10, pollSteps: 30 }, 0.95],
  ])('SGLang on %s x %i for %i users', (accelerator, degree, users, streamed, memoryShare) => {
    const setUp = setUpOf(row({ engine: 'sglang', accelerator, degree, users }))
    expect(setUp).toEqual({ shortest: 0.8, settings: { memoryShare }, ...streamed })
  })

  it('offline runs of TensorRT-LLM queue what their page says', () => {
    const offline = { source: 'S02', engine: 'TensorRT-LLM', offline: true }
    expect(setUpOf(row({ ...offline, input: 128, output: 128 })).requests).toBe(30_000)
    expect(setUpOf(row({ ...offline, input: 128, output: 129 })).requests).toBeUndefined()
    expect(setUpOf(row({ ...offline, experts: true })).attention).toBe('data-parallel')
    expect(setUpOf(row({ ...offline, experts: true, degree: 1 })).attention).toBeUndefined()
  })

  it('Splitwise times the prompts of a whole batch', () => {
    expect(setUpOf(row({ source: 'S08', users: 64, input: 512 })).settings?.maxBatchedTokens).toBe(32_768)
  })
})
