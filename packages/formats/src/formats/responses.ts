import type { CallStatus } from '@breakeven/core'
import { callOf } from '../attribution.ts'
import type { FileContext, JsonFormat } from '../format.ts'
import { readAnswer, timeOf, unwrap } from '../response.ts'
import type { Answer } from '../response.ts'
import { statusOf } from '../table/words.ts'
import { isObject, listAt, numberAt, objectAt, textAt } from '../text/value.ts'
import type { Json } from '../text/value.ts'

const CARRIES = ['requests', 'input', 'output', 'errors'] as const

type Timeless = { readonly answer: Answer; readonly line: number }

/**
 * Hands out answers. Some APIs put no time into theirs (Anthropic's messages): such answers are spread evenly between the
 * answers around them, or over the whole file where they stand at its begin or end. All at one moment they would be a peak
 * that never was. With --undated they count for the period that is named there.
 */
const answerGiver = (
  context: FileContext,
  tier?: 'batch',
): { give: (answer: Answer, line: number) => void; end: () => void } => {
  let [first, last, before] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
  let waiting: Timeless[] = []
  /** Before the first answer with a time: they have no neighbour but one. */
  let leading: Timeless[] = []
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
  const spread = (timeless: readonly Timeless[], from: number, to: number): void => {
    if (timeless.length === 0) return
    context.note(
      'Some answers carry no time: they are spread evenly between those that do, which shows no peak of their own. --undated 2026-10-01..2026-10-31 says when they were made.',
      timeless[0]?.line,
    )
    for (const [nth, { answer, line }] of timeless.entries())
      // Whole seconds, as the answers around them have: a finer clock would be made up.
      giveAt(Math.round(from + ((to - from) * (nth + 1)) / (timeless.length + 1)), answer, line)
  }
  const give = (answer: Answer, line: number): void => {
    const { at } = answer
    if (Number.isNaN(at)) {
      if (context.takesUndated) giveAt(at, answer, line)
      else waiting.push({ answer, line })
      return
    }
    if (Number.isNaN(before)) leading = waiting
    else spread(waiting, before, at)
    waiting = []
    before = at
    first = Math.min(first, at)
    last = Math.max(last, at)
    giveAt(at, answer, line)
  }
  const end = (): void => {
    const rest = [...leading, ...waiting]
    // No answer of the file has a time: the report says so of each.
    if (Number.isNaN(before)) for (const { answer, line } of rest) giveAt(before, answer, line)
    else spread(rest, first, last)
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
