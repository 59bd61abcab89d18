import type * as Runtime from '@aws-sdk/client-sagemaker-runtime'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { joined } from './bytes.ts'
import { Fault, faultAnswer, faultJson } from './fault.ts'
import type { GatewayRequest, GatewayResponse, Handler } from './http.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { sageMakerSender } from './sagemaker.ts'
import type { Senders } from './upstream.ts'
import { urlModels, urlSender } from './url.ts'

export { type FileLedger, openFileLedger } from './file-ledger.ts'

export type NodeOptions = {
  /** Loopback unless told otherwise. */
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly limits?: Limits
}

export type Served = {
  /** As `http://127.0.0.1:4010`. */
  readonly url: string
  /** Takes no more requests, lets those under way end within `graceSeconds`, then cuts them off. */
  readonly close: (graceSeconds?: number) => Promise<void>
}

/** The SDK that Lambda's runtime carries and the bundle leaves out. */
export const runtimeSdk = (): Promise<typeof Runtime> => import('@aws-sdk/client-sagemaker-runtime')

/** All ways out that Node has: each loads what it needs when it is first used. */
export const nodeSenders = (): Senders => ({
  url: urlSender(() => import('undici')),
  models: urlModels(() => import('undici')),
  sagemaker: sageMakerSender(runtimeSdk),
})

const GRACE_SECONDS = 5
const MS = 1000

const headersOf = (message: IncomingMessage): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const name in message.headers) {
    const value = message.headers[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}

const tooLarge = ({ bodyBytes }: Limits): Fault =>
  new Fault(413, `The body has more than ${bodyBytes} bytes.`, { code: 'request_too_large' })
const overloaded = (): Fault => new Fault(503, 'Too much is being received.', { code: 'overloaded', retrySeconds: 1 })

/** What all requests of a server hold in memory: whoever sends has not shown a key yet. */
type Held = { bytes: number }

/** The body, or why it is not taken. Rejects where the client goes away first. */
const receive = (
  message: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
  held: Held,
): Promise<readonly Buffer[] | Fault> =>
  new Promise((resolve, reject) => {
    if (Number(message.headers['content-length']) > limits.bodyBytes) return resolve(tooLarge(limits))
    const pieces: Buffer[] = []
    let bytes = 0
    const refuse = (fault: Fault): void => {
      message.pause()
      resolve(fault)
    }
    message.on('data', (piece: Buffer) => {
      bytes += piece.length
      held.bytes += piece.length
      if (bytes > limits.bodyBytes) refuse(tooLarge(limits))
      else if (held.bytes > limits.heldBytes) refuse(overloaded())
      else pieces.push(piece)
    })
    message.on('end', () => resolve(pieces))
    message.on('error', reject)
    message.on('close', () => {
      if (!message.complete) reject(new Error('the client went away'))
    })
    response.on('close', () => {
      held.bytes -= bytes
    })
  })

/** Until the client has taken what waits for it. */
const drained = (response: ServerResponse, seconds: number): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (isDrained: boolean): void => {
      clearTimeout(timer)
      response.off('drain', onDrain)
      response.off('close', onClose)
      resolve(isDrained)
    }
    const onDrain = (): void => settle(true)
    const onClose = (): void => settle(false)
    const timer = setTimeout(onClose, seconds * MS)
    response.on('drain', onDrain)
    response.on('close', onClose)
  })

const sendPieces = async (
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
  { stallSeconds }: Limits,
): Promise<void> => {
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece) && !(await drained(response, stallSeconds))) {
      // Leaving the loop gives the answer up, which stops the call upstream.
      response.destroy()
      return
    }
  }
  response.end()
}

const send = async (
  response: ServerResponse,
  { status, headers, body }: GatewayResponse,
  limits: Limits,
): Promise<void> => {
  if (body instanceof Uint8Array) {
    if (response.destroyed) return
    response.writeHead(status, { ...headers, 'content-length': body.length })
    response.end(body)
    return
  }
  if (!response.destroyed) {
    response.writeHead(status, headers)
    response.flushHeaders()
  }
  await sendPieces(response, body, limits)
}

const pathOf = (url = '/'): string => {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

const serveOne = async (
  handler: Handler,
  message: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
  held: Held,
): Promise<void> => {
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const pieces = await receive(message, response, limits, held)
  // The rest of the body is still on its way, and nobody will read it.
  if (pieces instanceof Fault) return send(response, faultAnswer(pieces, { connection: 'close' }), limits)
  const request: GatewayRequest = {
    method: message.method ?? 'GET',
    path: pathOf(message.url),
    headers: headersOf(message),
    pieces,
    get body() {
      return joined(pieces)
    },
    signal: gone.signal,
  }
  return send(response, await handler(request), limits)
}

const EARLY: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.', 'headers_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.', 'request_timeout'],
}

/** What is no request, or not in time, gets a last word where the connection can still carry one. */
const refuseEarly = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, message, code] = EARLY[error.code ?? ''] ?? [400, 'This is no HTTP request.', 'bad_request']
  const body = faultJson(new Fault(status, message, { code }))
  const head = `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`
  socket.end(head + body)
}

/** Serves a handler over HTTP, on loopback unless told otherwise. Rejects where the port is taken. */
export const serveNode = async (
  handler: Handler,
  { host = '127.0.0.1', port = 0, limits = DEFAULT_LIMITS }: NodeOptions = {},
): Promise<Served> => {
  const requestMs = limits.requestSeconds * MS
  const held: Held = { bytes: 0 }
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.min(requestMs / 2, 5 * MS),
    },
    (message, response) => {
      // Only a client that went away rejects here: there is nobody left to tell.
      serveOne(handler, message, response, limits, held).catch(() => response.destroy())
    },
  )
  server.on('clientError', refuseEarly)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}`,
    close: (graceSeconds = GRACE_SECONDS) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceSeconds * MS)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
