import { callOf } from '../attribution.ts'
import type { JsonFormat } from '../format.ts'
import { readAnswer } from '../response.ts'
import { isObject, objectAt, textAt } from '../text/value.ts'

/**
 * Results of Anthropic's Message Batches API (docs.anthropic.com, "Retrieve Message Batch Results"): a line a request, with the
 * message as the API gives it, and no time anywhere.
 */
export const anthropicBatch: JsonFormat = {
  id: 'anthropic-batch',
  name: 'Anthropic batch results',
  syntax: 'json',
  carries: ['requests', 'input', 'output', 'errors', 'batchInput', 'batchOutput', 'duplicates'],
  recognise: ({ values }) =>
    values.some((value) => isObject(value) && 'custom_id' in value && isObject(value.result) && !('response' in value))
      ? 3
      : 0,
  open: (context) => {
    if (!context.takesUndated)
      context.fail('Anthropic batch results carry no times.', {
        line: 1,
        hint: 'Say when the batches ran, as in --undated 2026-10-01..2026-10-31; or export the usage report instead (Console, Usage), which has their days.',
      })
    return {
      value: (value, line) => {
        const result = objectAt(value, 'result')
        const message = objectAt(result, 'message')
        if (result === undefined) {
          context.drop('malformedLines', line, 'no result of a batch')
          return
        }
        const id = textAt(message, 'id')
        if (id !== undefined && context.seen(id)) {
          context.drop('duplicates', line)
          return
        }
        const answer = message && readAnswer(message)
        // Errored, cancelled and expired requests are not billed.
        const status = textAt(result, 'type') === 'succeeded' ? 'ok' : 'error'
        context.row(
          callOf({
            at: Number.NaN,
            status,
            task: 'generate',
            tier: 'batch',
            provider: 'anthropic',
            model: answer?.model,
            usage: answer?.usage ?? {},
          }),
          line,
          answer?.extra,
        )
      },
    }
  },
}
