import { describe, expect, test } from 'vitest'
import { apiModel, openModel, price } from './fixtures/economy.ts'
import { indexModels, openModelOf, resolveModel } from './model-index.ts'

const since = { from: '2024-01-01' }
const index = indexModels([
  apiModel('openrouter/gpt-4o', [price(9, 9, since)]),
  apiModel('openai/gpt-4o', [price(2.5, 10, since)], { aliases: ['chatgpt-4o-latest'] }),
  apiModel('azure-openai/gpt-4o', [price(2.75, 11, since)]),
  apiModel('openai/gpt-oss-120b', [price(0.04, 0.18, { ...since, suspect: true })]),
  apiModel('together/llama-3.1-8b', [price(0.18, 0.18, since)]),
])
const found = (model: string, provider?: string): readonly [string | undefined, string | undefined] => {
  const resolved = resolveModel(index, { model, ...(provider === undefined ? {} : { provider }) })
  return [resolved?.model.id, resolved?.note]
}

describe('a name in a log', () => {
  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    // name, provider, priced as, said
    ['gpt-4o', undefined, 'openai/gpt-4o', undefined],
    ['GPT-4o', undefined, 'openai/gpt-4o', undefined],
    ['openai/gpt-4o', undefined, 'openai/gpt-4o', undefined],
    ['gpt-4o', 'azure', 'azure-openai/gpt-4o', undefined],
    ['gpt-4o', 'openrouter', 'openrouter/gpt-4o', undefined],
    ['chatgpt-4o-latest', undefined, 'openai/gpt-4o', undefined],
    ['gpt-4o-2099-01-31', 'openai', 'openai/gpt-4o', 'gpt-4o-2099-01-31 is priced as openai/gpt-4o'],
    ['gpt-4o', 'own-gateway', 'openai/gpt-4o', 'gpt-4o is priced as openai/gpt-4o'],
    ['llama-3.1-8b', undefined, 'together/llama-3.1-8b', 'llama-3.1-8b is priced as together/llama-3.1-8b'],
    ['llama-3.1-8b', 'own-gateway', undefined, undefined],
    ['gpt-oss-120b', 'azure', undefined, undefined],
    ['gpt-5o', undefined, undefined, undefined],
  ])('%s at %s is %s', (model, provider, id, note) => {
    expect(found(model, provider)).toEqual([id, note])
  })
})

describe('an open model by the names of those who run it', () => {
  const open = indexModels(
    [],
    [
      { ...openModel, id: 'llama-3.1-8b', repository: 'meta-llama/Llama-3.1-8B-Instruct' },
      { ...openModel, id: 'qwen2.5-7b', repository: 'Qwen/Qwen2.5-7B-Instruct' },
      { ...openModel, id: 'bloomberggpt-50b', repository: 'not released', unreleased: true },
    ],
  )

  test.each<[string, string | undefined]>([
    ['llama-3.1-8b', 'llama-3.1-8b'],
    ['Llama-3.1-8B', 'llama-3.1-8b'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'llama-3.1-8b'],
    ['llama3.1:8b', 'llama-3.1-8b'],
    ['ollama/llama3.1:8b-instruct-q4_K_M', 'llama-3.1-8b'],
    ['llama-3.1-8b@ml.g5.2xlarge', 'llama-3.1-8b'],
    ['RedHatAI/Llama-3.1-8B-Instruct-FP8', 'llama-3.1-8b'],
    ['qwen2.5:7b', 'qwen2.5-7b'],
    // Others, however near.
    ['llama3:8b', undefined],
    ['llama-3.1-80b', undefined],
    ['my-llama-3.1-8b', undefined],
    ['bloomberggpt-50b', undefined],
    ['', undefined],
  ])('%s is %s', (model, id) => {
    expect(openModelOf(open, { model })?.id).toBe(id)
  })
})
