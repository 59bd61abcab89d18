import { Fault } from './fault.ts'
import type { Route } from './upstream.ts'
import { isObject, type Json } from './value.ts'

/**
 * OpenAI's requests as Hugging Face's inference containers take them: `{ "inputs": …, "parameters": { … } }`,
 * and their answers back. Source: the pipelines of transformers and sagemaker-huggingface-inference-toolkit,
 * read 2026-11.
 */
export type HuggingFaceRequest = { readonly inputs: unknown; readonly parameters?: Json }

const invalid = (message: string, param: string): Fault => new Fault(400, message, { code: 'invalid_request', param })

const partText = (part: unknown): string => {
  if (isObject(part) && part.type === 'text' && typeof part.text === 'string') return part.text
  throw invalid('This model reads text only.', 'messages')
}

const contentText = (message: unknown): string => {
  const content = isObject(message) ? message.content : undefined
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(partText).join('')
  throw invalid('Each message needs a content.', 'messages')
}

/** A text-to-text model knows no roles: the contents, each in a paragraph. */
const promptOf = (route: Route, body: Json): string => {
  if (route === 'completions') {
    if (typeof body.prompt === 'string') return body.prompt
    throw invalid('This model takes one prompt, a text.', 'prompt')
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0) throw invalid('messages is no list.', 'messages')
  return body.messages.map(contentText).join('\n\n')
}

/** What would change the answer and cannot be done is refused, not forgotten. */
const UNSUPPORTED: readonly string[] = ['tools', 'functions', 'response_format', 'logprobs', 'suffix']

const generateParameters = (body: Json): Json => {
  const wanted = UNSUPPORTED.find((name) => body[name] !== undefined && body[name] !== null && body[name] !== false)
  if (wanted !== undefined) throw invalid(`This model does not know ${wanted}.`, wanted)
  if (body.n !== undefined && body.n !== null && body.n !== 1) throw invalid('This model gives one answer.', 'n')
  const most = body.max_completion_tokens ?? body.max_tokens
  const { temperature, top_p } = body
  return {
    ...(typeof most === 'number' ? { max_new_tokens: most } : {}),
    // Zero is no temperature to a sampler: it means not to sample.
    ...(typeof temperature === 'number' && temperature > 0 ? { do_sample: true, temperature } : {}),
    ...(typeof top_p === 'number' && top_p < 1 ? { do_sample: true, top_p } : {}),
  }
}

const textsOf = (input: unknown): readonly string[] => {
  const texts = typeof input === 'string' ? [input] : input
  if (Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === 'string')) return texts
  throw invalid('input is neither a text nor a list of texts.', 'input')
}

export const toHuggingFace = (route: Route, body: Json): HuggingFaceRequest => {
  if (route === 'chat' || route === 'completions')
    return { inputs: promptOf(route, body), parameters: generateParameters(body) }
  const inputs = textsOf(body.input)
  // Every label with its score; a pipeline gives one of a text otherwise.
  return route === 'classify' ? { inputs, parameters: { top_k: null } } : { inputs }
}

const garbage = (): Fault =>
  new Fault(502, 'The upstream answered with what this gateway cannot read.', { code: 'upstream_garbage' })

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number')

/** One vector a text: as it is, or the mean over its tokens, which feature extraction gives one by one. */
const vectorOf = (value: unknown): readonly number[] => {
  if (isNumbers(value)) return value
  if (!Array.isArray(value) || value.length === 0) throw garbage()
  if (value.length === 1) return vectorOf(value[0])
  const [first] = value
  if (!value.every(isNumbers) || !isNumbers(first)) throw garbage()
  return first.map((_, index) => value.reduce((sum, row) => sum + (row[index] ?? 0), 0) / value.length)
}

/** OpenAI's own clients ask for base64 unless told otherwise. */
const coded = (vector: readonly number[], format: unknown): unknown =>
  format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector

type Label = { readonly label: string; readonly score: number }
const isLabel = (value: unknown): value is Label =>
  isObject(value) && typeof value.label === 'string' && typeof value.score === 'number'

/** The labels of one text, best first. */
const labelsOf = (value: unknown): readonly Label[] => {
  const labels = Array.isArray(value) ? value : [value]
  if (labels.length === 0 || !labels.every(isLabel)) throw garbage()
  return labels.toSorted((a, b) => b.score - a.score)
}

const listOf = (value: unknown, texts: number): readonly unknown[] => {
  if (!Array.isArray(value)) throw garbage()
  // One text: some containers give its result without the list around it.
  if (texts === 1 && (value.every((one) => typeof one === 'number') || value.every(isLabel))) return [value]
  if (value.length !== texts) throw garbage()
  return value
}

const generatedText = (answer: unknown, prompt: unknown, stop: unknown): string => {
  const first: unknown = Array.isArray(answer) ? answer[0] : answer
  const text = isObject(first) ? first.generated_text : undefined
  if (typeof text !== 'string') throw garbage()
  // A decoder's pipeline gives the prompt back in front of what it wrote.
  const written = typeof prompt === 'string' && text.startsWith(prompt) ? text.slice(prompt.length) : text
  const stops = (typeof stop === 'string' ? [stop] : Array.isArray(stop) ? stop : []).filter(
    (one) => typeof one === 'string' && one !== '',
  ) as string[]
  const ends = stops.map((one) => written.indexOf(one)).filter((at) => at >= 0)
  return ends.length === 0 ? written : written.slice(0, Math.min(...ends))
}

export type AnswerFacts = {
  readonly route: Route
  /** The request as the client wrote it. */
  readonly asked: Json
  readonly model: string
  /** Seconds since 1970. */
  readonly created: number
  readonly id: string
  /** In OpenAI's words; absent where the container does not say. */
  readonly usage?: Json | undefined
}

const isCompletion = (route: Route): boolean => route === 'completions'

/** An answer of the container in OpenAI's shape. @throws Fault 502 for what has none of the known shapes. */
export const fromHuggingFace = (answer: unknown, facts: AnswerFacts): Json => {
  const { route, asked, model, created, id, usage } = facts
  const reported = usage === undefined ? {} : { usage }
  if (route === 'embeddings') {
    const vectors = listOf(isObject(answer) ? answer.embeddings : answer, textsOf(asked.input).length).map(vectorOf)
    const data = vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: coded(vector, asked.encoding_format),
    }))
    return { object: 'list', data, model, ...reported }
  }
  if (route === 'classify') {
    const data = listOf(answer, textsOf(asked.input).length).map((one, index) => {
      const labels = labelsOf(one)
      return {
        index,
        label: labels[0]?.label,
        probs: labels.map(({ score }) => score),
        num_classes: labels.length,
        labels,
      }
    })
    return { id, object: 'list', created, model, data, ...reported }
  }
  const text = generatedText(answer, toHuggingFace(route, asked).inputs, asked.stop)
  const choice = { index: 0, logprobs: null, finish_reason: 'stop' }
  return isCompletion(route)
    ? { id, object: 'text_completion', created, model, choices: [{ ...choice, text }], ...reported }
    : {
        id,
        object: 'chat.completion',
        created,
        model,
        choices: [{ ...choice, message: { role: 'assistant', content: text } }],
        ...reported,
      }
}

/** A whole answer as the events of a stream, for a client that asked for one: these containers have none. */
export const asEvents = (answer: Json, route: Route): string => {
  const { usage, choices, ...head } = answer
  const [choice] = choices as readonly { readonly message?: Json; readonly text?: string }[]
  const object = isCompletion(route) ? 'text_completion' : 'chat.completion.chunk'
  const event = (rest: Json): string => `data: ${JSON.stringify({ ...head, object, ...rest })}\n\n`
  const piece = (content: Json, finish_reason: string | null): Json => ({
    choices: [{ index: 0, ...content, logprobs: null, finish_reason }],
  })
  const content = isCompletion(route) ? { text: choice?.text } : { delta: choice?.message }
  const nothing = isCompletion(route) ? { text: '' } : { delta: {} }
  return [
    event(piece(content, null)),
    event(piece(nothing, 'stop')),
    usage === undefined ? '' : event({ choices: [], usage }),
    'data: [DONE]\n\n',
  ].join('')
}
