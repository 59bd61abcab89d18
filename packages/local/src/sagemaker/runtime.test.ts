import type { GatewayRequest, Handler } from '@breakeven/gateway'
import { runtimeSdk, type Served } from '@breakeven/gateway/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, textOf, utf8 } from '../answer.ts'
import { listen } from '../listen.ts'
import { type Endpoint, RUNTIME_LIMITS, sagemakerRuntime } from './runtime.ts'

type Sdk = Awaited<ReturnType<typeof runtimeSdk>>

const PIECES = ['data: {"n":1}\n\n', 'data: {"n":2}\n\n', 'data: [DONE]\n\n']
const STREAM = { 'content-type': 'text/event-stream' }
const seen: GatewayRequest[] = []
let stopped = 0
let capacity = true

async function* slowly(until: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const piece of PIECES.slice(0, until)) {
    yield utf8(piece)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (signal?.aborted === true) stopped++
  }
  if (until < PIECES.length) throw new Error('broken')
}

const echo: Handler = (request) => {
  seen.push(request)
  return Promise.resolve(json(200, { path: request.path, bytes: request.body.length }))
}
const streams: Handler = ({ signal }) =>
  Promise.resolve({ status: 200, headers: STREAM, body: slowly(PIECES.length, signal) })
const breaks: Handler = () => Promise.resolve({ status: 200, headers: STREAM, body: slowly(1) })
const refuses: Handler = () => Promise.resolve(json(422, { detail: 'inputs is missing' }))
const hangs: Handler = ({ signal }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped'))))

const limits = { ...RUNTIME_LIMITS, responseSeconds: 0.2, bodyBytes: 100_000 }
let served: Served
let sdk: Sdk
let client: InstanceType<Sdk['SageMakerRuntimeClient']>
beforeAll(async () => {
  const endpoints = { echo, streams, breaks, refuses, hangs }
  const map = new Map<string, Endpoint>(Object.entries(endpoints).map(([name, container]) => [name, { container }]))
  map.set('parts', { container: echo, components: ['bert'], ready: () => capacity })
  served = await listen(sagemakerRuntime(map, limits))
  sdk = await runtimeSdk()
  client = new sdk.SageMakerRuntimeClient({
    endpoint: served.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
})
afterAll(async () => {
  client.destroy()
  await served.close()
})

const body = utf8('{"inputs":"hello"}')
const invoke = (EndpointName: string, more: object = {}): Promise<unknown> =>
  client
    .send(new sdk.InvokeEndpointCommand({ EndpointName, Body: body, ContentType: 'application/json', ...more }))
    .then(
      (answer) => ({ ...answer, Body: textOf(answer.Body) }),
      (error: unknown) => error,
    )

describe('the real client', () => {
  test('invokes, and the container sees no credential', async () => {
    expect(await invoke('echo', { CustomAttributes: 'trace=1' })).toMatchObject({
      Body: `{"path":"/invocations","bytes":${body.length}}`,
      ContentType: 'application/json',
      InvokedProductionVariant: 'AllTraffic',
    })
    const { headers } = seen.at(-1) ?? { headers: {} }
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-amzn-sagemaker-custom-attributes': 'trace=1',
    })
    expect(Object.keys(headers).join()).not.toMatch(/authorization|x-amz-|token/)
  })

  test('knows errors by their type', async () => {
    expect(await invoke('refuses')).toMatchObject({
      name: 'ModelError',
      $metadata: { httpStatusCode: 424 },
      OriginalStatusCode: 422,
      OriginalMessage: '{"detail":"inputs is missing"}',
      LogStreamArn: expect.stringContaining('/aws/sagemaker/Endpoints/refuses'),
    })
    expect(await invoke('hangs')).toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 })
    expect(await invoke('none')).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('not found'),
    })
    expect(await invoke('breaks')).toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 })
  })

  test.each([
    [99_999, 'ok'],
    [100_000, 'ok'],
    [100_001, 'ValidationError'],
  ])('a body of %i bytes: %s', async (bytes, outcome) => {
    expect(await invoke('echo', { Body: new Uint8Array(bytes) })).toMatchObject(
      outcome === 'ok' ? { Body: `{"path":"/invocations","bytes":${bytes}}` } : { name: outcome },
    )
  })

  test('names the inference component, and is told while there is no capacity', async () => {
    const named = { InferenceComponentName: 'bert' }
    expect(await invoke('parts')).toMatchObject({ name: 'ValidationError' })
    expect(await invoke('parts', { InferenceComponentName: 'other' })).toMatchObject({ name: 'ValidationError' })
    expect(await invoke('parts', named)).toMatchObject({ ContentType: 'application/json' })
    capacity = false
    expect(await invoke('parts', named)).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('has no capacity to process this request'),
    })
  })

  const stream = (EndpointName: string, signal?: AbortSignal) =>
    client.send(
      new sdk.InvokeEndpointWithResponseStreamCommand({ EndpointName, Body: body, ContentType: 'application/json' }),
      signal === undefined ? {} : { abortSignal: signal },
    )

  test('streams, piece by piece', async () => {
    const answer = await stream('streams')
    expect(answer.ContentType).toBe('text/event-stream')
    const pieces: string[] = []
    for await (const { PayloadPart } of answer.Body ?? []) pieces.push(textOf(PayloadPart?.Bytes ?? new Uint8Array()))
    expect(pieces).toEqual(PIECES)
  })

  test('hears of a stream that breaks, after what came before', async () => {
    const pieces: string[] = []
    const read = async (): Promise<void> => {
      for await (const { PayloadPart } of (await stream('breaks')).Body ?? [])
        pieces.push(textOf(PayloadPart?.Bytes ?? new Uint8Array()))
    }
    await expect(read()).rejects.toMatchObject({ name: 'ModelStreamError', ErrorCode: 'StreamBroken' })
    expect(pieces).toEqual(PIECES.slice(0, 1))
  })

  test('an error before the stream is no stream', async () => {
    await expect(stream('refuses')).rejects.toMatchObject({ name: 'ModelError', OriginalStatusCode: 422 })
  })

  test('a client that stops reading stops the container', async () => {
    const stop = new AbortController()
    const answer = await stream('streams', stop.signal)
    const read = async (): Promise<void> => {
      for await (const _ of answer.Body ?? []) stop.abort()
    }
    await expect(read()).rejects.toThrow(/abort/i)
    await expect.poll(() => stopped, { timeout: 10_000 }).toBeGreaterThan(0)
  })
})

describe('over plain HTTP', () => {
  const post = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${served.url}${path}`, { method: 'POST', headers, body })
  const type = (response: Response): unknown => [response.status, response.headers.get('x-amzn-errortype')]

  test("OpenAI's path needs a bearer token or a signature, and passes the container's answer on", async () => {
    const path = '/endpoints/echo/openai/v1/chat/completions'
    expect(type(await post(path))).toEqual([403, 'MissingAuthenticationTokenException'])
    const answer = await post(path, { authorization: 'Bearer token' })
    expect(await answer.json()).toEqual({ path: '/v1/chat/completions', bytes: body.length })
    expect(
      await (await post('/endpoints/streams/openai/v1/chat/completions', { authorization: 'Bearer t' })).text(),
    ).toBe(PIECES.join(''))
  })

  test.each([
    ['no signature', {}, 'MissingAuthenticationTokenException'],
    ['another scheme', { authorization: 'Basic eDp5' }, 'IncompleteSignatureException'],
    ['a bearer token', { authorization: 'Bearer token' }, 'IncompleteSignatureException'],
  ])('%s is refused', async (_name, headers, error) => {
    expect(type(await post('/endpoints/echo/invocations', headers))).toEqual([403, error])
  })

  const scope = 'Credential=AKIA/20261124/us-east-1'
  const end = `SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`
  test.each([
    ['as it should be', `${scope}/sagemaker/aws4_request, ${end}`, [200, null]],
    ['of another service', `${scope}/s3/aws4_request, ${end}`, [403, 'InvalidSignatureException']],
    [
      'without the host',
      `${scope}/sagemaker/aws4_request, ${end.replace('host;', '')}`,
      [403, 'InvalidSignatureException'],
    ],
    [
      'of another day',
      `${scope.replace('24/', '23/')}/sagemaker/aws4_request, ${end}`,
      [403, 'IncompleteSignatureException'],
    ],
  ])('a signature %s', async (_name, signature, expected) => {
    const headers = { authorization: `AWS4-HMAC-SHA256 ${signature}`, 'x-amz-date': '20261124T120000Z' }
    expect(type(await post('/endpoints/echo/invocations', headers))).toEqual(expected)
  })

  test('async invocations are refused', async () => {
    const authorization = `AWS4-HMAC-SHA256 ${scope}/sagemaker/aws4_request, ${end}`
    const headers = { authorization, 'x-amz-date': '20261124T120000Z' }
    expect(type(await post('/endpoints/echo/async-invocations', headers))).toEqual([400, 'ValidationError'])
  })

  test('what is no operation is said to be none', async () => {
    expect((await post('/')).status).toBe(404)
    expect((await fetch(`${served.url}/ping`)).status).toBe(200)
  })
})
