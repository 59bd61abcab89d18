import type { Bucket } from '@breakeven/core'
import { attributionOf, tierOf } from '../attribution.ts'
import type { FileContext, JsonFormat, TableFormat } from '../format.ts'
import { freshOf, usageOf } from '../meters.ts'
import { isObject, listAt, numberAt, textAt, toTime } from '../text/value.ts'

const CARRIES = [
  'requests',
  'input',
  'output',
  'cacheRead',
  'batchInput',
  'batchOutput',
  'emptyBuckets',
  'rowsWithData',
] as const

type Sums = {
  readonly from: number
  readonly to: number
  readonly requests: number | undefined
  readonly model: string | undefined
  readonly project: string | undefined
  readonly isBatch: boolean
  readonly tier: string | undefined
  readonly input: number | undefined
  readonly cacheRead: number | undefined
  readonly cacheWrite: number | undefined
  readonly output: number | undefined
}

/** Input includes cached and cache-write tokens; two rows with the same group keys are two parts of one sum. */
const bucketOf = (sums: Sums): Bucket => ({
  kind: 'bucket',
  ...attributionOf({
    model: sums.model,
    provider: 'openai',
    project: sums.project,
    tier: sums.isBatch ? 'batch' : tierOf(sums.tier),
    task: sums.output === undefined ? 'embed' : 'generate',
  }),
  from: sums.from,
  to: sums.to,
  ...(sums.requests === undefined ? {} : { requests: sums.requests }),
  usage: usageOf({
    freshInput: freshOf(sums.input, sums.cacheRead, sums.cacheWrite),
    cacheRead: sums.cacheRead,
    cacheWrite5m: sums.cacheWrite,
    output: sums.output,
  }),
})

const give = (context: FileContext, sums: Sums, line: number): void =>
  context.row(bucketOf(sums), line, { unsplitWrite: sums.cacheWrite })

const TIMES = ['start_time', 'end_time', 'start_time_iso', 'end_time_iso'] as const

/** The usage CSV of OpenAI's dashboard: UTC buckets of a minute when one day is exported, else of an hour or a day. */
export const openAiUsageTable: TableFormat = {
  id: 'openai-usage',
  name: 'OpenAI usage export',
  syntax: 'table',
  carries: CARRIES,
  recognise: ({ columns }) =>
    TIMES.every((name) => columns.includes(name)) &&
    (columns.length === TIMES.length || (columns.includes('num_model_requests') && columns.includes('input_tokens')))
      ? 3
      : 0,
  open: (context, { columns }) => {
    const column = Object.fromEntries(columns.map((name, index) => [name, index]))
    const at = (name: string): number => column[name] ?? -1
    const [from, to, requests, model, batch, tier, project] = [
      at('start_time'),
      at('end_time'),
      at('num_model_requests'),
      at('model'),
      at('batch'),
      at('service_tier'),
      at('project_id'),
    ]
    const [input, output, cached, written] = [
      at('input_tokens'),
      at('output_tokens'),
      at('input_cached_tokens'),
      at('input_cache_write_tokens'),
    ]
    const models = new Map<string, string>()
    const text = (value: string): string | undefined => {
      if (value === '') return undefined
      const known = models.get(value)
      if (known === undefined) models.set(value, value)
      return known ?? value
    }
    return {
      row: (cells) => {
        const tokens = cells.number(input)
        const count = cells.number(requests)
        if (tokens === undefined && count === undefined) {
          context.drop('emptyBuckets', cells.line)
          return
        }
        give(
          context,
          {
            from: cells.number(from) ?? Number.NaN,
            to: cells.number(to) ?? Number.NaN,
            requests: count,
            model: text(cells.text(model)),
            project: text(cells.text(project)),
            isBatch: cells.text(batch).toLowerCase() === 'true',
            tier: text(cells.text(tier)),
            input: tokens,
            cacheRead: cells.number(cached),
            cacheWrite: cells.number(written),
            output: cells.number(output),
          },
          cells.line,
        )
      },
    }
  },
}

/** `GET /v1/organization/usage/completions` (and `/embeddings`): pages of buckets of results. */
export const openAiUsageJson: JsonFormat = {
  id: 'openai-usage',
  name: 'OpenAI usage API',
  syntax: 'json',
  carries: CARRIES,
  recognise: ({ values }) => {
    const first = values.find(isObject)
    const bucket = first?.object === 'bucket' ? first : listAt(first, 'data')?.find(isObject)
    if (bucket?.object !== 'bucket') return 0
    const results = listAt(bucket, 'results')
    return results !== undefined && !results.some((result) => String(textAt(result, 'object')).includes('costs'))
      ? 3
      : 0
  },
  open: (context) => {
    const readBucket = (bucket: unknown, line: number): void => {
      const results = listAt(bucket, 'results')
      if (results === undefined) {
        context.drop('malformedLines', line, 'a bucket without results')
        return
      }
      if (results.length === 0) {
        context.drop('emptyBuckets', line)
        return
      }
      context.expand(results.length)
      for (const result of results)
        give(
          context,
          {
            from: numberAt(bucket, 'start_time') ?? Number.NaN,
            to: numberAt(bucket, 'end_time') ?? Number.NaN,
            requests: numberAt(result, 'num_model_requests'),
            model: textAt(result, 'model'),
            project: textAt(result, 'project_id'),
            isBatch: isObject(result) && result.batch === true,
            tier: textAt(result, 'service_tier'),
            input: numberAt(result, 'input_tokens'),
            cacheRead: numberAt(result, 'input_cached_tokens'),
            cacheWrite: numberAt(result, 'input_cache_write_tokens'),
            output: numberAt(result, 'output_tokens'),
          },
          line,
        )
    }
    return {
      value: (value, line) => {
        const buckets = listAt(value, 'data')
        if (isObject(value) && value.has_more === true) context.morePages()
        if (!buckets) return readBucket(value, line)
        context.expand(buckets.length)
        for (const bucket of buckets) readBucket(bucket, line)
      },
    }
  },
}

/** `/v1/usage?date=` of before the end of 2024: a row for each model and five minutes. */
export const openAiOldUsage: JsonFormat = {
  id: 'openai-usage-old',
  name: 'OpenAI usage API of 2023 and 2024',
  syntax: 'json',
  carries: ['requests', 'input', 'output'],
  recognise: ({ values }) =>
    listAt(values[0], 'data')?.some((row) => isObject(row) && 'n_context_tokens_total' in row) === true ? 3 : 0,
  open: (context) => ({
    value: (value, line) => {
      const rows = listAt(value, 'data') ?? []
      context.expand(rows.length)
      for (const row of rows) {
        const from = toTime(isObject(row) ? row.aggregation_timestamp : undefined)
        const cacheRead = numberAt(row, 'n_cached_context_tokens_total')
        context.row(
          {
            kind: 'bucket',
            ...attributionOf({
              model: textAt(row, 'snapshot_id'),
              provider: 'openai',
              project: textAt(row, 'project_id'),
            }),
            from,
            to: from + OLD_BUCKET_SECONDS,
            requests: numberAt(row, 'n_requests') ?? 0,
            usage: usageOf({
              freshInput: freshOf(numberAt(row, 'n_context_tokens_total'), cacheRead, 0),
              cacheRead,
              output: numberAt(row, 'n_generated_tokens_total'),
            }),
          },
          line,
        )
      }
    },
  }),
}
const OLD_BUCKET_SECONDS = 300
