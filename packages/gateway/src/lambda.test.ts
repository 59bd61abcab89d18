import { createRequire } from 'node:module'
import { PassThrough, type Writable } from 'node:stream'
import { runInThisContext } from 'node:vm'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundleLambda } from './bundle.ts'
import { requestOf } from './lambda-event.ts'
import { EVENT_STREAM, part, sagemakerPlace } from './testing/sagemaker.ts'

let code = ''
beforeAll(async () => {
  code = await bundleLambda()
})

type Prelude = { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> }
type Handlers = {
  readonly handler: (event: object, stream: Writable, context: object) => Promise<void>
  readonly buffered: (event: object, context: object) => Promise<Prelude & { readonly body: string }>
}

/** Runs the bundle as Lambda does: a CommonJS file with one more global. */
const load = (config: object): { handlers: Handlers; prelude: () => Prelude | undefined; written: () => string } => {
  let written = ''
  let prelude: Prelude | undefined
  const stdout = { write: (text: string, done: () => void) => ((written += text), done()) }
  const exported = {}
  const run = runInThisContext(`(function (require, exports, process, awslambda) {${code}\n})`) as (
    ...args: unknown[]
  ) => void
  const awslambda = {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: { from: (stream: Writable, head: Prelude) => ((prelude = head), stream) },
  }
  const env = { BREAKEVEN_GATEWAY: JSON.stringify(config) }
  run(createRequire(import.meta.url), exported, { ...process, env, stdout, stderr: stdout }, awslambda)
  return { handlers: exported as Handlers, prelude: () => prelude, written: () => written }
}

const context = (milliseconds = 10_000): object => ({ getRemainingTimeInMillis: () => milliseconds })
const upstream = (endpointUrl: string): object => ({
  kind: 'sagemaker',
  endpoint: 'e',
  region: 'us-east-1',
  endpointUrl,
  shape: 'openai',
  task: 'generate',
})
const WORD = 'data: {"choices":[{"index":0,"delta":{"content":"é"}}]}\n\n'
const USAGE = { prompt_tokens: 10, completion_tokens: 5 }
const v1 = (body: object): object => ({
  httpMethod: 'POST',
  path: '/v1/chat/completions',
  headers: { 'Content-Type': 'application/json', 'X-Api-Key': 'a-key' },
  body: JSON.stringify(body),
  isBase64Encoded: false,
  requestContext: { stage: 'prod', identity: { apiKeyId: 'key-id', apiKey: 'a-key' } },
})
const v2 = (body: object): object => ({
  version: '2.0',
  rawPath: '/prod/v1/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)).toString('base64'),
  isBase64Encoded: true,
  requestContext: { stage: 'prod', http: { method: 'POST' }, authorizer: { jwt: { claims: { sub: 'a-user' } } } },
})
const CHAT = { model: 'm', messages: [{ role: 'user', content: 'a secret' }] }

const close: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const one of close.splice(0)) await one()
})

const serve = async (...args: Parameters<typeof sagemakerPlace>): Promise<ReturnType<typeof load>> => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-of-the-tests')
  const place = await sagemakerPlace(...args)
  close.push(place.close)
  return load({ models: { m: upstream(place.url) }, auth: 'front' })
}

describe('the bundle', () => {
  it('fits inline into a template, and leaves SDK and Node to the runtime', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(30_000)
    expect(
      [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name).toSorted((a, b) => (a! < b! ? -1 : 1)),
    ).toEqual(['@aws-sdk/client-sagemaker-runtime', 'node:crypto'])
    // Lambda would run a bare `import()`, but not everything that stands in for it.
    expect(code).not.toMatch(/\bimport\(/)
  })

  it('is the same each time', async () => {
    expect(await bundleLambda()).toBe(code)
  })

  it('streams to a REST API', async () => {
    const lambda = await serve((_, response) => {
      response.writeHead(200, EVENT_STREAM)
      response.write(part(WORD))
      response.write(part(`data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n`))
      response.end(part('data: [DONE]\n\n'))
    })
    const stream = new PassThrough()
    const reading = stream.setEncoding('utf8').toArray()
    await lambda.handlers.handler(v1({ ...CHAT, stream: true }), stream, context())
    expect((await reading).join('')).toBe(`${WORD}data: [DONE]\n\n`)
    expect(lambda.prelude()).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } })
    expect(lambda.written().endsWith('\n')).toBe(true)
    expect(JSON.parse(lambda.written())).toMatchObject({
      ledger: 'breakeven@1',
      status: 'ok',
      project: 'key-id',
      usage: { freshInput: 10, output: 5 },
    })
    expect(lambda.written()).not.toMatch(/secret|a-key/)
  })

  it('answers an HTTP API whole', async () => {
    const lambda = await serve(
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ choices: ['é'], usage: USAGE })),
    )
    const { statusCode, body } = await lambda.handlers.buffered(v2(CHAT), context())
    expect({ statusCode, body: JSON.parse(body) as unknown }).toEqual({
      statusCode: 200,
      body: { choices: ['é'], usage: USAGE },
    })
    expect(JSON.parse(lambda.written())).toMatchObject({ project: 'a-user' })
  })

  it('answers 504, and writes the line, before Lambda ends it', async () => {
    const lambda = await serve(() => {})
    expect(await lambda.handlers.buffered(v2(CHAT), context(600))).toMatchObject({ statusCode: 504 })
    expect(JSON.parse(lambda.written())).toMatchObject({ status: 'error', httpStatus: 504, fault: 'gateway_timeout' })
  })

  it('stops the endpoint when the client hangs up', async () => {
    let stopped = false
    const lambda = await serve((_, response) => {
      response.writeHead(200, EVENT_STREAM)
      const timer = setInterval(() => response.write(part(WORD)), 5)
      response.on('close', () => {
        stopped = true
        clearInterval(timer)
      })
    })
    const stream = new PassThrough()
    stream.once('data', () => stream.destroy())
    await lambda.handlers.handler(v1({ ...CHAT, stream: true }), stream, context())
    await vi.waitFor(() => expect(stopped).toBe(true))
    expect(JSON.parse(lambda.written())).toMatchObject({ status: 'aborted' })
  })

  it('is closed, not open, where its configuration says nothing of keys', async () => {
    const { handlers } = load({ models: { m: upstream('http://127.0.0.1:1') } })
    expect(await handlers.buffered(v2(CHAT), context())).toMatchObject({ statusCode: 401 })
    expect(await handlers.buffered({ ...v2(CHAT), headers: { authorization: 'Bearer x' } }, context())).toMatchObject({
      statusCode: 401,
    })
  })
})

describe('an event', () => {
  const { signal } = new AbortController()

  it('gives one request, whichever form it has', () => {
    const both = [v1({ a: 1 }), v2({ a: 1 })].map((event) => requestOf(event, signal))
    expect(
      both.map(({ method, path, caller, body }) => ({ method, path, caller, body: Buffer.from(body).toString() })),
    ).toEqual([
      { method: 'POST', path: '/v1/chat/completions', caller: 'key-id', body: '{"a":1}' },
      { method: 'POST', path: '/v1/chat/completions', caller: 'a-user', body: '{"a":1}' },
    ])
    expect(both[0]?.headers).toHaveProperty('x-api-key')
  })

  it('without a body, headers or context is a request all the same', () => {
    expect(requestOf({ version: '2.0', rawPath: '/healthz' }, signal)).toMatchObject({
      method: 'GET',
      path: '/healthz',
      headers: {},
    })
    expect(requestOf({ path: '/prod', headers: null, body: null }, signal)).toMatchObject({ path: '/prod' })
  })

  it.each([
    [{ authorizer: { jwt: { claims: { client_id: 'app', sub: 'x' } } } }, 'app'],
    [{ authorizer: { iam: { userId: 'AIDA', accessKey: 'AKIA' } } }, 'AIDA'],
    [{ authorizer: { claims: { sub: 'pool-user' } }, identity: {} }, 'pool-user'],
    [{ authorizer: { principalId: 'p' } }, 'p'],
    [{ authorizer: 'x', identity: 1 }, undefined],
  ])('of %j is from %s', (requestContext, caller) => {
    expect(requestOf({ requestContext }, signal).caller).toBe(caller)
  })
})
