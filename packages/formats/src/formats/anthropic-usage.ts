import { SECONDS_PER_DAY } from '@breakeven/core'
import type { Bucket } from '@breakeven/core'
import { attributionOf, tierOf } from '../attribution.ts'
import type { JsonFormat, TableFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { parseTime } from '../text/time.ts'
import { isObject, listAt, numberAt, objectAt, textAt, toTime } from '../text/value.ts'

/** Input beside the cache: the four meters add up. There is no count of requests. */
const CARRIES = ['input', 'uncached', 'cacheRead', 'cacheWrite', 'output', 'webSearch'] as const

const PREFIX = 'usage_input_tokens_'

/** The tokens CSV of Anthropic's console: days, UTC; older ones have one cache-write column. */
export const anthropicUsageTable: TableFormat = {
  id: 'anthropic-usage',
  name: 'Anthropic usage export',
  syntax: 'table',
  carries: [...CARRIES, 'duplicates'],
  recognise: ({ columns }) =>
    ['usage_date_utc', `${PREFIX}no_cache`, 'usage_output_tokens'].every((name) => columns.includes(name)) ? 3 : 0,
  open: (context, { columns }) => {
    const at = (name: string): number => columns.indexOf(name)
    const [date, model, workspace, type] = [
      at('usage_date_utc'),
      at('model_version'),
      at('workspace'),
      at('usage_type'),
    ]
    const [fresh, read, write, write5m, write1h, output, searches] = [
      at(`${PREFIX}no_cache`),
      at(`${PREFIX}cache_read`),
      at(`${PREFIX}cache_write`),
      at(`${PREFIX}cache_write_5m`),
      at(`${PREFIX}cache_write_1h`),
      at('usage_output_tokens'),
      at('web_search_count'),
    ]
    return {
      row: (cells) => {
        // One row a day and group: the same row again is an overlap of two exports.
        if (context.seen(columns.map((_, column) => cells.text(column)).join('\u0000'))) {
          context.drop('duplicates', cells.line, 'the same row again: two exports overlap')
          return
        }
        const from = parseTime(cells.text(date))
        const text = (column: number): string | undefined => cells.text(column) || undefined
        const unsplit = cells.number(write)
        const bucket: Bucket = {
          kind: 'bucket',
          ...attributionOf({
            model: text(model),
            provider: 'anthropic',
            project: text(workspace),
            tier: tierOf(text(type)),
          }),
          from,
          to: from + SECONDS_PER_DAY,
          usage: usageOf({
            freshInput: cells.number(fresh),
            cacheRead: cells.number(read),
            cacheWrite5m: unsplit ?? cells.number(write5m),
            cacheWrite1h: cells.number(write1h),
            output: cells.number(output),
          }),
        }
        context.row(bucket, cells.line, { unsplitWrite: unsplit, webSearch: cells.number(searches) })
      },
    }
  },
}

/** `GET /v1/organizations/usage_report/messages` and its successor under `/analytics/usage`, whose rows may count requests. */
export const anthropicUsageJson: JsonFormat = {
  id: 'anthropic-usage',
  name: 'Anthropic usage API',
  syntax: 'json',
  carries: [...CARRIES, 'buckets', 'emptyBuckets'],
  recognise: ({ values }) => {
    const first = values.find(isObject)
    const bucket = first && 'starting_at' in first ? first : listAt(first, 'data')?.find(isObject)
    if (!bucket || !('starting_at' in bucket)) return 0
    return listAt(bucket, 'results')?.some((result) => isObject(result) && 'amount' in result) === true ? 0 : 3
  },
  open: (context) => {
    const readBucket = (bucket: unknown, line: number): void => {
      const results = listAt(bucket, 'results')
      if (!isObject(bucket) || !results) {
        context.drop('malformedLines', line, 'a bucket without results')
        return
      }
      context.count('buckets')
      if (results.length === 0) {
        context.drop('emptyBuckets', line)
        return
      }
      context.expand(results.length)
      const from = toTime(bucket.starting_at)
      const to = toTime(bucket.ending_at)
      for (const result of results) {
        const written = objectAt(result, 'cache_creation')
        const requests = numberAt(result, 'requests')
        context.row(
          {
            kind: 'bucket',
            ...attributionOf({
              model: textAt(result, 'model'),
              provider: 'anthropic',
              project: textAt(result, 'workspace_id'),
              tier: tierOf(textAt(result, 'service_tier')),
            }),
            from,
            to,
            ...(requests === undefined ? {} : { requests }),
            usage: usageOf({
              freshInput: numberAt(result, 'uncached_input_tokens'),
              cacheRead: numberAt(result, 'cache_read_input_tokens'),
              cacheWrite5m: numberAt(written, 'ephemeral_5m_input_tokens'),
              cacheWrite1h: numberAt(written, 'ephemeral_1h_input_tokens'),
              output: numberAt(result, 'output_tokens'),
            }),
          },
          line,
          { webSearch: numberAt(objectAt(result, 'server_tool_use'), 'web_search_requests') },
        )
      }
    }
    return {
      value: (value, line) => {
        if (isObject(value) && value.has_more === true) context.morePages()
        const buckets = listAt(value, 'data')
        if (!buckets) return readBucket(value, line)
        context.expand(buckets.length)
        for (const bucket of buckets) readBucket(bucket, line)
      },
    }
  },
}
