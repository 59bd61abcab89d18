import type { Row } from '@breakeven/core'
import { attributionOf, callOf, tierOf } from '../attribution.ts'
import type { TableFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { statusOf, taskOf } from '../table/words.ts'
import { parseJson } from '../text/value.ts'

type TrafficColumn =
  | 'kind'
  | 'start_seconds'
  | 'end_seconds'
  | 'status'
  | 'task'
  | 'model'
  | 'provider'
  | 'tier'
  | 'project'
  | 'requests'
  | 'fresh_input'
  | 'cache_read'
  | 'cache_write_5m'
  | 'cache_write_1h'
  | 'output'
  | 'prefix_blocks'

/**
 * Our own rows as a table, as `inspect --out traffic.parquet` writes them: disjoint meters that add up, empty where not
 * reported. `start_seconds` and `end_seconds` count from 1970 UTC; for a bucket they are its bounds.
 */
export const TRAFFIC_COLUMNS: readonly (readonly [name: TrafficColumn, type: 'VARCHAR' | 'DOUBLE' | 'BIGINT[]'])[] = [
  ['kind', 'VARCHAR'],
  ['start_seconds', 'DOUBLE'],
  ['end_seconds', 'DOUBLE'],
  ['status', 'VARCHAR'],
  ['task', 'VARCHAR'],
  ['model', 'VARCHAR'],
  ['provider', 'VARCHAR'],
  ['tier', 'VARCHAR'],
  ['project', 'VARCHAR'],
  ['requests', 'DOUBLE'],
  ['fresh_input', 'DOUBLE'],
  ['cache_read', 'DOUBLE'],
  ['cache_write_5m', 'DOUBLE'],
  ['cache_write_1h', 'DOUBLE'],
  ['output', 'DOUBLE'],
  ['prefix_blocks', 'BIGINT[]'],
]

export type TrafficValues = { readonly [name in TrafficColumn]: string | number | readonly number[] | undefined }

/** One row under the names of the columns. */
export const valuesOfRow = (row: Row): TrafficValues => ({
  kind: row.kind,
  start_seconds: row.kind === 'call' ? row.at : row.from,
  end_seconds: row.kind === 'call' ? row.endAt : row.to,
  status: row.kind === 'call' ? row.status : undefined,
  task: row.task,
  model: row.model,
  provider: row.provider,
  tier: row.tier,
  project: row.project,
  requests: row.kind === 'call' ? undefined : row.requests,
  fresh_input: row.usage.freshInput,
  cache_read: row.usage.cacheRead,
  cache_write_5m: row.usage.cacheWrite5m,
  cache_write_1h: row.usage.cacheWrite1h,
  output: row.usage.output,
  prefix_blocks: row.kind === 'call' ? row.prefixBlocks : undefined,
})

const blocksOf = (text: string): { prefixBlocks?: readonly number[] } => {
  const value = text === '' ? undefined : parseJson(text)
  return Array.isArray(value) ? { prefixBlocks: value.filter((id) => typeof id === 'number') } : {}
}

export const trafficTable: TableFormat = {
  id: 'traffic',
  name: 'breakeven traffic',
  syntax: 'table',
  carries: ['requests', 'input', 'output', 'errors', 'aborted'],
  plain: { secondsPerUnit: 1 },
  recognise: ({ columns }) =>
    ['kind', 'start_seconds', 'fresh_input', 'output'].every((name) => columns.includes(name)) ? 3 : 0,
  open: (context, { columns }) => {
    const at = Object.fromEntries(TRAFFIC_COLUMNS.map(([name]) => [name, columns.indexOf(name)])) as Record<
      keyof TrafficValues,
      number
    >
    return {
      row: (cells) => {
        const text = (column: number): string | undefined => cells.name(column) || undefined
        const attribution = {
          model: text(at.model),
          provider: text(at.provider),
          tier: tierOf(text(at.tier)),
          project: text(at.project),
          task: taskOf(cells.name(at.task)),
        }
        const usage = usageOf({
          freshInput: cells.number(at.fresh_input),
          cacheRead: cells.number(at.cache_read),
          cacheWrite5m: cells.number(at.cache_write_5m),
          cacheWrite1h: cells.number(at.cache_write_1h),
          output: cells.number(at.output),
        })
        const start = cells.number(at.start_seconds) ?? Number.NaN
        const end = cells.number(at.end_seconds)
        if (cells.equals(at.kind, 'bucket')) {
          const requests = cells.number(at.requests)
          context.row(
            {
              kind: 'bucket',
              ...attributionOf(attribution),
              from: start,
              to: end ?? Number.NaN,
              ...(requests === undefined ? {} : { requests }),
              usage,
            },
            cells.line,
          )
          return
        }
        const call = callOf({
          at: start,
          endAt: end,
          status: statusOf(cells.name(at.status)),
          ...attribution,
          usage,
        })
        const blocks = at.prefix_blocks < 0 ? {} : blocksOf(cells.text(at.prefix_blocks))
        context.row('prefixBlocks' in blocks ? { ...call, ...blocks } : call, cells.line)
      },
    }
  },
}
