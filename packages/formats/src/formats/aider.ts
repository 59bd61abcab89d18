import { callOf } from '../attribution.ts'
import type { JsonFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { isObject, numberAt, objectAt, textAt, toTime } from '../text/value.ts'

/** aider's `--analytics-log`: one event a line; those named `message_send` are calls. Nothing is said of cached tokens. */
export const aider: JsonFormat = {
  id: 'aider',
  name: 'aider analytics log',
  syntax: 'json',
  carries: ['requests', 'input', 'output', 'skippedNonLlm'],
  recognise: ({ values }) =>
    values.some((value) => isObject(value) && 'event' in value && 'user_id' in value && isObject(value.properties))
      ? 3
      : 0,
  open: (context) => ({
    value: (value, line) => {
      const call = textAt(value, 'event') === 'message_send' ? objectAt(value, 'properties') : undefined
      if (!isObject(value) || !call) {
        context.drop('skippedNonLlm', line, 'an event that is no call')
        return
      }
      context.row(
        callOf({
          at: toTime(value.time),
          model: textAt(call, 'main_model'),
          usage: usageOf({ freshInput: numberAt(call, 'prompt_tokens'), output: numberAt(call, 'completion_tokens') }),
        }),
        line,
      )
    },
  }),
}
