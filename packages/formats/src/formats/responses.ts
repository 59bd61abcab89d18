import type { CallStatus } from '@breakeven/core'
import { callOf } from '../attribution.ts'
import type { FileContext, JsonFormat } from '../format.ts'
import { readAnswer, timeOf, unwrap } from '../response.ts'
import type { Answer } from '../response.ts'
import { statusOf } from '../table/words.ts'
import { isObject, listAt, numberAt, objectAt, textAt } from '../text/value.ts'
import type { Json } from '../text/value.ts'

const CARRIES = ['requests', 'input', 'output', 'errors'] as const

/** Hands out answers; one without a time takes that of the answer before it. */
const answerGiver = (
  context: FileContext,
  tier?: 'batch',
): { give: (answer: Answer, line: number) => void; end: () => void } => {
  let last = Number.NaN
  const timeless: { answer: Answer; line: number }[] = []
  const giveAt = (at: number, answer: Answer, line: number): void => {
    const { model, provider, task, status, usage, seconds } = answer
    context.row(
      callOf({
        at,
        endAt: seconds === undefined ? undefined : at + seconds,
        model,
        provider,
        task,
        status,
        tier: tier ?? answer.tier,
        usage,
      }),
      line,
      answer.extra,
    )
  }
  const give = (answer: Answer, line: number): void => {
    if (!Number.isNaN(answer.at)) last = answer.at
    if (Number.isNaN(last)) timeless.push({ answer, line })
    else giveAt(last, answer, line)
  }
  // Before any answer with a time: a time of the file is the nearest there is.
  const end = (): void => {
    for (const { answer, line } of timeless) giveAt(last, answer, line)
  }
  return { give, end }
}

const STATUS_KEYS = ['status_code', 'http_status', 'response_status', 'status'] as const

/** What a logger wrote beside an answer of how the call ended: a code alone, as words mean too many things. */
const statusAround = (layers: readonly Json[]): CallStatus => {
  const codes = layers.flatMap((layer) => STATUS_KEYS.map((key) => numberAt(layer, key)))
  const code = codes.find((one) => one !== undefined && one >= 100 && one < 600)
  return code === undefined ? 'ok' : statusOf(String(code))
}

/** The innermost layer that is an answer, with the time and status of the layers around it where it has none. */
const answerIn = (value: Json): Answer | undefined => {
  const layers = unwrap(value)
  for (const layer of layers) {
    const answer = readAnswer(layer)
    if (!answer) continue
    const at = Number.isNaN(answer.at)
      ? (layers.map(timeOf).find((time) => !Number.isNaN(time)) ?? Number.NaN)
      : answer.at
    return { ...answer, at, status: answer.status === 'ok' ? statusAround(layers) : answer.status }
  }
  return undefined
}

/** Bodies of answers as they came, one a line or in an array: OpenAI, Anthropic, Gemini, Cohere, Groq, Mistral, Ollama, vLLM. */
export const responses: JsonFormat = {
  id: 'responses',
  name: 'LLM API responses',
  syntax: 'json',
  carries: CARRIES,
  recognise: ({ values }) => {
    const objects = values
      .filter(isObject)
      .flatMap((value) =>
        value.object === 'list' &&
        listAt(value, 'data')?.some((row) => textAt(row, 'object') === 'chat.completion') === true
          ? (listAt(value, 'data') ?? []).filter(isObject)
          : [value],
      )
    const answers = objects.slice(0, 20).map(answerIn)
    const withUsage = answers.filter((answer) => answer !== undefined && Object.keys(answer.usage).length > 0)
    return withUsage.length > 0 && answers.filter((answer) => answer !== undefined).length * 2 >= answers.length ? 2 : 0
  },
  open: (context) => {
    const { give, end } = answerGiver(context)
    const read = (value: unknown, line: number): void => {
      const answer = isObject(value) ? answerIn(value) : undefined
      if (answer) give(answer, line)
      else context.drop('skippedNonLlm', line, 'no answer of an LLM API')
    }
    return {
      value: (value, line) => {
        const list =
          isObject(value) && value.object === 'list' && !objectAt(value, 'usage') ? listAt(value, 'data') : undefined
        if (!list) return read(value, line)
        // Stored completions: a page of answers.
        if (isObject(value) && value.has_more === true) context.morePages()
        context.expand(list.length)
        for (const item of list) read(item, line)
      },
      end,
    }
  },
}

/** OpenAI Batch output and error files. Their times are when the batch ran, not when the request came: the peak is left alone. */
export const openAiBatch: JsonFormat = {
  id: 'openai-batch',
  name: 'OpenAI batch output',
  syntax: 'json',
  carries: [...CARRIES, 'batchInput', 'batchOutput', 'duplicates'],
  recognise: ({ values }) =>
    values.some((value) => isObject(value) && 'custom_id' in value && 'response' in value) ? 3 : 0,
  open: (context) => {
    const { give, end } = answerGiver(context, 'batch')
    return {
      value: (value, line) => {
        const id = textAt(value, 'id')
        if (id !== undefined && context.seen(id)) {
          context.drop('duplicates', line)
          return
        }
        const response = objectAt(value, 'response')
        const body = objectAt(response, 'body')
        const isFailure = (numberAt(response, 'status_code') ?? 500) >= 400
        const answer = body ? readAnswer(body) : undefined
        if (answer) give(isFailure ? { ...answer, status: 'error' } : answer, line)
        else if (isFailure) give({ task: 'generate', status: 'error', at: Number.NaN, usage: {}, extra: {} }, line)
        else context.drop('skippedNonLlm', line, 'no answer of an LLM API')
      },
      end,
    }
  },
}
