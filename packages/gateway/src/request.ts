import type { Pieces } from './bytes.ts'
import type { GatewayConfig, Upstream } from './config.ts'
import { Fault } from './fault.ts'
import { type Edit, edited, parseSpan, type Span, spansOf } from './json-span.ts'
import type { Route } from './upstream.ts'
import { isObject } from './value.ts'

/** A call as a client asked for it, and the body as it goes upstream. */
export type Asked = {
  readonly model: string
  readonly upstream: Upstream
  readonly body: Pieces
  readonly isStream: boolean
  /** We asked for the usage in the client's name, and keep its event for ourselves. */
  readonly withholdsUsage: boolean
}

const MOST_MODEL_LENGTH = 256

const invalid = (message: string, param: string | undefined, code = 'invalid_request'): Fault =>
  new Fault(400, message, param === undefined ? { code } : { code, param })

/** The one member of that name. Two would let us and the upstream read different ones. */
const memberOf = (spans: readonly Span[], key: string): Span | undefined => {
  const [first, second] = spans.filter((span) => span.key === key)
  if (second) throw invalid(`${key} stands twice in the request.`, key)
  return first
}

const valueOf = (body: Pieces, span: Span | undefined): unknown => {
  if (span === undefined) return undefined
  try {
    return parseSpan(body, span.start, span.end)
  } catch {
    throw invalid(`${span.key} is no valid JSON.`, span.key)
  }
}

const modelOf = (body: Pieces, span: Span | undefined): string => {
  const model = valueOf(body, span)
  if (typeof model !== 'string' || model === '' || model.length > MOST_MODEL_LENGTH)
    throw invalid(`model is no name of up to ${MOST_MODEL_LENGTH} characters.`, 'model')
  return model
}

const upstreamOf = ({ models }: GatewayConfig, model: string): Upstream => {
  const name = Object.hasOwn(models, model) ? model : '*'
  const upstream = Object.hasOwn(models, name) ? models[name] : undefined
  if (upstream) return upstream
  throw new Fault(404, 'No such model here. GET /v1/models lists those there are.', {
    code: 'model_not_found',
    param: 'model',
  })
}

const INPUT_OF: Readonly<Record<Route, string>> = {
  chat: 'messages',
  completions: 'prompt',
  embeddings: 'input',
  classify: 'input',
}
const TASK_OF: Readonly<Record<Route, 'generate' | 'embed' | 'classify'>> = {
  chat: 'generate',
  completions: 'generate',
  embeddings: 'embed',
  classify: 'classify',
}
export const taskOf = (route: Route): 'generate' | 'embed' | 'classify' => TASK_OF[route]

/** How the request is made to report its usage; undefined: it does so already, or cannot. */
const usageEdit = (body: Pieces, spans: readonly Span[]): Edit | undefined => {
  const span = memberOf(spans, 'stream_options')
  const given = valueOf(body, span)
  if (given === undefined || given === null) {
    const text = '"stream_options":{"include_usage":true}'
    if (span) return { start: span.at, end: span.end, text }
    const start = spans[0]!.at
    return { start, end: start, text: `${text},` }
  }
  // What is neither is for the upstream to refuse.
  if (!span || !isObject(given) || given.include_usage === true) return undefined
  return { start: span.start, end: span.end, text: JSON.stringify({ ...given, include_usage: true }) }
}

/**
 * Finds the call in a request's body without parsing its prompt, and changes only what must be changed for the upstream.
 * @throws Fault 400 or 404
 */
export const readRequest = (config: GatewayConfig, route: Route, body: Pieces): Asked => {
  const spans = spansOf(body)
  if (!spans) throw invalid('The body is no JSON object.', undefined, 'invalid_json')
  const modelSpan = memberOf(spans, 'model')
  const model = modelOf(body, modelSpan)
  const upstream = upstreamOf(config, model)
  // An endpoint of SageMaker tells the routes apart by this member alone.
  if (!memberOf(spans, INPUT_OF[route])) throw invalid(`${INPUT_OF[route]} is missing.`, INPUT_OF[route])
  if (upstream.kind === 'sagemaker' && upstream.task !== taskOf(route))
    throw invalid(`This model is there to ${upstream.task}, not to ${taskOf(route)}.`, 'model', 'wrong_task')
  const stream = valueOf(body, memberOf(spans, 'stream')) ?? false
  if (typeof stream !== 'boolean') throw invalid('stream is neither true nor false.', 'stream')
  const isStream = stream && taskOf(route) === 'generate'
  const asksUsage = isStream && !(upstream.kind === 'url' && upstream.asksUsage === false)
  const edits = [
    asksUsage ? usageEdit(body, spans) : undefined,
    modelSpan && upstream.model !== undefined
      ? { start: modelSpan.start, end: modelSpan.end, text: JSON.stringify(upstream.model) }
      : undefined,
  ].filter((edit) => edit !== undefined)
  const withholdsUsage = asksUsage && edits.some(({ text }) => text.includes('include_usage'))
  return { model, upstream, body: edited(body, edits), isStream, withholdsUsage }
}
