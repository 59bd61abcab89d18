import type { CallStatus } from '@breakeven/core'
import { callOf } from '../attribution.ts'
import { freshOf, usageOf } from '../meters.ts'
import { asTableAndJson } from '../record.ts'
import type { TableAndJson } from '../record.ts'

const CANCELLED = -3

const statusOf = (code: number | undefined): CallStatus => {
  if (code === CANCELLED) return 'aborted'
  return code === undefined || (code >= 200 && code < 400) ? 'ok' : 'error'
}

/** Helicone's request export. Paged by offset, newest first, so pages may overlap; the CSV has no cache columns, JSON may. */
export const helicone: TableAndJson = asTableAndJson({
  id: 'helicone',
  name: 'Helicone export',
  carries: ['requests', 'input', 'output', 'errors', 'aborted', 'duplicates'],
  recognise: (names) =>
    ['response_id', 'response_status', 'request_created_at', 'prompt_tokens', 'completion_tokens'].every((name) =>
      names.has(name),
    )
      ? 3
      : 0,
  open: (context) => ({
    record: (fields, line) => {
      const id = fields.text('response_id')
      if (id !== undefined && context.seen(id)) {
        context.drop('duplicates', line, 'the same response again: two pages overlap')
        return
      }
      const cacheRead = fields.number('prompt_cache_read_tokens')
      const cacheWrite = fields.number('prompt_cache_write_tokens')
      context.row(
        callOf({
          at: fields.time('request_created_at'),
          endAt: fields.time('response_created_at'),
          status: statusOf(fields.number('response_status')),
          model: fields.text('model') ?? fields.text('response_model') ?? fields.text('request_model'),
          provider: fields.text('provider')?.toLowerCase(),
          usage: usageOf({
            freshInput: freshOf(fields.number('prompt_tokens'), cacheRead, cacheWrite),
            cacheRead,
            cacheWrite5m: cacheWrite,
            output: fields.number('completion_tokens'),
          }),
        }),
        line,
        { unsplitWrite: cacheWrite },
      )
    },
  }),
})
