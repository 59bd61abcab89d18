import { createHash, timingSafeEqual } from 'node:crypto'
import type { Bytes, Seconds } from '@breakeven/core'
import type { GatewayRequest, GatewayResponse, Handler } from '@breakeven/gateway'
import { isObject, json, utf8 } from '../answer.ts'
import { type Front, httpEvent, restEvent } from './events.ts'
import type { Invoked } from './invocation.ts'
import type { LambdaFunction } from './lambda.ts'
import { type Throttle, tokenBucket } from './token-bucket.ts'

/** An API key: its id, which the function sees, and the SHA-256 of its value in hex. */
export type ApiKey = { readonly id: string; readonly sha256: string }

type Limits = {
  readonly bodyBytes: Bytes
  /** In which the function must have answered. */
  readonly answerSeconds: Seconds
  /** Between two pieces of a streamed answer. */
  readonly idleSeconds: Seconds
}

export type ApiSettings = {
  /** A REST API that streams or answers whole (payload 1.0, API keys), or an HTTP API (payload 2.0, answers whole). */
  readonly kind: 'rest-stream' | 'rest' | 'http'
  readonly lambda: LambdaFunction
  /** Absent: the API asks for none. */
  readonly keys?: readonly ApiKey[]
  readonly throttle?: Throttle
  readonly stage?: string
  readonly region?: string
  readonly limits?: Partial<Limits>
  readonly now?: () => Seconds
}

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html. A REST API's 29 s hold for answers that come
 * whole; streamed ones have 5 minutes to the first piece and from each to the next.
 */
const LIMITS = {
  'rest-stream': { bodyBytes: 10_485_760, answerSeconds: 300, idleSeconds: 300 },
  rest: { bodyBytes: 10_485_760, answerSeconds: 29, idleSeconds: 300 },
  http: { bodyBytes: 10_485_760, answerSeconds: 30, idleSeconds: 300 },
} as const satisfies Record<ApiSettings['kind'], Limits>

/** A function takes an event of 6 MB; a body in base64 or escaped takes more of it than it has bytes. */
const EVENT_BYTES = 6_291_556

/** More metadata than this has no answer. */
const METADATA_BYTES = 64 * 1024
const METADATA_END = Buffer.alloc(8)

const message = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): GatewayResponse =>
  json(status, { message: text }, headers)

const BAD_ANSWER = message(502, 'Internal server error', { 'x-amzn-errortype': 'InternalServerErrorException' })

const lowered = (headers: unknown): Record<string, string> =>
  isObject(headers)
    ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
    : {}

const hasStatus = (value: unknown): value is { statusCode: number; headers?: unknown } =>
  isObject(value) && typeof value['statusCode'] === 'number' && value['statusCode'] >= 100 && value['statusCode'] < 600

/** The proxy result of a function that answers whole. */
const wholeAnswer = (value: unknown): GatewayResponse => {
  if (!hasStatus(value)) return BAD_ANSWER
  const { statusCode, headers, body, isBase64Encoded } = value as { statusCode: number } & Record<string, unknown>
  if (body !== undefined && body !== null && typeof body !== 'string') return BAD_ANSWER
  const bytes = isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : utf8(body ?? '')
  return { status: statusCode, headers: { 'content-type': 'application/json', ...lowered(headers) }, body: bytes }
}

/** Metadata as JSON, eight NUL bytes, then the body as it comes. */
const streamedAnswer = async (stream: AsyncIterable<Uint8Array>, idleSeconds: Seconds): Promise<GatewayResponse> => {
  const pieces = stream[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  let end = -1
  while (end < 0) {
    const next = await pieces.next()
    if (next.done === true || head.length > METADATA_BYTES) {
      await pieces.return?.()
      return BAD_ANSWER
    }
    head = Buffer.concat([head, next.value])
    end = head.indexOf(METADATA_END)
  }
  let metadata: unknown
  try {
    metadata = JSON.parse(head.subarray(0, end).toString()) as unknown
  } catch {
    metadata = undefined
  }
  if (!hasStatus(metadata)) {
    await pieces.return?.()
    return BAD_ANSWER
  }
  const rest = head.subarray(end + METADATA_END.length)
  return { status: metadata.statusCode, headers: lowered(metadata.headers), body: bodyOf(rest, pieces, idleSeconds) }
}

/** To its end, though nobody listens: the function is not told. */
const drain = async (pieces: AsyncIterator<Uint8Array>): Promise<void> => {
  try {
    while ((await pieces.next()).done !== true);
  } catch {
    // Nobody is left to hear of it.
  }
}

async function* bodyOf(
  rest: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
  idleSeconds: Seconds,
): AsyncGenerator<Uint8Array> {
  let isDone = false
  try {
    if (rest.length > 0) yield rest
    for (;;) {
      const next = await within(idleSeconds, pieces.next())
      // Cut off: the status has long been sent.
      if (next === undefined) throw new Error('the function sent nothing for too long')
      if (next.done === true) {
        isDone = true
        return
      }
      if (next.value.length > 0) yield next.value
    }
  } finally {
    if (!isDone) void drain(pieces)
  }
}

/** `undefined` once the time is over. */
const within = async <T>(seconds: Seconds, work: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The key that was shown, compared with each in constant time. */
const keyShown = (keys: readonly ApiKey[], shown: string | undefined): ApiKey | undefined => {
  if (shown === undefined) return undefined
  const digest = sha256(shown)
  let found: ApiKey | undefined
  for (const key of keys) if (timingSafeEqual(digest, Buffer.from(key.sha256, 'hex'))) found = key
  return found
}

/**
 * Amazon API Gateway before one function, as its clients see it: keys in `x-api-key`, a usage plan's throttle for each
 * of them, the limits on size and time, and its own short errors. As on AWS, a client that goes away is not told to the
 * function, which runs (and is billed) to its end.
 */
export const apiGateway = ({
  kind,
  lambda,
  keys,
  throttle,
  stage = 'prod',
  region = 'us-east-1',
  limits: given,
  now = () => performance.now() / 1000,
}: ApiSettings): Handler => {
  const limits: Limits = { ...LIMITS[kind], ...given }
  const buckets = new Map<string, ReturnType<typeof tokenBucket>>()
  const front: Front = { apiId: 'local00000', stage, region, sourceIp: '127.0.0.1' }

  const tooLong = message(413, kind === 'http' ? 'Request Entity Too Large' : 'Request Too Long')

  /** Seconds until this caller may come again; 0: now. */
  const throttled = (caller: string): Seconds => {
    if (throttle === undefined) return 0
    const bucket = buckets.get(caller) ?? tokenBucket(throttle)
    buckets.set(caller, bucket)
    return bucket(now())
  }

  const refused = (request: GatewayRequest, key: ApiKey | undefined): GatewayResponse | undefined => {
    if (keys !== undefined && key === undefined)
      return message(403, 'Forbidden', { 'x-amzn-errortype': 'ForbiddenException' })
    const wait = throttled(key?.id ?? '')
    if (wait > 0)
      return message(429, 'Too Many Requests', {
        'x-amzn-errortype': 'TooManyRequestsException',
        'retry-after': String(Math.ceil(wait)),
      })
    return request.body.length > limits.bodyBytes ? tooLong : undefined
  }

  const answerOf = (invoked: Invoked): Promise<GatewayResponse> | GatewayResponse => {
    if (invoked.kind === 'stream') return streamedAnswer(invoked.body, limits.idleSeconds)
    // A function that answers whole behind an API that streams is a wrong deployment.
    return invoked.kind === 'payload' && kind !== 'rest-stream' ? wholeAnswer(invoked.value) : BAD_ANSWER
  }

  return async (request) => {
    const key = keyShown(keys ?? [], request.headers['x-api-key'])
    const refusal = refused(request, key)
    if (refusal !== undefined) return refusal
    const seen = key === undefined ? front : { ...front, apiKeyId: key.id }
    const event = (kind === 'http' ? httpEvent : restEvent)(request, seen, new Date())
    if (Buffer.byteLength(JSON.stringify(event)) > EVENT_BYTES) return tooLong
    const asked = kind === 'rest-stream' ? lambda.invokeStream(event) : lambda.invoke(event)
    const answering = asked.then(answerOf)
    const answer = await within(limits.answerSeconds, answering)
    if (answer === undefined)
      void answering.then(({ body }) => (body instanceof Uint8Array ? undefined : drain(body[Symbol.asyncIterator]())))
    return answer ?? message(504, kind === 'http' ? 'Gateway Timeout' : 'Endpoint request timed out')
  }
}
