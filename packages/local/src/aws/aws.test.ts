import { createHash } from 'node:crypto'
import type { GatewayRequest, GatewayResponse } from '@breakeven/gateway'
import { describe, expect, test } from 'vitest'
import { bytesOf, piecesOf, textOf, utf8 } from '../answer.ts'
import { apiGateway, type ApiSettings } from './api-gateway.ts'
import { lambdaFunction, type LambdaFunction, type LambdaSettings } from './lambda.ts'
import { tokenBucket } from './token-bucket.ts'

const request = (more: Partial<GatewayRequest> = {}): GatewayRequest => ({
  method: 'POST',
  path: '/v1/chat/completions',
  headers: { 'content-type': 'application/json', 'user-agent': 'test' },
  body: utf8('{"text":"é"}'),
  ...more,
})
const read = async ({ status, headers, body }: GatewayResponse): Promise<unknown[]> => [
  status,
  textOf(await bytesOf(body)),
  headers['x-amzn-errortype'],
]

/** How long a loaded machine may take. */
const PATIENT = { timeout: 10_000 }
const logs: string[] = []
const functionOf = (code: string, more: Partial<LambdaSettings> = {}): LambdaFunction =>
  lambdaFunction(code, { env: { GREETING: 'hello' }, onLog: (line) => logs.push(line), ...more })

const streaming = (body: string): string => `
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`
const answering = `const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'Content-Type': 'text/event-stream' } })`

const echo = `exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) })`
const api = (code: string, more: Partial<ApiSettings> = {}, settings: Partial<LambdaSettings> = {}) =>
  apiGateway({ kind: 'rest-stream', lambda: functionOf(code, settings), ...more })

describe('an API that streams', () => {
  test('metadata first, then pieces as the function writes them', async () => {
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const code = `${answering}; out.write('a'); await require('gate'); out.write('b'); out.end('c')`
    const answer = await api(streaming(code), {}, { modules: { gate } })(request())
    expect(answer).toMatchObject({ status: 201, headers: { 'content-type': 'text/event-stream' } })
    const pieces = piecesOf(answer.body)
    // The first piece is here while the function still waits.
    expect(textOf((await pieces.next()).value ?? new Uint8Array())).toBe('a')
    open()
    let rest = ''
    for await (const piece of pieces) rest += textOf(piece)
    expect(rest).toBe('bc')
  })

  test('a body in one piece with its metadata, and one of nothing', async () => {
    expect(await read(await api(streaming(`${answering}; out.end('never framed')`))(request()))).toEqual([
      502,
      '{"message":"Internal server error"}',
      'InternalServerErrorException',
    ])
    expect(await read(await api(streaming(`${answering}; out.write(''); out.end()`))(request()))).toEqual([
      201,
      '',
      undefined,
    ])
  })

  test.each([
    ['a function that does not stream', echo],
    ['one that throws', streaming(`throw new Error('oops')`)],
    ['metadata that are none', streaming(`stream.write('{}' + '\\0'.repeat(8) + 'body'); stream.end()`)],
    ['no metadata', streaming(`stream.write('plain text'); stream.end()`)],
    [
      'one that throws within its metadata',
      streaming(`stream.write('{"statusCode":'); await sleep(5); throw new Error('oops')`),
    ],
    ['metadata without end', streaming(`for (let i = 0; i < 20; i++) stream.write('x'.repeat(10000)); stream.end()`)],
    ['code that does not start', 'throw new Error("no")'],
    ['code without a handler', 'exports.other = () => {}'],
    ['a module that is not there', `require('left-pad')`],
  ])('%s: 502', async (_name, code) => {
    expect((await read(await api(code)(request())))[0]).toBe(502)
  })

  test('a function that breaks off breaks the answer off', async () => {
    const answer = await api(streaming(`${answering}; out.write('a'); await sleep(5); throw new Error('oops')`))(
      request(),
    )
    const pieces: string[] = []
    await expect(
      (async () => {
        for await (const piece of piecesOf(answer.body)) pieces.push(textOf(piece))
      })(),
    ).rejects.toThrow('oops')
    expect(pieces).toEqual(['a'])
  })

  test('who stops reading is not told to the function, which runs to its end', async () => {
    const lambda = functionOf(
      streaming(
        `${answering}; for (let i = 0; i < 40; i++) { if (!out.write('x'.repeat(10000))) await new Promise((go) => out.once('drain', go)) } out.end(); console.log('whole')`,
      ),
    )
    const answer = await apiGateway({ kind: 'rest-stream', lambda })(request())
    for await (const _ of piecesOf(answer.body)) break
    await expect.poll(() => logs, PATIENT).toContain('whole')
  })

  test('too late to begin, too long between two pieces', async () => {
    const slow = api(streaming(`await sleep(200); ${answering}; out.write('a'); out.end()`), {
      limits: { answerSeconds: 0.05 },
    })
    expect(await read(await slow(request()))).toEqual([504, '{"message":"Endpoint request timed out"}', undefined])
    const stalls = api(streaming(`${answering}; out.write('a'); await sleep(200); out.end()`), {
      limits: { idleSeconds: 0.05 },
    })
    const answer = await stalls(request())
    await expect(bytesOf(answer.body)).rejects.toThrow('nothing for too long')
  })
})

describe('events', () => {
  const eventOf = async (
    kind: 'rest' | 'http',
    asked: GatewayRequest,
    more: Partial<ApiSettings> = {},
  ): Promise<unknown> => JSON.parse(String((await read(await api(echo, { kind, ...more })(asked)))[1]))

  test('of a REST API', async () => {
    expect(await eventOf('rest', request())).toMatchObject({
      resource: '/{proxy+}',
      path: '/v1/chat/completions',
      httpMethod: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'test' },
      multiValueHeaders: { 'Content-Type': ['application/json'] },
      pathParameters: { proxy: 'v1/chat/completions' },
      requestContext: { stage: 'prod', path: '/prod/v1/chat/completions', identity: { userAgent: 'test' } },
      body: '{"text":"é"}',
      isBase64Encoded: false,
    })
  })

  test('of an HTTP API; what is no text comes in base64', async () => {
    expect(await eventOf('http', request())).toMatchObject({
      version: '2.0',
      rawPath: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      requestContext: { http: { method: 'POST', path: '/v1/chat/completions' }, stage: '$default' },
      body: '{"text":"é"}',
      isBase64Encoded: false,
    })
    const binary = request({ headers: { 'content-type': 'application/octet-stream' }, body: Uint8Array.of(0, 255) })
    expect(await eventOf('http', binary)).toMatchObject({ body: 'AP8=', isBase64Encoded: true })
  })

  test('a key is asked for, its id is handed on, and the key never', async () => {
    const keys = [
      { id: 'first', sha256: createHash('sha256').update('one').digest('hex') },
      { id: 'second', sha256: createHash('sha256').update('two').digest('hex') },
    ]
    const forbidden = [403, '{"message":"Forbidden"}', 'ForbiddenException']
    const front = api(echo, { kind: 'rest', keys })
    expect(await read(await front(request()))).toEqual(forbidden)
    expect(await read(await front(request({ headers: { 'x-api-key': 'three' } })))).toEqual(forbidden)
    expect(await read(await front(request({ headers: { authorization: 'Bearer two' } })))).toEqual(forbidden)
    const seen = await eventOf('rest', request({ headers: { 'x-api-key': 'two' } }), { keys })
    expect(seen).toMatchObject({ requestContext: { identity: { apiKeyId: 'second', apiKey: '(hidden)' } } })
  })
})

describe('limits', () => {
  const filled = `exports.handler = async ({ body }) => ({ statusCode: 200, body: String(body.length) })`

  test.each([
    [1000, 200, '1000'],
    [1001, 413, '{"message":"Request Too Long"}'],
  ])('a body of %i bytes, where 1,000 are allowed: %i', async (bytes, status, text) => {
    const front = api(filled, { kind: 'rest', limits: { bodyBytes: 1000 } })
    expect((await read(await front(request({ body: utf8('x'.repeat(bytes)) })))).slice(0, 2)).toEqual([status, text])
  })

  test('a body that the API takes and the function cannot', async () => {
    const answer = await api(filled, { kind: 'http' })(request({ body: utf8('x'.repeat(7_000_000)) }))
    expect((await read(answer)).slice(0, 2)).toEqual([413, '{"message":"Request Entity Too Large"}'])
  })

  test('29 seconds, here less, and the function runs on', async () => {
    const lambda = functionOf(
      `exports.handler = async () => { await new Promise((go) => setTimeout(go, 100)); console.log('late'); return { statusCode: 200, body: '' } }`,
    )
    const front = apiGateway({ kind: 'http', lambda, limits: { answerSeconds: 0.03 } })
    expect(await read(await front(request()))).toEqual([504, '{"message":"Gateway Timeout"}', undefined])
    await expect.poll(() => logs, PATIENT).toContain('late')
  })

  test('three at once, then one a second, for each key by itself', async () => {
    let time = 0
    const keys = ['one', 'two'].map((key) => ({ id: key, sha256: createHash('sha256').update(key).digest('hex') }))
    const throttle = { requestsPerSecond: 0.5, burst: 3 }
    const front = api(echo, { kind: 'rest', keys, throttle, now: () => time })
    const ask = async (key: string): Promise<readonly [number, string | undefined]> => {
      const { status, headers } = await front(request({ headers: { 'x-api-key': key } }))
      return [status, headers['retry-after']]
    }
    const answers = []
    for (let index = 0; index < 5; index++) answers.push(await ask('one'))
    expect(answers.map(([status]) => status)).toEqual([200, 200, 200, 429, 429])
    expect(answers[3]).toEqual([429, '2'])
    expect(await ask('two')).toEqual([200, undefined])
    time = 1.9
    expect(await ask('one')).toEqual([429, '1'])
    time = 2
    expect(await ask('one')).toEqual([200, undefined])
    expect(await ask('one')).toEqual([429, '2'])
  })
})

test('a bucket is never fuller than full', () => {
  const bucket = tokenBucket({ requestsPerSecond: 10, burst: 2 })
  expect([bucket(0), bucket(100), bucket(100)]).toEqual([0, 0, 0])
  expect(bucket(100)).toBeCloseTo(0.1, 9)
})

describe('a function', () => {
  test('has its own environment, output and console', async () => {
    const code = `exports.handler = async () => { process.stdout.write('to stdout\\npart'); console.log('ed', { a: 1 }); return [process.env.GREETING, process.env.HOME, process.env._HANDLER, require('node:process').env.GREETING, typeof fetch] }`
    expect(await functionOf(code).invoke({})).toEqual({
      kind: 'payload',
      value: ['hello', null, 'index.handler', 'hello', 'function'],
    })
    expect(logs.slice(-2)).toEqual(['to stdout', 'parted {"a":1}'])
    expect(process.env['GREETING']).toBeUndefined()
  })

  test('keeps what it remembers between calls; calls at once have an environment each', async () => {
    const lambda = functionOf(
      `let calls = 0; exports.handler = async () => { await new Promise((go) => setTimeout(go, 20)); return ++calls }`,
    )
    const payloads = async (many: number): Promise<unknown[]> =>
      Promise.all(Array.from({ length: many }, async () => (await lambda.invoke({})) as { value?: unknown })).then(
        (all) => all.map(({ value }) => value),
      )
    expect(await payloads(1)).toEqual([1])
    expect(await payloads(1)).toEqual([2])
    expect(new Set(await payloads(2))).toEqual(new Set([1, 3]))
    expect(lambda.coldStarts()).toHaveLength(2)
  })

  test('is given the modules of the runtime, and by another name', async () => {
    const code = `exports.buffered = async () => require('@aws-sdk/client').name`
    expect(
      await functionOf(code, { handler: 'buffered', modules: { '@aws-sdk/client': { name: 'sdk' } } }).invoke({}),
    ).toEqual({
      kind: 'payload',
      value: 'sdk',
    })
  })

  test('that takes too long is ended, and its environment not used again', async () => {
    const lambda = functionOf(
      `let calls = 0; exports.handler = async ({ ms }, context) => { calls++; await new Promise((go) => setTimeout(go, ms)); return [calls, context.getRemainingTimeInMillis() > 0] }`,
      { timeoutSeconds: 0.1 },
    )
    expect(await lambda.invoke({ ms: 0 })).toEqual({ kind: 'payload', value: [1, true] })
    expect(await lambda.invoke({ ms: 500 })).toMatchObject({ kind: 'failed', type: 'Sandbox.Timedout' })
    expect(await lambda.invoke({ ms: 0 })).toEqual({ kind: 'payload', value: [1, true] })
  })

  test('that streams too long is cut off', async () => {
    const code = streaming(`${answering}; out.write('a'); await sleep(300); out.end()`)
    const answer = await api(code, {}, { timeoutSeconds: 0.1 })(request())
    await expect(bytesOf(answer.body)).rejects.toThrow('Task timed out')
  })

  test('of which too many run is throttled', async () => {
    const lambda = functionOf(`exports.handler = async () => new Promise((go) => setTimeout(go, 30))`, {
      concurrency: 1,
    })
    const [first, second] = await Promise.all([lambda.invoke({}), lambda.invoke({})])
    expect([first?.kind, second]).toEqual(['payload', expect.objectContaining({ type: 'TooManyRequestsException' })])
  })

  test('that streams to one who waits for the whole gives the whole', async () => {
    expect(await functionOf(streaming(`stream.write('{"statusCode":'); stream.end('204}')`)).invoke({})).toEqual({
      kind: 'payload',
      value: { statusCode: 204 },
    })
    // Metadata and NUL bytes are in the payload then: no answer of a proxy.
    const framed = api(streaming(`${answering}; out.write('a'); out.end()`), { kind: 'rest' })
    expect((await read(await framed(request())))[0]).toBe(502)
    const big = streaming(
      `for (let i = 0; i < 7; i++) if (!stream.write('x'.repeat(1e6))) await new Promise((go) => stream.once('drain', go)); stream.end()`,
    )
    expect(await functionOf(big).invoke({})).toMatchObject({ type: 'Function.ResponseSizeTooLarge' })
  })
})
