import type { GatewayResponse, Handler } from '@breakeven/gateway'
import { json, objectIn } from './answer.ts'

/** Where a container that has one path for all would go, by what is in the body. */
const routeOf = (body: Uint8Array): string => {
  const asked = objectIn(body) ?? {}
  if ('messages' in asked) return '/chat/completions'
  return 'input' in asked ? '/embeddings' : '/completions'
}

const unreachable = (): GatewayResponse =>
  json(502, {
    error: { message: 'The model server cannot be reached.', type: 'server_error', param: null, code: null },
  })

async function* piecesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body
}

/**
 * An OpenAI-compatible server (vLLM, llama.cpp, Ollama) as the container of an endpoint.
 * @param base as an OpenAI client would be given it: `http://127.0.0.1:11434/v1`
 * @param apiKey sent as bearer
 */
export const urlContainer = (base: string, apiKey?: string): Handler => {
  const root = base.replace(/\/+$/, '')
  return async ({ method, path, body, signal }) => {
    if (method !== 'POST') return json(200, {})
    const route = path === '/invocations' ? routeOf(body) : path.replace(/^\/v1\//, '/')
    try {
      const answer = await fetch(root + route, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: Buffer.from(body),
        // Where the configuration says, and nowhere else.
        redirect: 'error',
        ...(signal === undefined ? {} : { signal }),
      })
      const type = answer.headers.get('content-type') ?? 'application/octet-stream'
      return { status: answer.status, headers: { 'content-type': type }, body: piecesOf(answer.body) }
    } catch {
      return unreachable()
    }
  }
}
