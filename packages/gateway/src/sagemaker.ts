import { randomUUID } from 'node:crypto'
import type * as Runtime from '@aws-sdk/client-sagemaker-runtime'
import { joined } from './bytes.ts'
import type { SageMakerUpstream } from './config.ts'
import { type Deadline, deadlineOf } from './deadline.ts'
import { Fault } from './fault.ts'
import { asEvents, fromHuggingFace, toHuggingFace } from './huggingface.ts'
import { parseSpan } from './json-span.ts'
import type { Limits } from './limits.ts'
import { sageMakerFault } from './sagemaker-fault.ts'
import type { Route, Senders, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { isObject, type Json } from './value.ts'

/** What is used of the SDK, so that a bundle need not carry the names of the rest. */
type Sdk = Pick<
  typeof Runtime,
  'SageMakerRuntimeClient' | 'InvokeEndpointCommand' | 'InvokeEndpointWithResponseStreamCommand'
>
type Client = Runtime.SageMakerRuntimeClient

const CONNECT_MS = 10_000
const JSON_TYPE = 'application/json'
const EVENTS_TYPE = 'text/event-stream'

/** The path inside the container. Its llama.cpp asks for it in this header and guesses without. */
const ROUTES: Readonly<Record<Route, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  classify: '/v1/classify',
}

const clientOf = (sdk: Sdk, { region, endpointUrl }: SageMakerUpstream, { calls }: Limits): Client => {
  const agent = { keepAlive: true, maxSockets: calls }
  return new sdk.SageMakerRuntimeClient({
    region,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    // To try again is for the client to decide: each try is a whole generation.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS, httpAgent: agent, httpsAgent: agent },
  })
}

const inputOf = (upstream: SageMakerUpstream, route: Route, body: Uint8Array, accept: string) => ({
  EndpointName: upstream.endpoint,
  Body: body,
  ContentType: JSON_TYPE,
  Accept: accept,
  ...(upstream.inferenceComponent === undefined ? {} : { InferenceComponentName: upstream.inferenceComponent }),
  ...(upstream.shape === 'llamacpp' ? { CustomAttributes: `route=${ROUTES[route]}` } : {}),
})

const parsed = (bytes: Uint8Array, fault: () => Fault): unknown => {
  try {
    return parseSpan([bytes], 0, bytes.length)
  } catch {
    throw fault()
  }
}

const badBody = (): Fault => new Fault(400, 'The body is no valid JSON.', { code: 'invalid_json' })
const garbage = (): Fault => new Fault(502, 'The upstream answered with what is no JSON.', { code: 'upstream_garbage' })

/** `prompt_tokens=12, completion_tokens=5`, as a container may say beside an answer that has no place for it. */
const usageIn = (attributes: string | undefined): Json | undefined => {
  const count = (name: string): number | undefined => {
    const digits = new RegExp(`(?:^|[,;\\s])${name}=(\\d+)`).exec(attributes ?? '')?.[1]
    return digits === undefined ? undefined : Number(digits)
  }
  const prompt_tokens = count('prompt_tokens')
  if (prompt_tokens === undefined) return undefined
  const completion_tokens = count('completion_tokens')
  const total_tokens = prompt_tokens + (completion_tokens ?? 0)
  return completion_tokens === undefined
    ? { prompt_tokens, total_tokens }
    : { prompt_tokens, completion_tokens, total_tokens }
}

type Payload = Runtime.ResponseStream

async function* payloads(
  events: AsyncIterable<Payload>,
  deadline: Deadline,
  idleSeconds: number,
): AsyncGenerator<Uint8Array> {
  let isDone = false
  try {
    deadline.extend(idleSeconds)
    for await (const event of events) {
      deadline.extend(idleSeconds)
      if (event.PayloadPart?.Bytes) yield event.PayloadPart.Bytes
    }
    isDone = true
  } catch (error) {
    throw faultIn(error, deadline)
  } finally {
    if (!isDone) deadline.abort()
    deadline.end()
  }
}

const faultIn = (error: unknown, deadline: Deadline): Fault =>
  deadline.isOver() ? sageMakerFault({ name: 'TimeoutError' }) : sageMakerFault(error)

/** The way to SageMaker's real-time endpoints, by the SDK, which is asked for when it is first needed. */
export const sageMakerSender = (load: () => Sdk | Promise<Sdk>): NonNullable<Senders['sagemaker']> => {
  let loaded: Sdk | undefined
  const clients = new Map<string, Client>()

  const openClient = async (upstream: SageMakerUpstream, limits: Limits): Promise<{ sdk: Sdk; client: Client }> => {
    const sdk = (loaded ??= await load())
    const key = `${upstream.region} ${upstream.endpointUrl ?? ''}`
    let client = clients.get(key)
    if (!client) {
      client = clientOf(sdk, upstream, limits)
      clients.set(key, client)
    }
    return { sdk, client }
  }

  const invoke = async (
    upstream: SageMakerUpstream,
    route: Route,
    body: Uint8Array,
    { signal, limits }: UpstreamRequest,
  ): Promise<Runtime.InvokeEndpointCommandOutput> => {
    const { sdk, client } = await openClient(upstream, limits)
    const deadline = deadlineOf(signal, limits.answerSeconds)
    try {
      const command = new sdk.InvokeEndpointCommand(inputOf(upstream, route, body, JSON_TYPE))
      return await client.send(command, { abortSignal: deadline.signal })
    } catch (error) {
      throw faultIn(error, deadline)
    } finally {
      deadline.end()
    }
  }

  const whole = async (upstream: SageMakerUpstream, request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const { Body, ContentType } = await invoke(upstream, request.route, joined(request.body), request)
    return { status: 200, headers: { 'content-type': ContentType ?? JSON_TYPE }, body: Body ?? new Uint8Array() }
  }

  const streamed = async (upstream: SageMakerUpstream, request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const { sdk, client } = await openClient(upstream, request.limits)
    const { answerSeconds, idleSeconds } = request.limits
    const deadline = deadlineOf(request.signal, answerSeconds)
    try {
      const command = new sdk.InvokeEndpointWithResponseStreamCommand(
        inputOf(upstream, request.route, joined(request.body), EVENTS_TYPE),
      )
      const { Body, ContentType = EVENTS_TYPE } = await client.send(command, { abortSignal: deadline.signal })
      if (!Body) throw garbage()
      // A container that does not stream answers in JSON, in one piece or several.
      const type = ContentType.startsWith(JSON_TYPE) ? JSON_TYPE : EVENTS_TYPE
      return { status: 200, headers: { 'content-type': type }, body: payloads(Body, deadline, idleSeconds) }
    } catch (error) {
      deadline.end()
      throw faultIn(error, deadline)
    }
  }

  const huggingFace = async (upstream: SageMakerUpstream, request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const { route, model, isStream } = request
    const asked = parsed(joined(request.body), badBody)
    if (!isObject(asked)) throw badBody()
    const body = Buffer.from(JSON.stringify(toHuggingFace(route, asked)))
    const { Body, CustomAttributes } = await invoke(upstream, route, body, request)
    const answer = fromHuggingFace(parsed(Body ?? new Uint8Array(), garbage), {
      route,
      asked,
      model,
      created: Math.floor(Date.now() / 1000),
      id: randomUUID(),
      usage: usageIn(CustomAttributes),
    })
    return {
      status: 200,
      headers: { 'content-type': isStream ? EVENTS_TYPE : JSON_TYPE },
      body: Buffer.from(isStream ? asEvents(answer, route) : JSON.stringify(answer)),
    }
  }

  return (upstream, request) => {
    if (upstream.shape === 'huggingface') return huggingFace(upstream, request)
    return request.isStream ? streamed(upstream, request) : whole(upstream, request)
  }
}
