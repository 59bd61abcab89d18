import type { JsonFormat, TableFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { isObject, toNumber } from '../text/value.ts'
import { COUNTS_OF_TABLES, openTable } from './table.ts'

const has = (columns: readonly string[], ...names: readonly string[]): boolean =>
  names.every((name) => columns.includes(name))

/** Azure Public Dataset, LLM inference traces of 2023 and 2024 (github.com/Azure/AzurePublicDataset). */
export const azureTrace: TableFormat = {
  id: 'azure-trace',
  name: 'Azure LLM trace',
  syntax: 'table',
  carries: COUNTS_OF_TABLES,
  plain: {},
  recognise: ({ header }) => (has(header, 'TIMESTAMP', 'ContextTokens', 'GeneratedTokens') ? 3 : 0),
  open: openTable({}),
}

const BURST_GPT = { secondsPerUnit: 1, failsWithoutOutput: true } as const

/** BurstGPT (github.com/HPMLL/BurstGPT): seconds from the first day, failures without response tokens. */
export const burstGpt: TableFormat = {
  id: 'burstgpt',
  name: 'BurstGPT trace',
  syntax: 'table',
  carries: [...COUNTS_OF_TABLES, 'errors', 'errorInput', 'errorOutput'],
  plain: BURST_GPT,
  recognise: ({ columns }) =>
    has(columns, 'timestamp', 'model', 'request_tokens', 'response_tokens', 'log_type') ? 3 : 0,
  open: openTable(BURST_GPT),
}

const MOONCAKE_BLOCK_TOKENS = 512

/** Mooncake traces (github.com/kvcache-ai/Mooncake): relative milliseconds, ids of 512-token prefix blocks. */
export const mooncake: JsonFormat = {
  id: 'mooncake',
  name: 'Mooncake trace',
  syntax: 'json',
  carries: [...COUNTS_OF_TABLES, 'idealPrefixHitTokens'],
  recognise: ({ values }) =>
    isObject(values[0]) &&
    ['timestamp', 'input_length', 'output_length', 'hash_ids'].every((key) => key in (values[0] as object))
      ? 3
      : 0,
  open: (context) => {
    const blocks = new Set<number>()
    return {
      value: (value, line) => {
        if (!isObject(value)) return context.drop('malformedLines', line)
        const at = toNumber(value.timestamp)
        const ids = Array.isArray(value.hash_ids) ? value.hash_ids.filter((id) => typeof id === 'number') : []
        let hits = 0
        while (hits < ids.length && blocks.has(ids[hits] ?? -1)) hits++
        for (const id of ids) blocks.add(id)
        context.count('idealPrefixHitTokens', hits * MOONCAKE_BLOCK_TOKENS)
        context.row(
          {
            kind: 'call',
            task: 'generate',
            at: (at ?? Number.NaN) / 1000,
            status: 'ok',
            usage: usageOf({ freshInput: toNumber(value.input_length), output: toNumber(value.output_length) }),
            prefixBlocks: ids,
          },
          line,
        )
      },
    }
  },
}
