import { callOf } from '../attribution.ts'
import type { JsonFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { asTableAndJson } from '../record.ts'
import type { TableAndJson } from '../record.ts'
import { isObject, objectAt, parseJson, textAt, toTime } from '../text/value.ts'

/** Azure API Management's `ApiManagementGatewayLlmLog`: of the rows of one call, number 0 has the counts, the others its messages. */
export const azureApim: TableAndJson = asTableAndJson({
  id: 'azure-apim',
  name: 'Azure API Management LLM log',
  carries: ['requests', 'input', 'output', 'ignoredMessageRows'],
  recognise: (names) =>
    ['correlation_id', 'sequence_number', 'prompt_tokens', 'completion_tokens'].every((name) => names.has(name))
      ? 3
      : 0,
  open: (context) => ({
    record: (fields, line) => {
      if ((fields.number('sequence_number') ?? 0) !== 0) {
        context.drop('ignoredMessageRows', line)
        return
      }
      const at = fields.time('time_generated_utc')
      const input = fields.number('prompt_tokens')
      const output = fields.number('completion_tokens')
      // The gateway writes zeros for a stream that it could not meter; no call has an empty prompt.
      const isMetered = input !== 0 || (output !== undefined && output !== 0)
      context.row(
        callOf({
          at: Number.isNaN(at) ? fields.time('time_generated') : at,
          model: fields.text('model_name'),
          provider: 'azure',
          project: fields.text('deployment_name'),
          usage: isMetered ? usageOf({ freshInput: input, output }) : {},
        }),
        line,
      )
    },
  }),
})

const TICKS_PER_SECOND = 10_000_000n
/** .NET counts from the year 1. */
const TICKS_AT_1970 = 621_355_968_000_000_000n

const secondsOfTicks = (ticks: string): number => {
  const since = BigInt(ticks) - TICKS_AT_1970
  return Number(since / TICKS_PER_SECOND) + Number(since % TICKS_PER_SECOND) / 1e7
}

/** A whole number of more digits than a double holds, as it is written; JSON.parse has rounded it. */
const digitsOf = (raw: string, key: string): string | undefined =>
  new RegExp(String.raw`\\?"${key}\\?":\s*(\d{15,20})\b`).exec(raw)?.[1]

/** Azure OpenAI's diagnostic log of category RequestResponse: arrivals, failures and bytes, never tokens. */
export const azureRequestResponse: JsonFormat = {
  id: 'azure-requestresponse',
  name: 'Azure OpenAI RequestResponse log',
  syntax: 'json',
  carries: ['requests', 'errors'],
  instead:
    'It has arrival times and byte lengths only. Export ApiManagementGatewayLlmLog from API Management, or the metrics ProcessedPromptTokens and GeneratedTokens by minute and deployment from Azure Monitor as a CSV.',
  recognise: ({ values }) =>
    values.some((value) => isObject(value) && value.category === 'RequestResponse' && 'resultSignature' in value)
      ? 3
      : 0,
  open: (context) => {
    let isFirst = true
    return {
      value: (value, line, raw) => {
        if (!isObject(value) || value.category !== 'RequestResponse') {
          context.drop('skippedNonLlm', line, 'another category of log')
          return
        }
        const properties =
          objectAt(value, 'properties') ??
          (typeof value.properties === 'string' ? parseJson(value.properties) : undefined)
        const ticks = digitsOf(raw, 'requestTime')
        const endTicks = digitsOf(raw, 'responseTime')
        if (isFirst && ticks !== undefined) context.fact('firstRequestTimeTicks', ticks)
        isFirst = false
        const status = Number(textAt(value, 'resultSignature') ?? 200)
        context.row(
          callOf({
            at: ticks === undefined ? toTime(value.time) : secondsOfTicks(ticks),
            endAt: endTicks === undefined ? undefined : secondsOfTicks(endTicks),
            status: status >= 400 ? 'error' : 'ok',
            model: textAt(properties, 'modelName'),
            provider: 'azure',
            project: textAt(properties, 'modelDeploymentName'),
            usage: {},
          }),
          line,
        )
      },
    }
  },
}
