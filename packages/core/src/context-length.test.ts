import { describe, expect, test } from 'vitest'
import type { ApiModel } from './catalog.ts'
import { readsRequests, sortLengths } from './context-length.ts'
import { workloadFromNumbers } from './numbers.ts'

const model = (id: string, more: Partial<ApiModel> = {}): ApiModel => ({
  id,
  provider: id.split('/')[0] ?? '',
  model: id.slice(id.indexOf('/') + 1),
  task: 'generate',
  prices: [],
  ...more,
})

const models = [
  model('openai/gpt-4o', { contextTokens: 128_000 }),
  model('host/llama', { openModel: 'llama-3-8b' }),
  model('host/longer-llama', { openModel: 'llama-3-8b', contextTokens: 16_384 }),
  model('host/small', { contextTokens: 4096 }),
  model('host/nobody-knows'),
] as const
const open = new Map([['llama-3-8b', 8192]])
const requests = (inputTokens: number) =>
  sortLengths(workloadFromNumbers({ requestsPerDay: 10, inputTokens, outputTokens: 0 }, []))

describe('whether a model reads requests of this length', () => {
  test.each([
    ['openai/gpt-4o', 128_000, 'yes'],
    ['openai/gpt-4o', 128_001, 'no'],
    ['host/longer-llama', 16_384, 'yes'],
    ['host/llama', 8192, 'yes'],
    ['host/llama', 8193, 'no'],
    ['host/small', 4096, 'yes'],
    ['host/small', 4097, 'no'],
    // Nobody states it: short requests are taken for granted, long ones are not.
    ['host/nobody-knows', 8192, 'yes'],
    ['host/nobody-knows', 8193, 'unknown'],
  ])('%s, %i tokens: %s', (id, tokens, expected) => {
    expect(
      readsRequests(
        models.find((one) => one.id === id)!,
        requests(tokens),
        open,
      ).reads,
    ).toBe(expected)
  })

  test('a price for prompts above a length shows that they may be as long', () => {
    const band = (above: number) => ({ above, usdPerMillion: {} }) as never
    const tiered = model('host/tiered', { prices: [{ bands: [band(0), band(100_000)] } as never] })
    expect(readsRequests(tiered, requests(100_000), open).reads).toBe('yes')
    expect(readsRequests(tiered, requests(100_001), open)).toEqual({
      reads: 'unknown',
      reason: 'no seller states how much it reads, and 100.0 % of requests are longer than 100,000 tokens',
    })
  })
})
