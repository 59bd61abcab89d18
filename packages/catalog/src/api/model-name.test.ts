import { expect, test } from 'vitest'

import { commonName } from './model-name.ts'

test.each([
  ['meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo', 'llama-3.1-8b'],
  ['accounts/fireworks/models/llama-v3p1-8b-instruct', 'llama-3.1-8b'],
  ['meta.llama3-1-8b-instruct-v1:0', 'llama-3.1-8b'],
  ['us.meta.llama3-1-8b-instruct-v1:0', 'llama-3.1-8b'],
  ['@cf/meta/llama-3.1-8b-instruct-fp8', 'llama-3.1-8b'],
  ['llama-3.1-8b-instant', 'llama-3.1-8b'],
  ['llama2-70b-4096', 'llama-2-70b'],
  ['deepseek-ai/DeepSeek-V3', 'deepseek-v3'],
  ['deepseek/deepseek_v3', 'deepseek-v3'],
  ['mistral.mixtral-8x7b-instruct-v0:1', 'mixtral-8x7b'],
  ['openai.gpt-oss-120b-1:0', 'gpt-oss-120b-1:0'],
  ['anthropic.claude-3-5-sonnet-20240620-v1:0', 'claude-3-5-sonnet-20240620'],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
  ['gpt-35-turbo-0613', 'gpt-3.5-turbo-0613'],
  ['gpt-3.5-turbo', 'gpt-3.5-turbo'],
  ['gemini-2.0-flash-lite', 'gemini-2.0-flash-lite'],
  ['NousResearch/Hermes-3-Llama-3.1-70B', 'hermes-3-llama-3.1-70b'],
])('%s is commonly %s', (model, name) => {
  expect(commonName(model)).toBe(name)
})
