import { createHash, timingSafeEqual } from 'node:crypto'
import type { Bytes, Seconds } from '@breakeven/core'
import type { GatewayRequest, GatewayResponse, Handler } from '@breakeven/gateway'
import { within } from '../within.ts'
import { type Front, httpEvent, restEvent } from './events.ts'
import type { Invoked } from './invocation.ts'
import type { LambdaFunction } from './lambda.ts'
import { BAD_ANSWER, drain, message, streamedAnswer, wholeAnswer } from './proxy-answer.ts'
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
