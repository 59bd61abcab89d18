import { InputError } from '@breakeven/core'
import { expect, test } from 'vitest'

import { readContainers } from './containers.ts'

const HEAD = 'id,engine,serves,runs_on,repository,tag,shape,host_image,source,as_of,sure\n'
const read = (rows: string) =>
  readContainers({ text: HEAD + rows, file: 'containers.csv' }, new Set(['vllm', 'transformers']))

test('a row is an image, what it serves and on what, and the host image it needs', () => {
  expect(
    read('a,transformers,encoder encoder-decoder,gpu cpu,repo,1.0,huggingface,,seen,2026-01-01,published\n'),
  ).toEqual([
    {
      id: 'a',
      engine: 'transformers',
      serves: ['encoder', 'encoder-decoder'],
      runsOn: ['gpu', 'cpu'],
      repository: 'repo',
      tag: '1.0',
      shape: 'huggingface',
      source: 'seen',
      asOf: '2026-01-01',
      sure: 'published',
    },
  ])
})

test.each([
  ['a,vlm,decoder,gpu,r,t,openai,,seen,2026-01-01,published\n', /engine "vlm" is not in the catalogue/],
  ['a,vllm,decodr,gpu,r,t,openai,,seen,2026-01-01,published\n', /serves/],
  ['a,vllm,decoder,gpu,r,t,open,,seen,2026-01-01,published\n', /shape/],
])('%j is refused', (row, message) => {
  expect(() => read(row)).toThrow(InputError)
  expect(() => read(row)).toThrow(message)
})
