import type { GatewayResponse, Handler } from '@breakeven/gateway'
import { json, type JsonObject, objectIn, usageBeside } from '../answer.ts'
import type { Classifier, Scored } from './classifier.ts'
import type { Embedder } from './embedder.ts'

/** The Hugging Face task of a container, of which it has one, as HF_TASK says. */
export type EncoderTask = 'sentence-embeddings' | 'text-classification'

/** More at once would hold all others up for seconds. */
const MOST_TEXTS = 256

const wrong = (message: string): GatewayResponse => json(400, { code: 400, type: 'InternalServerException', message })

/** One text or a list of them; undefined for anything else. */
const textsOf = (value: unknown): readonly string[] | undefined => {
  const list = typeof value === 'string' ? [value] : value
  return Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'string') ? list : undefined
}

/** The best `top_k` labels; all of them for null. One label of one text comes in a list, as from a pipeline. */
const topOf = (scored: readonly (readonly Scored[])[], parameters: unknown, single: boolean): unknown => {
  const asked = (parameters as JsonObject | undefined)?.['top_k']
  if (asked === undefined) return scored.map((labels) => labels[0])
  const most = typeof asked === 'number' && asked >= 1 ? Math.floor(asked) : Infinity
  const top = scored.map((labels) => labels.slice(0, most))
  return single ? top[0] : top
}

const tokensOf = (embedder: Embedder, texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + embedder.tokensOf(text), 0)

/** OpenAI's embeddings, for clients that speak to the container itself. Floats only: base64 is the client's wish, never a must. */
const openaiEmbeddings = async (embedder: Embedder, asked: JsonObject): Promise<GatewayResponse> => {
  const texts = textsOf(asked['input'])
  if (texts === undefined || texts.length > MOST_TEXTS) {
    const message = `input must be a text or a list of 1 to ${MOST_TEXTS} texts`
    return json(400, { error: { message, type: 'invalid_request_error', param: 'input', code: null } })
  }
  const tokens = tokensOf(embedder, texts)
  const vectors = await embedder.embed(texts)
  const coded = (vector: readonly number[]): unknown =>
    asked['encoding_format'] === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
  return json(200, {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: coded(vector) })),
    model: typeof asked['model'] === 'string' ? asked['model'] : embedder.name,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

/**
 * A container around the small real model, as Hugging Face's inference container answers: `{ "inputs": … }` to
 * `/invocations` gives labels with scores, or sentence embeddings. `{ "input": … }` gives OpenAI's embeddings.
 */
export const encoderContainer = (embedder: Embedder, task: EncoderTask, classify: Classifier): Handler => {
  const huggingFace = async (asked: JsonObject): Promise<GatewayResponse> => {
    const texts = textsOf(asked['inputs'])
    if (texts === undefined) return wrong('inputs must be a text or a list of texts')
    if (texts.length > MOST_TEXTS) return wrong(`inputs are at most ${MOST_TEXTS} texts`)
    const read = usageBeside(tokensOf(embedder, texts))
    if (task === 'sentence-embeddings') return json(200, { embeddings: await embedder.embed(texts) }, read)
    return json(200, topOf(await classify(texts), asked['parameters'], typeof asked['inputs'] === 'string'), read)
  }
  return async ({ method, path, body }) => {
    if (method === 'GET' && path === '/ping') return json(200, {})
    if (method !== 'POST') return wrong('only POST')
    const asked = objectIn(body)
    if (asked === undefined) return wrong('the body is no JSON object')
    if (path === '/v1/embeddings' || (path === '/invocations' && 'input' in asked))
      return openaiEmbeddings(embedder, asked)
    return path === '/invocations' ? huggingFace(asked) : json(404, { error: { message: `there is no ${path}` } })
  }
}
