import type { Dispatcher, Pool } from 'undici'
import type { Readable } from 'node:stream'
import { lengthOf } from './bytes.ts'
import type { UrlUpstream } from './config.ts'
import { Fault } from './fault.ts'
import { pieceQueue, type PieceQueue } from './piece-queue.ts'
import { isEventStream, type Route, type Senders, type UpstreamAnswer } from './upstream.ts'

const PATHS: Readonly<Record<Route, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
  classify: '/classify',
}

/** How long an upstream may take to accept a connection. */
const CONNECT_MS = 10_000
const MS = 1000
/** While a server of one's own loads its model, nobody listens there. */
const STARTING_RETRY_SECONDS = 5
/** What may wait for a client that reads slowly, before the upstream has to wait too. */
const MOST_WAITING_BYTES = 256 * 1024

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
const SLOW = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])

/** Undici's errors in our words. Their messages may name our upstream's address, and stay here. */
const faultOf = (error: Error): Error => {
  const { code = '' } = error as { code?: string }
  if (error instanceof Fault || error.name === 'AbortError') return error
  if (UNREACHABLE.has(code))
    return new Fault(503, 'The upstream cannot be reached; it may be starting.', {
      code: 'upstream_unavailable',
      retrySeconds: STARTING_RETRY_SECONDS,
    })
  if (SLOW.has(code)) return new Fault(504, 'The upstream took too long.', { code: 'upstream_timeout' })
  return new Fault(502, 'The upstream broke off.', { code: 'upstream_reset' })
}

const gone = (): Error => new DOMException('The client went away.', 'AbortError')
const tooLong = (): Fault => new Fault(502, 'The answer of the upstream is too long.', { code: 'upstream_too_long' })

const headersOf = (raw: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const name in raw) {
    const value = raw[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}

/**
 * Sends one request, and gathers its answer or, where it is a stream of events, hands it on as it comes. By undici's
 * own events: its promises and streams would cost as much as all the rest.
 */
const exchange = (
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  { signal, mostBytes }: { readonly signal: AbortSignal | undefined; readonly mostBytes: number },
): Promise<UpstreamAnswer> =>
  new Promise((resolve, reject) => {
    let control: Dispatcher.DispatchController | undefined
    let queue: PieceQueue | undefined
    let head: Omit<UpstreamAnswer, 'body'> | undefined
    const pieces: Buffer[] = []
    let bytes = 0

    const stop = (): void => control?.abort(gone())
    const settle = (error?: Error): void => {
      signal?.removeEventListener('abort', onGone)
      if (error) reject(error)
      queue?.end(error)
    }
    const onGone = (): void => {
      stop()
      settle(gone())
    }
    if (signal?.aborted) {
      reject(gone())
      return
    }
    signal?.addEventListener('abort', onGone, { once: true })

    pool.dispatch(options, {
      onRequestStart: (controller) => {
        control = controller
        if (signal?.aborted) stop()
      },
      onResponseStart: (controller, status, raw) => {
        // 1xx: the answer is still to come.
        if (status < 200) return
        head = { status, headers: headersOf(raw) }
        if (status >= 300 || !isEventStream(head)) return
        queue = pieceQueue({
          mostBytes: MOST_WAITING_BYTES,
          onFull: (isFull) => (isFull ? controller.pause() : controller.resume()),
          onGivenUp: stop,
        })
        resolve({ ...head, body: queue.pieces })
      },
      onResponseData: (controller, piece) => {
        if (queue) {
          queue.push(piece)
          return
        }
        bytes += piece.length
        if (bytes > mostBytes) controller.abort(tooLong())
        else pieces.push(piece)
      },
      onResponseEnd: () => {
        settle()
        if (head && !queue) resolve({ ...head, body: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces) })
      },
      onResponseError: (_, error) => settle(faultOf(error)),
    })
  })

type Undici = { readonly Pool: typeof Pool }
type Way = { readonly pool: Pool; readonly base: string; readonly headers: Readonly<Record<string, string>> }

/** The ways to OpenAI-compatible servers: one pool of connections for each, made when it is first needed. */
const newWays = (): ((upstream: UrlUpstream, undici: Undici) => Way) => {
  const pools = new Map<string, Pool>()
  const ways = new Map<UrlUpstream, Way>()

  const poolOf = (origin: string, { Pool }: Undici): Pool => {
    const pool = pools.get(origin) ?? new Pool(origin, { connect: { timeout: CONNECT_MS } })
    pools.set(origin, pool)
    return pool
  }
  return (upstream, loaded) => {
    const known = ways.get(upstream)
    if (known) return known
    const { origin, pathname } = new URL(upstream.url)
    const way = {
      pool: poolOf(origin, loaded),
      base: pathname.replace(/\/+$/, ''),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        // Compressed answers would have to be unpacked to be metered.
        'accept-encoding': 'identity',
        ...(upstream.apiKey === undefined ? {} : { authorization: `Bearer ${upstream.apiKey}` }),
      },
    }
    ways.set(upstream, way)
    return way
  }
}

/** Sends calls to OpenAI-compatible servers. */
export const urlSender = (load: () => Promise<Undici>): NonNullable<Senders['url']> => {
  let undici: Undici | undefined
  const wayOf = newWays()
  return async (upstream, { route, body, signal, limits }) => {
    undici ??= await load()
    const { pool, base, headers } = wayOf(upstream, undici)
    const options: Dispatcher.DispatchOptions = {
      method: 'POST',
      path: base + PATHS[route],
      headers: { ...headers, 'content-length': String(lengthOf(body)) },
      // Undici takes any iterable of pieces, which its types do not say.
      body: body.length === 1 ? body[0]! : (body as unknown as Readable),
      headersTimeout: limits.answerSeconds * MS,
      bodyTimeout: limits.idleSeconds * MS,
    }
    return exchange(pool, options, { signal, mostBytes: limits.answerBytes })
  }
}

/** A user interface waits for the list; a server that is loading its model has none yet. */
const MODELS_MS = 5000
/** The longest list of a provider is under a megabyte. */
const MODELS_BYTES = 4 * 1024 * 1024

/** Asks OpenAI-compatible servers which models they have. */
export const urlModels = (load: () => Promise<Undici>): NonNullable<Senders['models']> => {
  const wayOf = newWays()
  return async (upstream) => {
    const { pool, base, headers } = wayOf(upstream, await load())
    const { status, body } = await exchange(
      pool,
      { method: 'GET', path: `${base}/models`, headers },
      { signal: AbortSignal.timeout(MODELS_MS), mostBytes: MODELS_BYTES },
    )
    if (status !== 200 || !(body instanceof Uint8Array))
      throw new Fault(502, 'The upstream lists no models.', { code: 'upstream_error' })
    return body
  }
}
