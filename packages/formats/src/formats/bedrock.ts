import type { FileContext, JsonFormat } from '../format.ts'
import { callOf } from '../attribution.ts'
import { usageOf } from '../meters.ts'
import { anthropicWrites } from '../response.ts'
import { isObject, listAt, numberAt, objectAt, parseJson, textAt, toTime } from '../text/value.ts'
import type { Json } from '../text/value.ts'

/** The last part of an ARN; an application's own profile hides its model. */
const modelOf = (id: string | undefined): string | undefined => {
  if (id === undefined || id.includes(':application-inference-profile/')) return undefined
  return id.slice(id.lastIndexOf('/') + 1)
}

/** The Anthropic usage object in the logged body, whole or as the first event of a stream. */
const bodyUsage = (output: unknown): Json | undefined => {
  const body = isObject(output) ? output.outputBodyJson : undefined
  const events = Array.isArray(body) ? body : [body]
  for (const event of events) {
    const usage = objectAt(objectAt(event, 'message'), 'usage') ?? objectAt(event, 'usage')
    if (objectAt(usage, 'cache_creation')) return usage
  }
  return undefined
}

const readRecord = (context: FileContext, record: unknown, line: number): void => {
  if (!isObject(record) || record.schemaType !== 'ModelInvocationLog') {
    context.drop('skippedNonLlm', line, 'no model invocation record')
    return
  }
  const id = textAt(record, 'requestId')
  if (id !== undefined && context.seen(id)) {
    context.drop('duplicates', line, 'the same request again')
    return
  }
  const input = objectAt(record, 'input')
  const output = objectAt(record, 'output')
  const isError = textAt(record, 'errorCode') !== undefined
  const written = numberAt(input, 'cacheWriteInputTokenCount')
  const split = bodyUsage(output)
  const { write5m, write1h, unsplit } = anthropicWrites({
    cache_creation_input_tokens: written,
    cache_creation: split?.cache_creation,
  })
  const outputTokens = numberAt(output, 'outputTokenCount')
  const modelId = textAt(record, 'modelId')
  context.row(
    callOf({
      at: toTime(record.timestamp),
      status: isError ? 'error' : 'ok',
      task: /embed/.test(modelId ?? '') ? 'embed' : 'generate',
      model: modelOf(modelId),
      provider: 'amazon-bedrock',
      usage:
        isError && outputTokens === undefined
          ? {}
          : usageOf({
              freshInput: numberAt(input, 'inputTokenCount'),
              cacheRead: numberAt(input, 'cacheReadInputTokenCount'),
              cacheWrite5m: write5m,
              cacheWrite1h: write1h,
              output: outputTokens,
            }),
    }),
    line,
    { unsplitWrite: unsplit },
  )
}

const isRecord = (value: unknown): boolean => isObject(value) && value.schemaType === 'ModelInvocationLog'
const isWrapped = (value: unknown): boolean =>
  typeof (value as Json).message === 'string' && String((value as Json).message).includes('ModelInvocationLog')

/** Amazon Bedrock's model invocation log, from S3 or from CloudWatch, where each record is a text inside `message`. */
export const bedrock: JsonFormat = {
  id: 'bedrock',
  name: 'Bedrock invocation log',
  syntax: 'json',
  carries: ['requests', 'input', 'output', 'cacheRead', 'cacheWrite', 'errors', 'duplicates'],
  recognise: ({ values }) =>
    values.some(
      (value) =>
        isRecord(value) ||
        (isObject(value) &&
          (isWrapped(value) || listAt(value, 'events')?.some((event) => isObject(event) && isWrapped(event)) === true)),
    )
      ? 3
      : 0,
  open: (context) => {
    const readAny = (value: unknown, line: number): void => {
      const message = textAt(value, 'message')
      readRecord(context, message === undefined ? value : parseJson(message), line)
    }
    return {
      value: (value, line) => {
        const events = listAt(value, 'events')
        if (!events) return readAny(value, line)
        context.expand(events.length)
        for (const event of events) readAny(event, line)
      },
    }
  },
}
