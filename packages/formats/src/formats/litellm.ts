import type { CallStatus } from '@breakeven/core'
import { callOf } from '../attribution.ts'
import { freshOf, usageOf } from '../meters.ts'
import { asTableAndJson } from '../record.ts'
import type { TableAndJson } from '../record.ts'
import type { Fields } from '../record.ts'
import { anthropicWrites } from '../response.ts'
import { isObject, numberAt, objectAt, textAt } from '../text/value.ts'

const CLIENT_CLOSED = '499'

const statusOf = (fields: Fields, error: unknown): CallStatus => {
  // A client that hangs up is a success to the proxy.
  if (textAt(error, 'error_code') === CLIENT_CLOSED) return 'aborted'
  return fields.text('status') === 'failure' ? 'error' : 'ok'
}

/** LiteLLM's spend logs (`LiteLLM_SpendLogs`, `/spend/logs/v2`) and its StandardLoggingPayload. */
export const liteLlm: TableAndJson = asTableAndJson({
  id: 'litellm',
  name: 'LiteLLM spend logs',
  carries: [
    'requests',
    'input',
    'output',
    'cacheRead',
    'errors',
    'aborted',
    'duplicates',
    'gatewayCacheHits',
    'embeddingRequests',
    'embeddingInput',
    'naivePromptTokensSum',
  ],
  recognise: (names) =>
    names.has('call_type') &&
    names.has('prompt_tokens') &&
    names.has('start_time') &&
    (names.has('request_id') || names.has('id')) &&
    (names.has('spend') || names.has('response_cost'))
      ? 3
      : 0,
  open: (context) => ({
    record: (fields, line) => {
      const prompt = fields.number('prompt_tokens')
      context.count('naivePromptTokensSum', prompt !== undefined && prompt > 0 ? prompt : 0)
      if (/^true$/i.test(fields.text('cache_hit') ?? '')) {
        context.drop('gatewayCacheHits', line)
        return
      }
      const id = fields.text('request_id') ?? fields.text('id')
      if (id !== undefined && context.seen(id)) {
        context.drop('duplicates', line, 'the same request again')
        return
      }
      const metadata = fields.json('metadata')
      const details = objectAt(metadata, 'usage_object') ?? objectAt(metadata, 'additional_usage_values')
      const error =
        objectAt(metadata, 'error_information') ??
        (isObject(fields.json('error_information')) ? fields.json('error_information') : undefined)
      const status = statusOf(fields, error)
      const cacheRead =
        numberAt(details, 'cache_read_input_tokens') ??
        numberAt(objectAt(details, 'prompt_tokens_details'), 'cached_tokens')
      const split = objectAt(details, 'cache_creation_token_details')
      const { write5m, write1h, unsplit } = anthropicWrites({
        cache_creation_input_tokens: details?.cache_creation_input_tokens,
        cache_creation: split,
      })
      const written = write5m === undefined && write1h === undefined ? undefined : (write5m ?? 0) + (write1h ?? 0)
      if (prompt !== undefined && prompt < (cacheRead ?? 0) + (written ?? 0))
        context.note(
          'prompt_tokens leaves out cached tokens on some rows, as older versions did for Anthropic: they are added.',
          line,
        )
      const isFailed = status === 'error'
      context.row(
        callOf({
          at: fields.time('start_time'),
          endAt: fields.time('end_time'),
          status,
          task: /embed/.test(fields.text('call_type') ?? '') ? 'embed' : 'generate',
          model: fields.text('model'),
          provider: fields.text('custom_llm_provider'),
          project: fields.text('team_id') ?? textAt(metadata, 'user_api_key_alias'),
          // The proxy writes 0 where there was no answer.
          usage:
            isFailed && prompt === 0
              ? {}
              : usageOf({
                  freshInput: freshOf(prompt, cacheRead, written),
                  cacheRead,
                  cacheWrite5m: write5m,
                  cacheWrite1h: write1h,
                  output: fields.number('completion_tokens'),
                }),
        }),
        line,
        {
          reasoning: numberAt(objectAt(details, 'completion_tokens_details'), 'reasoning_tokens'),
          unsplitWrite: unsplit,
        },
      )
    },
  }),
})
