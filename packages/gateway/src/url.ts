import type { Pool } from 'undici'
import type { UrlUpstream } from './config.ts'
import { Fault } from './fault.ts'
import type { Route, Senders, UpstreamAnswer } from './upstream.ts'

const PATHS: Readonly<Record<Route, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
  classify: '/classify',
}

/** How long an upstream may take to accept a connection. */
const CONNECT_MS = 10_000
/** While a server of one's own loads its model, nobody listens there. */
const STARTING_RETRY_SECONDS = 5

const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
const slow = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])

/** Undici's errors in our words. Their messages may name our upstream's address, and stay here. */
const faultOf = (error: unknown): unknown => {
  const { code = '', name = '' } = error as { code?: string; name?: string }
  if (name === 'AbortError') return error
  if (unreachable.has(code))
    return new Fault(503, 'The upstream cannot be reached; it may be starting.', {
      code: 'upstream_unavailable',
      retrySeconds: STARTING_RETRY_SECONDS,
    })
  if (slow.has(code)) return new Fault(504, 'The upstream took too long.', { code: 'upstream_timeout' })
  return new Fault(502, 'The upstream broke off.', { code: 'upstream_reset' })
}

const headersOf = (raw: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw))
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  return headers
}

async function* withFaults(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw faultOf(error)
  }
}

type Undici = { readonly Pool: typeof Pool }

/** The way to OpenAI-compatible servers: one pool of connections for each place, made when it is first needed. */
export const urlSender = (load: () => Promise<Undici>): NonNullable<Senders['url']> => {
  const pools = new Map<string, Pool>()
  const poolOf = async (origin: string): Promise<Pool> => {
    const made = pools.get(origin)
    if (made) return made
    const undici = await load()
    const pool = pools.get(origin) ?? new undici.Pool(origin, { connect: { timeout: CONNECT_MS } })
    pools.set(origin, pool)
    return pool
  }
  const places = new Map<UrlUpstream, { origin: string; base: string }>()
  const placeOf = (upstream: UrlUpstream): { origin: string; base: string } => {
    let place = places.get(upstream)
    if (!place) {
      const { origin, pathname } = new URL(upstream.url)
      place = { origin, base: pathname.replace(/\/+$/, '') }
      places.set(upstream, place)
    }
    return place
  }

  return async (upstream, { route, body, isStream, signal, limits }) => {
    const { origin, base } = placeOf(upstream)
    const pool = await poolOf(origin)
    try {
      const answer = await pool.request({
        method: 'POST',
        path: base + PATHS[route],
        headers: {
          'content-type': 'application/json',
          accept: isStream ? 'text/event-stream, application/json' : 'application/json',
          // Compressed answers would have to be unpacked to be metered.
          'accept-encoding': 'identity',
          ...(upstream.apiKey === undefined ? {} : { authorization: `Bearer ${upstream.apiKey}` }),
        },
        body,
        signal,
        headersTimeout: limits.answerSeconds * 1000,
        bodyTimeout: limits.idleSeconds * 1000,
      })
      // A stream that is given up before anybody listens would take the process with it.
      answer.body.on('error', () => {})
      const headers = headersOf(answer.headers)
      const length = Number(headers['content-length'])
      const isSmall = length <= limits.answerBytes
      return {
        status: answer.statusCode,
        headers,
        body: isSmall ? await answer.body.bytes() : withFaults(answer.body),
      } satisfies UpstreamAnswer
    } catch (error) {
      throw faultOf(error)
    }
  }
}
