import { createHash } from 'node:crypto'
import type { GatewayRequest, Handler, LedgerEntry } from '@breakeven/gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { models, replica } from '../../core/src/fixtures/hardware.ts'
import { bytesOf, json, textOf, utf8 } from './answer.ts'
import { classifierOf, EXAMPLE_TOPICS } from './encoder/classifier.ts'
import { encoderContainer } from './encoder/container.ts'
import { loadEmbedder } from './encoder/embedder.ts'
import { listen } from './listen.ts'
import { type LocalPath, type LocalPathSettings, serveLocalPath } from './local-path.ts'
import { OpenAI } from './testing/openai.ts'
import { twinContainer } from './twin/container.ts'
import { type Twin, twinOf } from './twin/twin.ts'
import { urlContainer } from './url-container.ts'

const KEY = 'local-test-key'
const keys = [{ id: 'team', sha256: createHash('sha256').update(KEY).digest('hex') }]
const calls: LedgerEntry[] = []
const logs: string[] = []
let twin: Twin
let rest: LocalPath
let http: LocalPath
let restClient: OpenAI
let httpClient: OpenAI

const last = async (before: number): Promise<LedgerEntry | undefined> => {
  await expect.poll(() => calls.length, { timeout: 10_000 }).toBeGreaterThan(before)
  return calls.at(-1)
}

beforeAll(async () => {
  twin = twinOf(replica({ model: models.llama31_8b }))
  const embedder = await loadEmbedder()
  const classify = await classifierOf(embedder, EXAMPLE_TOPICS)
  const settings: Omit<LocalPathSettings, 'front'> = {
    models: {
      'llama-3.1-8b': { container: twinContainer(twin, 8), shape: 'openai', task: 'generate' },
      sentences: {
        container: encoderContainer(embedder, 'sentence-embeddings', classify),
        shape: 'huggingface',
        task: 'embed',
      },
      topics: {
        container: encoderContainer(embedder, 'text-classification', classify),
        shape: 'huggingface',
        task: 'classify',
      },
      failing: {
        container: () => Promise.resolve(json(500, { error: 'CUDA out of memory' })),
        shape: 'openai',
        task: 'generate',
      },
      breaking: {
        container: () =>
          Promise.resolve({
            status: 200,
            headers: { 'content-type': 'text/event-stream' },
            body: (async function* broken() {
              yield utf8('data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n')
              await Promise.reject(new Error('reset'))
            })(),
          }),
        shape: 'openai',
        task: 'generate',
      },
    },
    keys,
    onCall: (entry) => calls.push(entry),
    onLog: (line) => logs.push(line),
  }
  rest = await serveLocalPath({ ...settings, front: 'rest' })
  http = await serveLocalPath({ ...settings, front: 'http' })
  const options = { maxRetries: 0 }
  restClient = new OpenAI({
    ...options,
    baseURL: `${rest.url}/v1`,
    apiKey: 'unused',
    defaultHeaders: { 'x-api-key': KEY },
  })
  httpClient = new OpenAI({ ...options, baseURL: `${http.url}/v1`, apiKey: KEY })
})
afterAll(async () => {
  twin.stop()
  await Promise.all([rest.close(0), http.close(0)])
})

const messages = [{ role: 'user', content: 'How long does this take?' }] as const
const chat = { model: 'llama-3.1-8b', messages: [...messages] }
// 6 tokens of text, 4 around the message, 3 before the answer, as the twin counts.
const usage = { freshInput: 13, output: 8 }

describe.each(['rest', 'http'] as const)("OpenAI's own client over the %s path", (front) => {
  const client = (): OpenAI => (front === 'rest' ? restClient : httpClient)
  const project = 'team'

  test('chats', async () => {
    const before = calls.length
    const answer = await client().chat.completions.create(chat)
    expect(answer.choices[0]?.message.content).toBe('only the time that this answer takes is')
    expect(answer.usage).toMatchObject({ prompt_tokens: 13, completion_tokens: 8, total_tokens: 21 })
    expect(await last(before)).toMatchObject({ model: 'llama-3.1-8b', status: 'ok', httpStatus: 200, usage, project })
  })

  test('streams; the usage is metered, and given to who asks for it', async () => {
    const before = calls.length
    const pieces: string[] = []
    for await (const { choices } of await client().chat.completions.create({ ...chat, stream: true })) {
      // A chunk without choices would be the usage that nobody asked for.
      expect(choices).toHaveLength(1)
      pieces.push(choices[0]?.delta.content ?? '')
    }
    expect(pieces.join('')).toBe('only the time that this answer takes is')
    expect(await last(before)).toMatchObject({ streamed: true, status: 'ok', usage })
    const stream = await client().chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 13, completion_tokens: 8 } })
  })

  test('embeds, by the real model', async () => {
    const before = calls.length
    const input = ['where is my refund', 'give me my money back', 'a jacket in blue']
    const { data, usage: read } = await client().embeddings.create({ model: 'sentences', input })
    const [refund, money, jacket] = data.map(({ embedding }) => embedding)
    const cosine = (one: number[] = [], other: number[] = []): number =>
      one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
    expect(refund).toHaveLength(512)
    expect(cosine(refund, refund)).toBeCloseTo(1, 4)
    expect(cosine(refund, money)).toBeGreaterThan(cosine(refund, jacket))
    expect(read.prompt_tokens).toBeGreaterThan(8)
    expect(await last(before)).toMatchObject({ task: 'embed', usage: { freshInput: read.prompt_tokens } })
  })

  test('is told what is wrong, in its own kinds of error', async () => {
    const create = (model: string, more = {}): Promise<unknown> =>
      client().chat.completions.create({ ...chat, model, ...more })
    await expect(create('gpt-99')).rejects.toThrow(OpenAI.NotFoundError)
    await expect(create('llama-3.1-8b', { max_tokens: 0 })).rejects.toThrow(OpenAI.BadRequestError)
    await expect(create('failing')).rejects.toMatchObject({ status: 424 })
    expect(calls.at(-1)).toMatchObject({ model: 'failing', status: 'error', httpStatus: 424 })
  })

  test('lists models', async () => {
    const { data } = await client().models.list()
    expect(data.map(({ id }) => id)).toContain('llama-3.1-8b')
  })
})

test('a stream that the model breaks off ends in an error, and is recorded so', async () => {
  const before = calls.length
  const stream = await restClient.chat.completions.create({ ...chat, model: 'breaking', stream: true })
  const pieces: unknown[] = []
  await expect(
    (async () => {
      for await (const { choices } of stream) pieces.push(choices[0]?.delta.content)
    })(),
  ).rejects.toThrow('The model broke off.')
  expect(pieces).toEqual(['half'])
  expect(await last(before)).toMatchObject({ model: 'breaking', status: 'error' })
})

test('who goes away while a stream runs is paid for to its end, as on AWS', async () => {
  const before = calls.length
  const stream = await restClient.chat.completions.create({ ...chat, stream: true })
  for await (const _ of stream) stream.controller.abort()
  expect(await last(before)).toMatchObject({ status: 'ok', usage })
})

test('classifies', async () => {
  const before = calls.length
  const answer = await fetch(`${rest.url}/v1/classify`, {
    method: 'POST',
    headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'topics', input: ['give me my money back', 'I forgot my password'] }),
  })
  expect(await answer.json()).toMatchObject({ data: [{ label: 'refund' }, { label: 'account' }] })
  expect(await last(before)).toMatchObject({ task: 'classify', usage: { freshInput: expect.any(Number) } })
})

test('keys are asked for, and neither they nor texts are in any line', async () => {
  for (const { url } of [rest, http]) {
    const refused = await fetch(`${url}/v1/models`, {
      headers: { 'x-api-key': 'wrong', authorization: 'Bearer wrong' },
    })
    expect([401, 403]).toContain(refused.status)
  }
  const written = JSON.stringify([calls, logs])
  for (const secret of [KEY, keys[0]?.sha256 ?? '', 'How long', 'only the time', 'money back'])
    expect(written).not.toContain(secret)
})

// How fast it starts is measured in bench/gateway.bench.ts: a busy machine says nothing of it.
test('the bundle is small, and each start of it is counted', () => {
  expect(rest.bundleBytes).toBeLessThan(30_720)
  expect(rest.coldStarts().length).toBeGreaterThan(0)
  expect(rest.coldStarts().every((seconds) => seconds > 0)).toBe(true)
})

test('after scaling to zero: 503 until capacity is there, which the first call starts', async () => {
  const ready = {
    container: () => Promise.resolve(json(200, [{ label: 'a', score: 1 }])),
    shape: 'huggingface',
    task: 'classify',
  } as const
  const path = await serveLocalPath({
    models: { ready },
    front: 'rest',
    keys,
    capacityAfterSeconds: 0.3,
    onCall: () => {},
  })
  const ask = (): Promise<Response> =>
    fetch(`${path.url}/v1/classify`, {
      method: 'POST',
      headers: { 'x-api-key': KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'ready', input: 'x' }),
    })
  const first = await ask()
  expect([first.status, Number(first.headers.get('retry-after'))]).toEqual([503, 30])
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200)
  await path.close(0)
})

test('a model server by its URL, behind an endpoint', async () => {
  const seen: GatewayRequest[] = []
  const server: Handler = (request) => {
    seen.push(request)
    return Promise.resolve(json(200, { path: request.path }))
  }
  const served = await listen(server)
  const container = urlContainer(`${served.url}/v1/`, 'secret')
  const ask = async (path: string, value: unknown): Promise<unknown> => {
    const { status, body } = await container({ method: 'POST', path, headers: {}, body: utf8(JSON.stringify(value)) })
    return [status, JSON.parse(textOf(await bytesOf(body)))]
  }
  expect(await ask('/invocations', { messages })).toEqual([200, { path: '/v1/chat/completions' }])
  expect(await ask('/invocations', { input: 'x' })).toEqual([200, { path: '/v1/embeddings' }])
  expect(await ask('/invocations', { prompt: 'x' })).toEqual([200, { path: '/v1/completions' }])
  expect(await ask('/v1/completions', { prompt: 'x' })).toEqual([200, { path: '/v1/completions' }])
  expect(seen[0]?.headers['authorization']).toBe('Bearer secret')
  await served.close(0)
  expect(await ask('/invocations', { prompt: 'x' })).toMatchObject([502, { error: { type: 'server_error' } }])
})
