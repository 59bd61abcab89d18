import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LedgerEntry } from './ledger.ts'
import { ask, AUTHORIZED, bytes, type Gateway, gatewayTo } from './testing/gateway.ts'
import { EVENT_STREAM, exception, part, sagemakerPlace } from './testing/sagemaker.ts'
import { httpPlace, type Place } from './testing/upstream.ts'
import type { Senders } from './upstream.ts'

type Random = () => number

/** Mulberry32 (Tommy Ettinger, public domain): the same numbers for the same seed. */
const randomOf = (seed: number): Random => {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
const below = (random: Random, most: number): number => Math.floor(random() * most)
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!

/** What breaks parsers: structure, escapes, cut characters, huge numbers, other people's keys. */
const SHARDS: readonly (string | Uint8Array)[] = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  '\\"',
  '\\u',
  '\\ud800',
  ',',
  ':',
  '\n',
  '\n\n',
  '\r\n\r\n',
  '\0',
  '\u2028',
  'data:',
  'data: [DONE]\n\n',
  'event: x\n',
  'null',
  '"usage":{',
  '"usage":null',
  '"choices":[]',
  '"error":{}',
  '"stream":true',
  '"stream":1',
  '"model":"m"',
  '"model":"\\u006d"',
  '"__proto__":{"model":"x"}',
  '"stream_options":{"include_usage":0}',
  '1e999',
  '-0',
  '9'.repeat(400),
  '['.repeat(300),
  '{"a":'.repeat(100),
  new Uint8Array([0xff, 0xfe, 0xc3]),
  new Uint8Array([0xf0, 0x9f]),
  new Uint8Array([0xed, 0xa0, 0x80]),
]

/** Takes pieces out, puts shards in, turns bytes over. */
const damaged = (text: string, random: Random): Uint8Array => {
  let value = Buffer.from(text)
  for (let times = below(random, 6); times >= 0; times--) {
    const at = below(random, value.length + 1)
    const kind = below(random, 4)
    if (kind === 0) value = Buffer.concat([value.subarray(0, at), bytesOf(pick(random, SHARDS)), value.subarray(at)])
    else if (kind === 1) value = Buffer.concat([value.subarray(0, at), value.subarray(at + below(random, 40))])
    else if (kind === 2 && at < value.length) value[at] = below(random, 256)
    else value = value.subarray(0, Math.max(1, at))
  }
  return value
}
const bytesOf = (shard: string | Uint8Array): Uint8Array => (typeof shard === 'string' ? Buffer.from(shard) : shard)

const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } }
const WORD = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'a "word"\\' } }], usage: null })}\n\n`
const STREAM = `${WORD}: ping\n\n${WORD}data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`
const ANSWER = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  choices: [{ message: { content: 'ü' } }],
  usage: USAGE,
})
const REQUEST = JSON.stringify({
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'Hi "you" \\ é' }],
  stream_options: { include_obfuscation: false },
})

/** Gathers what does not hold, with the seed that shows it again. */
const openProblems = (): {
  readonly found: string[]
  readonly check: (seed: number, what: string, holds: boolean) => void
} => {
  const found: string[] = []
  return { found, check: (seed, what, holds) => void (holds || found.push(`seed ${seed}: ${what}`)) }
}

const isCount = (tokens: number): boolean => Number.isSafeInteger(tokens) && tokens >= 0
/** Exactly one line, and numbers in it that are numbers. */
const isOneLine = (lines: readonly LedgerEntry[]): boolean =>
  lines.length === 1 &&
  lines.every(
    ({ status, usage, at, endAt, ...rest }) =>
      ['ok', 'error', 'aborted'].includes(status) &&
      Object.values(usage).every(isCount) &&
      endAt >= at &&
      JSON.stringify(rest).length < 1000,
  )

/** The text is a refusal in OpenAI's shape. */
const isRefusal = (text: string): boolean => {
  const body = parseOrUndefined(Buffer.from(text)) as { error?: { message?: unknown; code?: unknown } } | undefined
  return typeof body?.error?.message === 'string' && typeof body.error.code === 'string'
}
const withoutOptions = (value: unknown): unknown => ({ ...(value as object), stream_options: undefined })

/** What is missing in `passed` is one run of bytes of `whole`. */
const lacksOneRun = (whole: Buffer, passed: Buffer): boolean => {
  let start = 0
  while (start < passed.length && passed[start] === whole[start]) start++
  return Buffer.concat([whole.subarray(0, start), whole.subarray(start + whole.length - passed.length)]).equals(passed)
}

const parseOrUndefined = (json: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)) as unknown
  } catch {
    return undefined
  }
}

const newLines = (gateway: Gateway): LedgerEntry[] => (gateway.entries as LedgerEntry[]).splice(0)

/** An upstream inside the process: thousands of cases need no sockets. */
const answering = (
  headers: Readonly<Record<string, string>>,
  body: () => Uint8Array | AsyncIterable<Uint8Array>,
): Senders => ({
  url: async () => ({ status: 200, headers, body: body() }),
})
const URL_UPSTREAM = { kind: 'url', url: 'http://upstream.test/v1' }

async function* inPieces(whole: Uint8Array, random: Random): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length;) {
    const size = 1 + below(random, 60)
    yield whole.subarray(at, at + size)
    at += size
  }
}

const CASES = 1500

describe('hostile bytes', () => {
  it(`${CASES} requests: each refused in OpenAI's shape, or sent on as JSON that asks for the usage`, async () => {
    let upstreamBody = Buffer.alloc(0)
    const send: Senders = {
      url: async (_, { body }) => {
        upstreamBody = Buffer.concat(body)
        return { status: 200, headers: { 'content-type': 'application/json' }, body: bytes(ANSWER) }
      },
    }
    const gateway = gatewayTo(URL_UPSTREAM, { send })
    const { found, check } = openProblems()
    let taken = 0
    for (let seed = 0; seed < CASES; seed++) {
      const body = damaged(REQUEST, randomOf(seed))
      const { status, text } = await ask(gateway, body)
      const lines = newLines(gateway)
      if (status !== 200) {
        check(seed, 'refused so', (status === 400 || status === 404) && isRefusal(text) && lines.length === 0)
        continue
      }
      taken++
      check(seed, 'one line', isOneLine(lines))
      const [asked, sent] = [parseOrUndefined(body), parseOrUndefined(upstreamBody)]
      // Where it is JSON, nothing but the options may differ.
      check(
        seed,
        'sent on as asked',
        asked === undefined || isDeepStrictEqual(withoutOptions(sent), withoutOptions(asked)),
      )
    }
    expect(found).toEqual([])
    expect(gateway.faults).toEqual([])
    expect(taken).toBeGreaterThan(50)
    expect(taken).toBeLessThan(CASES - 50)
  })

  it(`${CASES} answers: passed as they are, or 502`, async () => {
    let body: Uint8Array = Buffer.alloc(0)
    const gateway = gatewayTo(URL_UPSTREAM, { send: answering({ 'content-type': 'application/json' }, () => body) })
    const { found, check } = openProblems()
    const statuses = new Set<number>()
    for (let seed = 0; seed < CASES; seed++) {
      body = damaged(ANSWER, randomOf(seed))
      const { status, text } = await ask(gateway)
      statuses.add(status)
      check(seed, 'passed as it is', status !== 200 || text === Buffer.from(body).toString())
      check(seed, 'one line', isOneLine(newLines(gateway)))
    }
    expect(found).toEqual([])
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([200, 502])
    expect(gateway.faults).toEqual([])
  })

  it(`${CASES} streams, cut anywhere: passed as they are but for one event of usage`, async () => {
    let random = randomOf(0)
    let body: Uint8Array = Buffer.alloc(0)
    const gateway = gatewayTo(URL_UPSTREAM, {
      send: answering({ 'content-type': 'text/event-stream' }, () => inPieces(body, random)),
    })
    const { found, check } = openProblems()
    let withheld = 0
    for (let seed = 0; seed < CASES; seed++) {
      random = randomOf(seed)
      body = damaged(STREAM, random)
      const whole = Buffer.from(body)
      const answer = await gateway.handler({
        method: 'POST',
        path: '/v1/chat/completions',
        headers: AUTHORIZED,
        body: bytes({ model: 'm', messages: [], stream: true }),
      })
      const out: Uint8Array[] = []
      for await (const piece of answer.body as AsyncIterable<Uint8Array>) out.push(piece)
      const passed = Buffer.concat(out)
      if (!passed.equals(whole)) {
        withheld++
        check(seed, 'lacks but one usage', lacksOneRun(whole, passed) && whole.includes('"usage":{'))
      }
      check(seed, 'one line', isOneLine(newLines(gateway)))
    }
    expect(found).toEqual([])
    expect(withheld).toBeGreaterThan(CASES / 10)
    expect(withheld).toBeLessThan(CASES)
    expect(gateway.faults).toEqual([])
  })
})

describe('hostile bytes over the wire', () => {
  const WIRE_CASES = 250
  let place: Place | undefined
  let answer: Uint8Array = Buffer.alloc(0)
  beforeAll(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-of-the-tests')
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await place?.close()
  })

  it(`${WIRE_CASES} event streams of SageMaker with damaged frames: each ends, with its line`, async () => {
    place = await sagemakerPlace((_, response) => void response.writeHead(200, EVENT_STREAM).end(answer))
    const upstream = {
      kind: 'sagemaker',
      endpoint: 'e',
      region: 'us-east-1',
      endpointUrl: place.url,
      shape: 'openai',
      task: 'generate',
    }
    // A frame may claim to be longer than all that comes: that is a stream that falls silent or ends.
    const gateway = gatewayTo(upstream, { limits: { answerSeconds: 2, idleSeconds: 1 } })
    const whole = Buffer.concat([
      part(WORD),
      part(STREAM.slice(0, 90)),
      part(STREAM.slice(90)),
      exception('ModelStreamError', { Message: 'x' }),
    ])
    const { found, check } = openProblems()
    const statuses = new Set<string>()
    for (let seed = 0; seed < WIRE_CASES; seed++) {
      const random = randomOf(seed)
      const value = Buffer.from(whole.subarray(0, random() < 0.3 ? below(random, whole.length) : whole.length))
      for (let times = below(random, 4); times > 0 && value.length > 0; times--)
        value[below(random, value.length)] = below(random, 256)
      answer = value
      const { status } = await ask(gateway, { model: 'm', messages: [], stream: true })
      check(seed, `status ${status}`, [200, 502, 504, 424].includes(status))
      const lines = newLines(gateway)
      check(seed, 'one line', isOneLine(lines))
      for (const line of lines) statuses.add(line.status)
    }
    expect(found).toEqual([])
    expect(statuses).toContain('error')
    expect(gateway.faults).toEqual([])
    await place.close()
  })

  it(`${WIRE_CASES} answers of a server with damaged heads: each ends, with its line`, async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: '
    place = await httpPlace((request) => {
      request.socket.write(answer)
      request.socket.end()
    })
    const gateway = gatewayTo({ kind: 'url', url: place.url }, { limits: { answerSeconds: 2, idleSeconds: 1 } })
    const { found, check } = openProblems()
    for (let seed = 0; seed < WIRE_CASES; seed++) {
      answer = damaged(`${head}${Buffer.byteLength(ANSWER)}\r\n\r\n${ANSWER}`, randomOf(seed))
      const { status } = await ask(gateway)
      check(seed, `status ${status}`, status >= 200 && status < 600)
      check(seed, 'one line', isOneLine(newLines(gateway)))
    }
    expect(found).toEqual([])
    expect(gateway.faults).toEqual([])
  })
})
