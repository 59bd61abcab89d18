import type { Writable } from 'node:stream'
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime'
import { createHandler } from './handler.ts'
import type { GatewayConfig } from './config.ts'
import type { GatewayResponse } from './http.ts'
import { type ProxyEvent, requestOf } from './lambda-event.ts'
import { type Ledger, lineLedger } from './ledger.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { sageMakerSender } from './sagemaker.ts'

// The entry of the Lambda bundle: `handler` streams, `buffered` answers whole. See the README for which to deploy.

type Context = { readonly getRemainingTimeInMillis: () => number }
type Streamed = (event: ProxyEvent, stream: Writable, context: Context) => Promise<void>

/** A global of Lambda's Node runtime. */
declare const awslambda: {
  readonly streamifyResponse: (handler: Streamed) => unknown
  readonly HttpResponseStream: {
    readonly from: (
      stream: Writable,
      prelude: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> },
    ) => Writable
  }
}

/** Time left to answer 504 and to write the ledger line before Lambda ends the process. */
const LAST_MS = 500

const sdk = { InvokeEndpointCommand, InvokeEndpointWithResponseStreamCommand, SageMakerRuntimeClient }

type Given = Partial<Omit<GatewayConfig, 'limits'>> & { readonly limits?: Partial<Limits> }

/**
 * `readConfig` has checked it before it was deployed, and is left out here for its size. What is missing closes the
 * gateway: without `auth: "front"` a key is asked for, and without keys none fits.
 */
const configOf = (json: string): GatewayConfig => {
  const { models = {}, auth = 'keys', keys = [], limits } = JSON.parse(json) as Given
  return { models, auth, keys, limits: { ...DEFAULT_LIMITS, ...limits } }
}

/** Lambda stops the process at once when an answer is out: what is being written has to be waited for. */
const pending = new Set<Promise<void>>()
const stdout = lineLedger((line, done) => process.stdout.write(line, done))
const ledger: Ledger = {
  append: (entry) => {
    const appended = stdout.append(entry).finally(() => pending.delete(appended))
    pending.add(appended)
    return appended
  },
}

const handle = createHandler(configOf(process.env.BREAKEVEN_GATEWAY ?? '{}'), {
  ledger,
  clock: () => Date.now() / 1000,
  send: { sagemaker: sageMakerSender(() => sdk) },
  onFault: (error) => {
    // The name alone: a message of the SDK may repeat what it was given.
    process.stderr.write(`gateway: ${error instanceof Error ? error.name : 'error'}\n`)
  },
})

/** Runs one event with a signal that aborts shortly before Lambda's own time is up. */
const within = async <T>(context: Context, run: (gone: AbortController) => Promise<T>): Promise<T> => {
  const gone = new AbortController()
  const timer = setTimeout(
    () => gone.abort(new DOMException('Lambda ends.', 'TimeoutError')),
    Math.max(0, context.getRemainingTimeInMillis() - LAST_MS),
  )
  try {
    return await run(gone)
  } finally {
    clearTimeout(timer)
    await Promise.allSettled(pending)
  }
}

const drained = (stream: Writable, gone: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    stream.once('drain', resolve)
    gone.addEventListener('abort', () => resolve(), { once: true })
  })

const write = async (stream: Writable, { body }: GatewayResponse, gone: AbortSignal): Promise<void> => {
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    if (stream.destroyed) return
    if (!stream.write(piece)) await drained(stream, gone)
  }
  stream.end()
}

const streamed: Streamed = (event, stream, context) =>
  within(context, async (gone) => {
    stream.on('close', () => {
      if (!stream.writableFinished) gone.abort()
    })
    const answer = await handle(requestOf(event, gone.signal))
    const { status: statusCode, headers } = answer
    await write(awslambda.HttpResponseStream.from(stream, { statusCode, headers }), answer, gone.signal)
  })

export const handler: unknown = typeof awslambda === 'undefined' ? undefined : awslambda.streamifyResponse(streamed)

type ProxyResult = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

export const buffered = (event: ProxyEvent, context: Context): Promise<ProxyResult> =>
  within(context, async (gone) => {
    const { status, headers, body } = await handle(requestOf(event, gone.signal))
    const pieces: Uint8Array[] = []
    for await (const piece of body instanceof Uint8Array ? [body] : body) pieces.push(piece)
    return { statusCode: status, headers, body: Buffer.concat(pieces).toString('utf8'), isBase64Encoded: false }
  })
