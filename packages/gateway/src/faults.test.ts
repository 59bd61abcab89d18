import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { LedgerEntry } from './ledger.ts'
import { ask, AUTHORIZED, bytes, gatewayTo } from './testing/gateway.ts'
import { deadPlace, httpPlace, type Place, socketPlace, until, wait } from './testing/upstream.ts'

let place: Place | undefined
afterEach(async () => {
  await place?.close()
  place = undefined
})

const CHUNK = 'data: {"choices":[{"index":0,"delta":{"content":"a secret word"}}]}\n\n'
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const JSON_TYPE = { 'content-type': 'application/json' }
const whole =
  (status: number, body: string, headers: Readonly<Record<string, string>> = JSON_TYPE) =>
  (): Promise<Place> =>
    httpPlace((_, response) => void response.writeHead(status, headers).end(body))
const raw = (answer: (socket: Socket) => void) => (): Promise<Place> => socketPlace(answer)

const OPENAI_ERROR =
  '{"error":{"message":"Too long for me.","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}'
const SLOW = { answerSeconds: 1, idleSeconds: 1 }

type Case = {
  readonly name: string
  readonly open: () => Promise<Place>
  readonly stream?: boolean
  readonly answer: {
    readonly status: number
    readonly code?: string | number
    readonly retryAfter?: string
    readonly text?: string
  }
  readonly line: Partial<LedgerEntry>
}

const CASES: readonly Case[] = [
  {
    name: 'refuses the connection',
    open: deadPlace,
    answer: { status: 503, code: 'upstream_unavailable', retryAfter: '5' },
    line: { status: 'error', httpStatus: 503, fault: 'upstream_unavailable' },
  },
  {
    name: 'hangs up before it answers',
    open: raw((socket) => socket.resetAndDestroy()),
    answer: { status: 502, code: 'upstream_reset' },
    line: { status: 'error', httpStatus: 502, fault: 'upstream_reset' },
  },
  {
    name: 'hangs up in the middle of an answer',
    open: raw(
      (socket) =>
        void socket.write(
          'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"id":',
          () => socket.destroy(),
        ),
    ),
    answer: { status: 502, code: 'upstream_reset' },
    line: { status: 'error', httpStatus: 502, fault: 'upstream_reset' },
  },
  {
    name: 'hangs up in the middle of a stream',
    stream: true,
    open: raw(
      (socket) => void socket.write(HEAD + chunked(CHUNK), () => setTimeout(() => socket.resetAndDestroy(), 50)),
    ),
    answer: { status: 200, code: 'upstream_reset', text: CHUNK },
    line: { status: 'error', httpStatus: 200, fault: 'upstream_reset' },
  },
  {
    name: 'never answers',
    open: raw(() => {}),
    answer: { status: 504, code: 'upstream_timeout' },
    line: { status: 'error', httpStatus: 504, fault: 'upstream_timeout' },
  },
  {
    name: 'falls silent in the middle of a stream',
    stream: true,
    open: raw((socket) => void socket.write(HEAD + chunked(CHUNK))),
    answer: { status: 200, code: 'upstream_timeout', text: CHUNK },
    line: { status: 'error', httpStatus: 200, fault: 'upstream_timeout' },
  },
  {
    name: 'does not speak HTTP',
    open: raw((socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
    answer: { status: 502, code: 'upstream_reset' },
    line: { status: 'error', httpStatus: 502, fault: 'upstream_reset' },
  },
  {
    name: 'answers a page',
    open: whole(200, '<html>hello</html>', { 'content-type': 'text/html' }),
    answer: { status: 502, code: 'upstream_garbage' },
    line: { status: 'error', httpStatus: 502, fault: 'upstream_garbage' },
  },
  {
    name: 'answers half of a JSON',
    open: whole(200, '{"id":"x","choices":['),
    answer: { status: 502, code: 'upstream_garbage' },
    line: { status: 'error', httpStatus: 502, fault: 'upstream_garbage' },
  },
  {
    name: 'streams no events',
    stream: true,
    open: whole(200, 'what is this\n\nand that', { 'content-type': 'text/event-stream' }),
    answer: { status: 200, text: 'what is this\n\nand that' },
    line: { status: 'ok', httpStatus: 200, usage: {} },
  },
  {
    name: 'is busy',
    open: whole(429, '{"error":{"message":"Slow down.","type":"rate_limit","code":"busy"}}', {
      ...JSON_TYPE,
      'retry-after': '7',
    }),
    answer: { status: 429, code: 'busy', retryAfter: '7' },
    line: { status: 'error', httpStatus: 429, fault: 'rate_limit_exceeded' },
  },
  {
    name: 'is busy and does not say for how long',
    open: whole(429, 'busy', { 'content-type': 'text/plain' }),
    answer: { status: 429, code: 'rate_limit_exceeded', retryAfter: '1' },
    line: { status: 'error', httpStatus: 429, fault: 'rate_limit_exceeded' },
  },
  {
    name: 'is starting',
    open: whole(503, '', {}),
    answer: { status: 503, code: 'upstream_error', retryAfter: '1' },
    line: { status: 'error', httpStatus: 503, fault: 'upstream_error' },
  },
  {
    name: 'refuses the request',
    open: whole(400, OPENAI_ERROR),
    answer: { status: 400, code: 'context_length_exceeded', text: OPENAI_ERROR },
    line: { status: 'error', httpStatus: 400, fault: 'upstream_error' },
  },
  {
    name: 'refuses our key',
    open: whole(401, '{"error":{"message":"Incorrect API key sk-secret","code":"invalid_api_key"}}'),
    answer: { status: 403, code: 'upstream_forbidden' },
    line: { status: 'error', httpStatus: 403, fault: 'upstream_forbidden' },
  },
  {
    name: 'sends us elsewhere',
    open: whole(302, '', { location: 'http://169.254.169.254/' }),
    answer: { status: 502, code: 'upstream_error' },
    line: { status: 'error', httpStatus: 502, fault: 'upstream_error' },
  },
  {
    name: 'fails',
    open: whole(500, '<h1>oops</h1>', { 'content-type': 'text/html' }),
    answer: { status: 500, code: 'upstream_error' },
    line: { status: 'error', httpStatus: 500, fault: 'upstream_error' },
  },
  {
    name: 'fails inside a stream',
    stream: true,
    open: whole(200, `${CHUNK}data: {"error":{"message":"out of memory","code":500}}\n\n`, {
      'content-type': 'text/event-stream',
    }),
    answer: { status: 200, code: 500, text: CHUNK },
    line: { status: 'error', httpStatus: 200, fault: 'upstream_error' },
  },
  {
    name: 'does not report its usage',
    open: whole(200, '{"id":"x","object":"chat.completion","choices":[]}'),
    answer: { status: 200, text: '{"id":"x","object":"chat.completion","choices":[]}' },
    line: { status: 'ok', httpStatus: 200, usage: {} },
  },
  {
    name: 'does not report its usage in a stream',
    stream: true,
    open: whole(200, `${CHUNK}data: [DONE]\n\n`, { 'content-type': 'text/event-stream' }),
    answer: { status: 200, text: `${CHUNK}data: [DONE]\n\n` },
    line: { status: 'ok', httpStatus: 200, usage: {} },
  },
  {
    name: 'answers a stream with a whole answer',
    stream: true,
    open: whole(200, '{"object":"chat.completion","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}'),
    answer: {
      status: 200,
      text: '{"object":"chat.completion","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
    },
    line: { status: 'ok', usage: { freshInput: 3, output: 4 } },
  },
]

/** The error in an answer, or in the last event of a stream. */
const codeOf = (text: string): unknown => {
  const json = text.startsWith('{') ? text : text.split('data: ').at(-1)
  try {
    return (JSON.parse(json ?? '') as { error?: { code?: unknown } }).error?.code
  } catch {
    return undefined
  }
}

describe('an upstream that', () => {
  it.each(CASES)('$name', async ({ open, stream = false, answer, line }) => {
    place = await open()
    const gateway = gatewayTo({ kind: 'url', url: `${place.url}/v1`, apiKey: 'sk-upstream' }, { limits: SLOW })
    const { status, headers, text } = await ask(gateway, {
      model: 'm',
      stream,
      messages: [{ role: 'user', content: 'a secret word' }],
    })
    expect(status).toBe(answer.status)
    expect(codeOf(text)).toBe(answer.code)
    expect(headers['retry-after']).toBe(answer.retryAfter)
    expect(text.startsWith(answer.text ?? '{"error":{')).toBe(true)
    expect(gateway.entries).toHaveLength(1)
    expect(gateway.entries[0]).toMatchObject({
      model: 'm',
      project: 'team',
      task: 'generate',
      streamed: stream,
      ...line,
    })
    expect(headers['x-request-id']).toBe(gateway.entries[0]?.id)
    // Neither key nor text is anywhere but in the answer itself.
    expect(JSON.stringify(gateway.entries) + gateway.faults.map(String).join('\n')).not.toMatch(/sk-|secret/)
    expect(gateway.faults).toEqual([])
  })

  it('streams to a reader who gives up is stopped', async () => {
    let isStopped = false
    place = await httpPlace((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const timer = setInterval(() => response.write(CHUNK), 5)
      response.on('close', () => {
        isStopped = true
        clearInterval(timer)
      })
    })
    const gateway = gatewayTo({ kind: 'url', url: place.url })
    const answer = await gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ model: 'm', messages: [], stream: true }),
    })
    const pieces = (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    await pieces.next()
    await pieces.return?.()
    await until(() => isStopped)
    expect(isStopped).toBe(true)
    expect(gateway.entries.map(({ status }) => status)).toEqual(['aborted'])
  })

  it('streams faster than it is read has to wait', async () => {
    let written = 0
    let isWaiting = false
    place = await httpPlace((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const piece = `data: ${'x'.repeat(100_000)}\n\n`
      const write = (): void => {
        while (!isWaiting && written < 500_000_000) {
          written += piece.length
          isWaiting = !response.write(piece)
        }
      }
      response.on('drain', () => {
        isWaiting = false
        write()
      })
      write()
    })
    const gateway = gatewayTo({ kind: 'url', url: place.url })
    const answer = await gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ model: 'm', messages: [], stream: true }),
    })
    const pieces = (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    await pieces.next()
    await wait(300)
    const before = written
    await wait(100)
    expect(written).toBe(before)
    expect(written).toBeLessThan(50_000_000)
    await pieces.return?.()
  })

  it('answers more than it may is cut off', async () => {
    place = await whole(200, `{"a":"${'x'.repeat(5000)}"}`)()
    const gateway = gatewayTo({ kind: 'url', url: place.url }, { limits: { answerBytes: 1000 } })
    expect((await ask(gateway)).status).toBe(502)
    expect(gateway.entries[0]).toMatchObject({ status: 'error', fault: 'upstream_too_long' })
  })
})
