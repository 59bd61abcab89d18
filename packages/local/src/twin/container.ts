import { randomUUID } from 'node:crypto'
import type { Tokens } from '@breakeven/core'
import type { GatewayRequest, GatewayResponse, Handler } from '@breakeven/gateway'
import { json, type JsonObject, objectIn, usageBeside } from '../answer.ts'
import { type Asked, readAsked } from './asked.ts'
import { type Said, streamedTokens, streamEnd, wholeAnswer } from './forms.ts'
import { tokensOfText } from './tokens.ts'
import type { Piece, Twin } from './twin.ts'

const error = (
  status: number,
  message: string,
  param: string | null = null,
  code: string | null = null,
): GatewayResponse =>
  json(
    status,
    { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param, code } },
    status === 503 ? { 'retry-after': '1' } : {},
  )

/** Completions of a twin end here when nobody says otherwise. */
export const USUAL_OUTPUT: Tokens = 200

const refused = (twin: Twin, why: 'too long' | 'full', input: Tokens, output: Tokens): GatewayResponse => {
  if (why === 'full') return error(503, 'Too many requests wait for this model.')
  const { contextTokens } = twin.model
  const most = input + output > contextTokens || twin.kvTokens === 0 ? contextTokens : twin.kvTokens
  return error(
    400,
    `This model's maximum context length is ${most} tokens${most < contextTokens ? ' on this machine' : ''}. However, you requested ${input + output} tokens (${input} in the prompt, ${output} in the completion).`,
    null,
    'context_length_exceeded',
  )
}

async function* streamed(pieces: AsyncIterable<Piece>, asked: Asked, said: Said): AsyncGenerator<Uint8Array> {
  let given = 0
  let whole = false
  for await (const { tokens, last } of pieces) {
    yield streamedTokens(asked, said, given, tokens)
    given += tokens
    whole = last
  }
  if (whole) yield streamEnd(asked, said)
}

const untilLast = async (pieces: AsyncIterable<Piece>): Promise<boolean> => {
  for await (const { last } of pieces) if (last) return true
  return false
}

/** Who has gone reads no answer; this is what a log would show. */
const GONE = error(499, 'The client went away.')

const answerTo = async (twin: Twin, asked: Asked, signal: AbortSignal | undefined): Promise<GatewayResponse> => {
  const pieces = twin.generate(asked, signal)
  if (typeof pieces === 'string') return refused(twin, pieces, asked.input, asked.output)
  const prefix = asked.form === 'chat' ? 'chatcmpl' : 'cmpl'
  const said = {
    id: `${prefix}-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: asked.model ?? twin.model.id,
  }
  if (asked.stream && asked.form !== 'huggingface')
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: streamed(pieces, asked, said) }
  if (!(await untilLast(pieces))) return GONE
  return json(200, wholeAnswer(asked, said), asked.form === 'huggingface' ? usageBeside(asked.input, asked.output) : {})
}

/** A vector of the model's width that points nowhere in particular. */
const evenVector = (width: number): readonly number[] => Array.from({ length: width }, () => 1 / Math.sqrt(width))

/** Encoders: each text is a request of its own to the engine, as vLLM and Hugging Face's container batch them. */
const encode = async (twin: Twin, asked: JsonObject, signal: AbortSignal | undefined): Promise<GatewayResponse> => {
  const given = asked['inputs'] ?? asked['input']
  const texts: unknown[] = Array.isArray(given) ? given : [given]
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string'))
    return error(400, 'the input must be a text or a list of texts', 'inputs' in asked ? 'inputs' : 'input')
  const lengths = texts.map((text) => tokensOfText(text))
  const runs = lengths.map((tokens) => twin.generate({ input: tokens, output: 1 }, signal))
  const bad = runs.findIndex((run) => typeof run === 'string')
  if (bad >= 0) return refused(twin, runs[bad] as 'too long' | 'full', lengths[bad] ?? 0, 0)
  const done = await Promise.all(runs.filter((run) => typeof run !== 'string').map(untilLast))
  if (!done.every(Boolean)) return GONE
  const { hidden, id, task } = twin.model
  const tokens = lengths.reduce((sum, length) => sum + length, 0)
  if ('inputs' in asked) {
    const labels = texts.map(() => ({ label: 'LABEL_0', score: 1 }))
    return json(
      200,
      task === 'embed' ? { embeddings: texts.map(() => evenVector(hidden)) } : labels,
      usageBeside(tokens),
    )
  }
  return json(200, {
    object: 'list',
    data: texts.map((_, index) => ({ object: 'embedding', index, embedding: evenVector(hidden) })),
    model: asked['model'] ?? id,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

const PATHS: ReadonlySet<string> = new Set([
  '/invocations',
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
])

const got = ({ path }: GatewayRequest, { model }: Twin): GatewayResponse => {
  if (path === '/ping' || path === '/health') return json(200, {})
  const row = { id: model.id, object: 'model', created: 0, owned_by: 'breakeven', max_model_len: model.contextTokens }
  return path === '/v1/models' ? json(200, { object: 'list', data: [row] }) : error(404, `There is no ${path}.`)
}

/**
 * The twin behind the paths of vLLM's server and of a SageMaker container: OpenAI's chat, completions and embeddings,
 * Hugging Face's `inputs` and `parameters`. Words mean nothing; counts, moments and limits are the model's.
 */
export const twinContainer = (twin: Twin, usualOutput: Tokens = USUAL_OUTPUT): Handler => {
  const encoder = twin.model.kind === 'encoder'
  return async (request) => {
    const { method, path, body, signal } = request
    if (method === 'GET') return got(request, twin)
    if (method !== 'POST' || !PATHS.has(path)) return error(404, `There is no ${method} ${path}.`)
    const value = objectIn(body)
    if (value === undefined) return error(400, 'The body is no JSON object.')
    if (encoder) return encode(twin, value, signal)
    if (path === '/v1/embeddings') return error(400, `${twin.model.id} generates text: it gives no embeddings.`)
    const asked = readAsked(value, usualOutput)
    return 'wrong' in asked ? error(400, asked.wrong, asked.param) : answerTo(twin, asked, signal)
  }
}
