import { InputError } from '@breakeven/core'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createHandler } from './handler.ts'
import type { GatewayRequest } from './http.ts'
import { callersOf } from './keys.ts'
import { ask, AUTHORIZED, bytes, gatewayTo, KEY, keyHash, memoryLedger, textOf } from './testing/gateway.ts'
import { until } from './testing/upstream.ts'
import type { Senders, UpstreamAnswer } from './upstream.ts'

const upstream = { kind: 'url', url: 'http://upstream.test/v1', provider: 'openai' }
const answering = (answer: UpstreamAnswer): Senders => ({ url: async () => answer })
const JSON_HEADERS = { 'content-type': 'application/json' }
const events = (...values: readonly unknown[]): UpstreamAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  body: bytes([...values.map((value) => `data: ${JSON.stringify(value)}\n\n`), 'data: [DONE]\n\n'].join('')),
})
const get = (path: string, headers: Readonly<Record<string, string>> = AUTHORIZED, method = 'GET'): GatewayRequest => ({
  method,
  path,
  headers,
  body: bytes(''),
})
const USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
}

describe('the gateway', () => {
  it('passes an answer byte for byte and meters it', async () => {
    const body = ` {"id": "x", "choices": [{"message": {"content": "\\"usage\\": {\\"prompt_tokens\\": 99}"}}], "service_tier": "flex", "usage": ${JSON.stringify(USAGE)}}`
    const gateway = gatewayTo(upstream, {
      send: answering({
        status: 200,
        headers: { ...JSON_HEADERS, 'set-cookie': 'a=b', 'x-ratelimit-remaining-tokens': '9' },
        body: bytes(body),
      }),
    })
    const { status, headers, text } = await ask(gateway)
    const [entry] = gateway.entries
    expect({ status, text }).toEqual({ status: 200, text: body })
    expect(headers).toEqual({ ...JSON_HEADERS, 'x-ratelimit-remaining-tokens': '9', 'x-request-id': entry?.id })
    expect(entry).toMatchObject({
      status: 'ok',
      httpStatus: 200,
      task: 'generate',
      model: 'm',
      provider: 'openai',
      upstream: 'upstream.test',
      project: 'team',
      tier: 'flex',
      streamed: false,
      usage: { freshInput: 6, cacheRead: 4, output: 5 },
      reasoning: 2,
      answerBytes: body.length,
    })
    expect(entry!.at <= entry!.firstAt! && entry!.firstAt! <= entry!.endAt).toBe(true)
  })

  it('meters embeddings as such', async () => {
    const body =
      '{"object":"list","data":[{"embedding":[0.1,0.2]}],"model":"e","usage":{"prompt_tokens":8,"total_tokens":8}}'
    const gateway = gatewayTo(upstream, { send: answering({ status: 200, headers: JSON_HEADERS, body: bytes(body) }) })
    await ask(gateway, { model: 'm', input: 'x' }, '/v1/embeddings')
    expect(gateway.entries[0]).toMatchObject({ task: 'embed', usage: { freshInput: 8 } })
    expect(gateway.entries[0]?.usage).not.toHaveProperty('output')
  })

  it('shows the usage of a stream to whoever asked, and to nobody else', async () => {
    const usage = { choices: [], usage: USAGE }
    const word = { choices: [{ delta: { content: 'a' } }] }
    for (const asks of [true, false]) {
      const gateway = gatewayTo(upstream, { send: answering(events(word, usage)) })
      const { text } = await ask(gateway, {
        model: 'm',
        messages: [],
        stream: true,
        ...(asks ? { stream_options: { include_usage: true } } : {}),
      })
      expect(text).toBe(
        `data: ${JSON.stringify(word)}\n\n${asks ? `data: ${JSON.stringify(usage)}\n\n` : ''}data: [DONE]\n\n`,
      )
      expect(gateway.entries[0]).toMatchObject({
        status: 'ok',
        streamed: true,
        usage: { freshInput: 6, cacheRead: 4, output: 5 },
      })
    }
  })

  it('has the line before the answer ends, and does not wait for the disk', async () => {
    const config = readConfig({ models: { m: upstream }, keys: [keyHash(KEY)] })
    const lines: unknown[] = []
    const ledger = { append: (entry: unknown) => (lines.push(entry), new Promise<void>(() => {})) }
    const handler = createHandler(config, { ledger, clock: () => 0, send: answering(events({ choices: [] })) })
    const { text } = await ask({ handler, config, entries: [], faults: [] }, { model: 'm', messages: [], stream: true })
    expect(text.endsWith('[DONE]\n\n')).toBe(true)
    expect(lines).toHaveLength(1)
  })

  it('gives the client its answer where the ledger fails, and tells the operator', async () => {
    const faults: unknown[] = []
    const config = readConfig({ models: { m: upstream }, keys: [keyHash(KEY)] })
    const handler = createHandler(config, {
      ledger: { append: () => Promise.reject(new Error('disk full')) },
      clock: () => 0,
      send: answering({ status: 200, headers: JSON_HEADERS, body: bytes('{}') }),
      onFault: (error) => faults.push(error),
    })
    expect((await ask({ handler, config, entries: [], faults })).status).toBe(200)
    expect(faults.map(String)).toEqual(['Error: disk full'])
  })

  it('records a client that goes away, with what is known, and stops the model', async () => {
    let stopped = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (let n = 1; ; n++) {
          yield bytes(
            `data: ${JSON.stringify({ choices: [{}], usage: { prompt_tokens: 7, completion_tokens: n } })}\n\n`,
          )
          await new Promise(setImmediate)
        }
      } finally {
        stopped = true
      }
    }
    const send: Senders = {
      url: async () => ({
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: endless(),
      }),
    }
    const gateway = gatewayTo(upstream, { send })
    const answer = await gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ model: 'm', messages: [], stream: true }),
    })
    let pieces = 0
    for await (const _ of answer.body as AsyncIterable<Uint8Array>) if (++pieces === 3) break
    await until(() => gateway.entries.length > 0)
    expect(stopped).toBe(true)
    expect(gateway.entries).toHaveLength(1)
    expect(gateway.entries[0]).toMatchObject({ status: 'aborted', httpStatus: 200, usage: { freshInput: 7 } })
  })

  it('records a client that goes away before it reads anything', async () => {
    const gateway = gatewayTo(upstream, { send: answering(events({ choices: [] })) })
    const answer = await gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ model: 'm', messages: [], stream: true }),
    })
    await (answer.body as AsyncGenerator<Uint8Array>).return(undefined)
    expect(gateway.entries.map(({ status }) => status)).toEqual(['aborted'])
  })

  it('records a client that goes away before the upstream answers', async () => {
    const gone = new AbortController()
    const send: Senders = {
      url: (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        ),
    }
    const gateway = gatewayTo(upstream, { send })
    const answering499 = gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ model: 'm', messages: [] }),
      signal: gone.signal,
    })
    gone.abort()
    expect((await answering499).status).toBe(499)
    expect(gateway.entries[0]).toMatchObject({ status: 'aborted', httpStatus: 499, usage: {} })
  })

  it('answers 504 when its own time is up', async () => {
    const send: Senders = {
      url: (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        ),
    }
    const gateway = gatewayTo(upstream, { send })
    const answer = await gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ model: 'm', messages: [] }),
      signal: AbortSignal.timeout(10),
    })
    expect(answer.status).toBe(504)
    expect(gateway.entries[0]).toMatchObject({ status: 'error', httpStatus: 504, fault: 'gateway_timeout' })
  })

  it('takes no more calls than it may, and says when to come again', async () => {
    const waiting: ((answer: UpstreamAnswer) => void)[] = []
    const gateway = gatewayTo(upstream, {
      limits: { calls: 2 },
      send: { url: () => new Promise((resolve) => waiting.push(resolve)) },
    })
    const [one, two] = [ask(gateway), ask(gateway)]
    await until(() => waiting.length === 2)
    expect(await ask(gateway)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    for (const resolve of waiting) resolve({ status: 200, headers: JSON_HEADERS, body: bytes('{}') })
    expect([(await one).status, (await two).status]).toEqual([200, 200])
    const three = ask(gateway)
    await until(() => waiting.length === 3)
    waiting[2]?.({ status: 200, headers: JSON_HEADERS, body: bytes('{}') })
    expect((await three).status).toBe(200)
    expect(gateway.entries).toHaveLength(3)
  })

  it('hides what went wrong inside', async () => {
    const gateway = gatewayTo(upstream, { send: { url: () => Promise.reject(new TypeError('secret of the inside')) } })
    const { status, text } = await ask(gateway)
    expect(status).toBe(500)
    expect(text).not.toContain('secret')
    expect(gateway.faults.map(String)).toEqual(['TypeError: secret of the inside'])
    expect(gateway.entries[0]).toMatchObject({ status: 'error', fault: 'internal_error' })
  })

  it('refuses what it is not there for, without a line in the ledger', async () => {
    const gateway = gatewayTo(upstream, { limits: { bodyBytes: 100 } })
    const status = async (request: GatewayRequest): Promise<number> => (await gateway.handler(request)).status
    expect(await status(get('/healthz', {}))).toBe(200)
    expect(await status(get('/v1/models', {}))).toBe(401)
    expect(await status(get('/v1/models', { authorization: 'Bearer wrong' }))).toBe(401)
    expect(await status(get('/v1/chat/completions'))).toBe(405)
    expect(await status(get('/v1/files'))).toBe(404)
    expect(await status(get('/'))).toBe(404)
    expect(await status({ ...get('/v1/chat/completions', AUTHORIZED, 'POST'), body: bytes(' '.repeat(101)) })).toBe(413)
    expect(gateway.entries).toEqual([])
  })

  it('lists its models', async () => {
    const gateway = gatewayTo(upstream)
    expect(JSON.parse(await textOf(await gateway.handler(get('/v1/models'))))).toEqual({
      object: 'list',
      data: [{ id: 'm', object: 'model', created: 0, owned_by: 'breakeven' }],
    })
    expect((await gateway.handler(get('/v1/models/m'))).status).toBe(200)
    expect((await gateway.handler(get('/v1/models/other'))).status).toBe(404)
  })

  it('is not made for an upstream that it cannot reach', () => {
    const config = readConfig({ models: { m: upstream }, keys: [keyHash(KEY)] })
    expect(() => createHandler(config, { ledger: memoryLedger(), clock: () => 0, send: {} })).toThrow(InputError)
  })
})

describe('keys', () => {
  const callerOf = callersOf({ auth: 'keys', keys: [keyHash('one'), `two:${keyHash('second')}`] })

  it('name the project: as configured, or by the beginning of their hash', () => {
    expect(callerOf({ authorization: 'Bearer one' }, undefined)).toBe(keyHash('one').slice(0, 8))
    expect(callerOf({ authorization: 'bearer  second ' }, undefined)).toBe('two')
    expect(callerOf({ 'x-api-key': 'second' }, undefined)).toBe('two')
  })

  it('are refused where they are none of ours', () => {
    for (const headers of [
      {},
      { authorization: 'Basic b25l' },
      { authorization: 'Bearer onex' },
      { authorization: `Bearer ${keyHash('one')}` },
      { 'x-api-key': '' },
    ])
      expect(() => callerOf(headers, 'front')).toThrow(expect.objectContaining({ status: 401 }))
  })

  it('are not asked for where the front has asked', () => {
    expect(callersOf({ auth: 'front', keys: [] })({}, 'id-of-a-key')).toBe('id-of-a-key')
  })
})
