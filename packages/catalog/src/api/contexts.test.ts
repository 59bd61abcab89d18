import type { ApiModel } from '@breakeven/core'
import { expect, test } from 'vitest'

import { withContexts } from './contexts.ts'

const model = (id: string, more: Partial<ApiModel> = {}): ApiModel => ({
  id,
  provider: id.slice(0, id.indexOf('/')),
  model: id.slice(id.indexOf('/') + 1),
  task: 'generate',
  prices: [],
  ...more,
})

test.each([
  ['the same name', 'azure/gpt-4o', 128_000],
  ['a dated snapshot', 'azure/gpt-4o-2024-05-13', 128_000],
  ['another spelling', 'fireworks/accounts/fireworks/models/GPT-4o', 128_000],
  ['its own limit, though others read more', 'small/gpt-4o', 4096],
  ['open weights speak for themselves', 'host/gpt-4o', undefined],
  ['nobody states it', 'host/nobody-knows', undefined],
])('%s: %s', (_case, id, expected) => {
  const models = withContexts([
    model('openai/gpt-4o', { contextTokens: 128_000 }),
    model('azure/gpt-4o'),
    model('azure/gpt-4o-2024-05-13'),
    model('fireworks/accounts/fireworks/models/GPT-4o'),
    model('small/gpt-4o', { contextTokens: 4096 }),
    model('host/gpt-4o', { openModel: 'weights' }),
    model('host/nobody-knows'),
  ])
  expect(models.find((one) => one.id === id)?.contextTokens).toBe(expected)
})
