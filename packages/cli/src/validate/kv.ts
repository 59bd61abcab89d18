import { type Catalog, memoryOf } from '@breakeven/core'

import { readCsv } from './csv.ts'
import { acceleratorId, modelId } from './names.ts'

/** Tokens of cache that vLLM printed at its start, and what the model says. */
export type KvRow = {
  readonly source: string
  readonly model: string
  readonly accelerator: string
  readonly tensorParallel: number
  readonly measured: number
  readonly predicted: number
}

export const holdsKv = (csv: string): boolean => csv.slice(0, csv.indexOf('\n')).includes('kv_tokens_measured')

/** Predicts the cache of each start-up of a CSV; rows of an unknown model or device are left out. */
export const kvRowsOf = (csv: string, catalog: Catalog): readonly KvRow[] =>
  readCsv(csv).flatMap((row) => {
    const text = (name: string): string => row.get(name) ?? ''
    const accelerator = catalog.accelerators.find(({ id }) => id === acceleratorId(text('gpu')))
    const model = catalog.openModels.find(({ id }) => id === modelId(text('model')))
    const engine = catalog.engines.find(({ id }) => id === 'vllm-0.8')
    if (accelerator === undefined || model === undefined || engine === undefined) return []
    const tensorParallel = Number(text('tp'))
    const settings = {
      memoryShare: Number(text('gpu_memory_utilization')),
      maxBatchedTokens: Number(text('max_num_batched_tokens')),
      maxSequences: Number(text('max_num_seqs')),
    }
    const { kvTokens } = memoryOf({
      model,
      accelerator,
      precision: 'bf16',
      tensorParallel,
      engine: { ...engine, ...settings },
    })
    return [
      {
        source: text('source'),
        model: model.id,
        accelerator: accelerator.id,
        tensorParallel,
        measured: Number(text('kv_tokens_measured')),
        predicted: kvTokens,
      },
    ]
  })
