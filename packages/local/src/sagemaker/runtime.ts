import type { GatewayRequest, GatewayResponse, Handler } from '@breakeven/gateway'
import { bytesOf, json, piecesOf, textOf } from '../answer.ts'
import { within } from '../within.ts'
import { exceptionFrame, payloadFrame } from './event-stream.ts'
import { signedBy } from './signature.ts'

/** An endpoint: its container answers `POST /invocations`, and `/v1/…` where it speaks OpenAI's API. */
export type Endpoint = {
  readonly container: Handler
  readonly variant?: string
  /** Inference components that it hosts: a request must then name one. */
  readonly components?: readonly string[]
  /** False while capacity starts: at first, and after scaling to zero. */
  readonly ready?: () => boolean
}

export type RuntimeLimits = {
  /** Body of one request. */
  readonly bodyBytes: number
  /** A container must begin to answer within this. */
  readonly responseSeconds: number
  /** A streamed answer must end within this. */
  readonly streamSeconds: number
}

/** 60 s: the API reference of InvokeEndpoint. 25 MB and 8 minutes: AWS's announcements, not found in the reference. */
export const RUNTIME_LIMITS: RuntimeLimits = { bodyBytes: 26_214_400, responseSeconds: 60, streamSeconds: 480 }

const ACCOUNT = '123456789012'

const refusal = (status: number, type: string, message: string, more: object = {}): GatewayResponse =>
  json(status, { Message: message, ...more }, { 'x-amzn-errortype': type })

const validation = (message: string): GatewayResponse => refusal(400, 'ValidationError', message)

/** What the container said, as far as an error repeats it. */
const REPEATED_CHARACTERS = 1024

const modelError = (name: string, status: number, message: string): GatewayResponse => {
  const side = status >= 400 && status < 500 ? 'client' : 'server'
  return refusal(424, 'ModelError', `Received ${side} error (${status}) from primary with message "${message}".`, {
    OriginalStatusCode: status,
    OriginalMessage: message,
    LogStreamArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/sagemaker/Endpoints/${name}`,
  })
}

const TIMED_OUT =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.'

/** `undefined` once the time is over; the container is then told to stop. */
const askedWithin = async (
  seconds: number,
  request: GatewayRequest,
  container: Handler,
): Promise<GatewayResponse | undefined> => {
  const stop = new AbortController()
  const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal])
  const answer = await within(seconds, container({ ...request, signal }))
  if (answer === undefined) stop.abort()
  return answer
}

async function* framed(body: GatewayResponse['body'], seconds: number): AsyncGenerator<Uint8Array> {
  const until = performance.now() + seconds * 1000
  try {
    for await (const piece of piecesOf(body)) {
      if (performance.now() > until) {
        const Message = 'Model invocation time exceeded the limit for response streams.'
        yield exceptionFrame('ModelStreamError', { Message, ErrorCode: 'ModelInvocationTimeExceeded' })
        return
      }
      yield payloadFrame(piece)
    }
  } catch {
    const Message = 'The connection to the model container was broken before its answer ended.'
    yield exceptionFrame('ModelStreamError', { Message, ErrorCode: 'StreamBroken' })
  }
}

const NO_CAPACITY =
  'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.'

/** Why an endpoint does not take this request, before its container sees it. */
const notTaken = (
  name: string,
  endpoint: Endpoint | undefined,
  { headers, body }: GatewayRequest,
  limits: RuntimeLimits,
): GatewayResponse | undefined => {
  if (endpoint === undefined) return validation(`Endpoint ${name} of account ${ACCOUNT} not found.`)
  const { components = [], ready = () => true } = endpoint
  const component = headers['x-amzn-sagemaker-inference-component']
  if (components.length > 0 && component === undefined)
    return validation(
      'Inference Component Name header is required for endpoints to which you plan to deploy inference components.',
    )
  if (component !== undefined && !components.includes(component))
    return validation(`Inference Component ${component} of account ${ACCOUNT} not found.`)
  if (body.length > limits.bodyBytes)
    return validation(
      `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${limits.bodyBytes}`,
    )
  return ready() ? undefined : validation(NO_CAPACITY)
}

const ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes'

/** What an answer says beside the answer: which variant it was, and what the container adds. */
const beside = ({ variant = 'AllTraffic' }: Endpoint, { headers }: GatewayResponse): Record<string, string> => ({
  'x-amzn-invoked-production-variant': variant,
  ...(headers[ATTRIBUTES] === undefined ? {} : { [ATTRIBUTES]: headers[ATTRIBUTES] }),
})

const ASYNC_REFUSED = 'Endpoint is not configured for asynchronous inference: it takes InvokeEndpoint and its stream.'

const PATH = /^\/endpoints\/(?<name>[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62})\/(?<action>.+)$/
const OPENAI = 'openai/'

/** What SageMaker hands on to the container, and nothing else: no credential, no signature. */
const forContainer = (path: string, { headers, body, signal }: GatewayRequest): GatewayRequest => {
  const accept = headers['x-amzn-sagemaker-accept'] ?? headers['accept']
  const passed = [ATTRIBUTES, 'x-amzn-sagemaker-session-id', 'x-amzn-sagemaker-inference-id']
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': headers['content-type'] ?? 'application/octet-stream',
      ...(accept === undefined ? {} : { accept }),
      ...Object.fromEntries(passed.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
    },
    body,
    ...(signal === undefined ? {} : { signal }),
  }
}

/**
 * Amazon SageMaker's runtime, as its client sees it over the wire: `invocations`, `invocations-response-stream` in event
 * stream frames, `openai/v1/…` as plain HTTP, and errors as the client knows them by type. `async-invocations` is refused.
 */
export const sagemakerRuntime = (
  endpoints: ReadonlyMap<string, Endpoint>,
  limits: RuntimeLimits = RUNTIME_LIMITS,
): Handler => {
  /** An answer of the container with success, or the error that SageMaker makes of it. */
  const asked = async (
    name: string,
    { container }: Endpoint,
    request: GatewayRequest,
  ): Promise<GatewayResponse | { readonly failed: GatewayResponse }> => {
    const answer = await askedWithin(limits.responseSeconds, request, container)
    if (answer === undefined) return { failed: modelError(name, 0, TIMED_OUT) }
    if (answer.status >= 200 && answer.status < 300) return answer
    const said = textOf(await bytesOf(answer.body)).slice(0, REPEATED_CHARACTERS)
    return { failed: modelError(name, answer.status, said) }
  }

  const invoke = async (name: string, endpoint: Endpoint, request: GatewayRequest): Promise<GatewayResponse> => {
    const answer = await asked(name, endpoint, forContainer('/invocations', request))
    if ('failed' in answer) return answer.failed
    let body
    try {
      body = await bytesOf(answer.body)
    } catch {
      return modelError(name, 0, 'The connection to the model container was broken before its answer ended.')
    }
    const type = answer.headers['content-type'] ?? 'application/octet-stream'
    return { status: 200, headers: { 'content-type': type, ...beside(endpoint, answer) }, body }
  }

  const stream = async (name: string, endpoint: Endpoint, request: GatewayRequest): Promise<GatewayResponse> => {
    const answer = await asked(name, endpoint, forContainer('/invocations', request))
    if ('failed' in answer) return answer.failed
    return {
      status: 200,
      headers: {
        'content-type': 'application/vnd.amazon.eventstream',
        'x-amzn-sagemaker-content-type': answer.headers['content-type'] ?? 'application/octet-stream',
        ...beside(endpoint, answer),
      },
      body: framed(answer.body, limits.streamSeconds),
    }
  }

  /** OpenAI's API as the endpoint itself serves it: what the container says, as it says it. */
  const openai = async (endpoint: Endpoint, path: string, request: GatewayRequest): Promise<GatewayResponse> => {
    const answer = await askedWithin(limits.responseSeconds, forContainer(path, request), endpoint.container)
    return answer ?? json(424, { error: { message: TIMED_OUT, type: 'ModelError', param: null, code: null } })
  }

  const route = (
    name: string,
    action: string,
    endpoint: Endpoint,
    request: GatewayRequest,
  ): Promise<GatewayResponse> => {
    if (action === 'invocations') return invoke(name, endpoint, request)
    if (action === 'invocations-response-stream') return stream(name, endpoint, request)
    return openai(endpoint, `/${action.slice(OPENAI.length)}`, request)
  }

  const known = (action: string): boolean =>
    action === 'invocations' || action === 'invocations-response-stream' || action.startsWith(`${OPENAI}v1/`)

  return async (request) => {
    if (request.method === 'GET' && request.path === '/ping') return json(200, { endpoints: [...endpoints.keys()] })
    const { name, action } = PATH.exec(request.path)?.groups ?? {}
    if (name === undefined || action === undefined)
      return refusal(404, 'UnknownOperationException', 'There is no such operation.')
    const bearer = action.startsWith(OPENAI) && /^Bearer \S+$/.test(request.headers['authorization'] ?? '')
    const signed = bearer ? undefined : signedBy(request.headers)
    if (signed !== undefined && 'type' in signed) return refusal(403, signed.type, signed.message)
    if (action === 'async-invocations') return validation(ASYNC_REFUSED)
    if (request.method !== 'POST' || !known(action))
      return refusal(404, 'UnknownOperationException', `There is no operation ${request.method} ${action}.`)
    const endpoint = endpoints.get(name)
    const refused = notTaken(name, endpoint, request, limits)
    if (refused !== undefined || endpoint === undefined) return refused ?? validation('no endpoint')
    try {
      return await route(name, action, endpoint, request)
    } catch {
      return refusal(500, 'InternalFailure', 'The model container could not be reached.')
    }
  }
}
