import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { InputError } from '@breakeven/core'
import type { GatewayRequest, GatewayResponse, Handler } from '@breakeven/gateway'

/** A server of this machine. */
export type Served = { readonly url: string; readonly close: () => Promise<void> }

/** Who is too big for this is told so by the handler, which knows its limit; beyond it nothing is read. */
const MOST_BYTES = 32 * 1024 * 1024

const bodyOf = async (request: IncomingMessage): Promise<Uint8Array | undefined> => {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MOST_BYTES) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

const send = async (response: ServerResponse, answer: GatewayResponse, signal: AbortSignal): Promise<void> => {
  const { status, headers, body } = answer
  if (body instanceof Uint8Array) {
    response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
    return
  }
  response.writeHead(status, headers).flushHeaders()
  for await (const piece of body) {
    if (signal.aborted) return
    if (!response.write(piece)) await Promise.race([once(response, 'drain', { signal }), once(response, 'close')])
  }
  response.end()
}

const answer = async (handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const body = await bodyOf(request)
  if (body === undefined) {
    response.writeHead(413, { connection: 'close' }).end()
    return
  }
  const asked: GatewayRequest = {
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    headers: headersOf(request),
    body,
    signal: gone.signal,
  }
  await send(response, await handler(asked), gone.signal)
}

/**
 * Serves a handler over HTTP, to this machine unless another host is named. Port 0 takes any free one. An answer that
 * breaks off half way breaks the connection off.
 *
 * @throws InputError where the port is taken or not allowed.
 */
export const listen = async (handler: Handler, port = 0, host = '127.0.0.1'): Promise<Served> => {
  const server = createServer((request, response) => {
    answer(handler, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'something else listens there' : message
      reject(new InputError(`port ${port}: ${why}`, { hint: 'name another port, or 0 for any free one' }))
    })
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
