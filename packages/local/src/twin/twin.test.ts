import type { Replica, Seconds } from '@breakeven/core'
import { latenciesOf, liveReplica, simulate } from '@breakeven/core'
import type { GatewayResponse } from '@breakeven/gateway'
import { afterEach, describe, expect, test } from 'vitest'
import { engines, models, replica } from '../../../core/src/fixtures/hardware.ts'
import { poisson } from '../../../core/src/fixtures/requests.ts'
import { bytesOf, piecesOf, textOf, utf8 } from '../answer.ts'
import { hurriedClock } from '../testing/clock.ts'
import { blocksOf } from './blocks.ts'
import type { Clock } from './clock.ts'
import { twinContainer } from './container.ts'
import { runningReplica } from './running.ts'
import { tokensOfChat, tokensOfPrompt, tokensOfText } from './tokens.ts'
import { type Twin, twinOf } from './twin.ts'

/** Time that passes when it is told to; at every moment everything due is called, in order. */
const simulatedClock = (): Clock & { readonly runUntil: (at: Seconds) => void } => {
  let time = 0
  const alarms = new Map<number, { readonly at: Seconds; readonly wake: () => void }>()
  let number = 0
  const first = (): [number, Seconds] => {
    let [key, at] = [-1, Infinity]
    for (const [each, alarm] of alarms) if (alarm.at < at) [key, at] = [each, alarm.at]
    return [key, at]
  }
  return {
    now: () => time,
    wakeAt: (at, wake) => {
      const key = number++
      alarms.set(key, { at, wake })
      return () => alarms.delete(key)
    },
    runUntil: (until) => {
      for (let [key, at] = first(); at <= until; [key, at] = first()) {
        const alarm = alarms.get(key)
        alarms.delete(key)
        time = Math.max(time, at)
        alarm?.wake()
      }
      time = until
    },
  }
}

const loads: readonly (readonly [string, Replica, number, number])[] = [
  ['at ease', replica(), 0.5, 0],
  ['busy', replica(), 2.5, 0],
  [
    'with little cache, so that requests wait and are preempted',
    replica({ engine: { ...engines.vllm, memoryShare: 0.83 } }),
    3,
    1,
  ],
  ['that is too much: the queue grows', replica(), 20, 0],
  ['under an engine that puts prompts first', replica({ engine: engines.v0 }), 2, 0],
]

describe('the twin answers as the simulation of the same load says', () => {
  test.each(loads)('%s', (_name, one, rate, preempted) => {
    const requests = poisson(5, 300, rate, 900, 150)
    const simulated = simulate(one, requests)
    const live = liveReplica(one, { input: 900, output: 150 })
    if (!simulated.fits || !live.fits) throw new Error('does not fit')
    const clock = simulatedClock()
    const running = runningReplica(live, clock)
    const size = requests.at.length
    const outcome = { firstAt: new Float64Array(size), endAt: new Float64Array(size), rejected: new Uint8Array(size) }
    const given = new Float64Array(size)
    for (let index = 0; index < size; index++) {
      clock.runUntil(requests.at[index] ?? 0)
      running.begin(requests.input[index] ?? 0, requests.output[index] ?? 0, (tokens, last) => {
        if (given[index] === 0) outcome.firstAt[index] = clock.now()
        given[index] = (given[index] ?? 0) + tokens
        if (last) outcome.endAt[index] = clock.now()
      })
    }
    clock.runUntil(1e6)
    expect(running.outstanding()).toBe(0)
    expect(given).toEqual(requests.output)
    expect(size).toBe(300)
    expect(simulated.preemptions).toBeGreaterThanOrEqual(preempted)
    const [seen, predicted] = [latenciesOf(requests, outcome), latenciesOf(requests, simulated)]
    for (const what of ['ttft', 'tpot', 'e2e'] as const)
      for (const key of ['mean', 'p50', 'p99'] as const) expect(seen[what][key]).toBeCloseTo(predicted[what][key], 6)
  })
})

let twin: Twin | undefined
afterEach(() => {
  twin?.stop()
  twin = undefined
})

const ask = async (value: unknown, path = '/v1/chat/completions', signal?: AbortSignal): Promise<GatewayResponse> => {
  twin ??= twinOf(replica())
  const body = utf8(typeof value === 'string' ? value : JSON.stringify(value))
  return twinContainer(
    twin,
    5,
  )({ method: 'POST', path, headers: {}, body, ...(signal === undefined ? {} : { signal }) })
}
const read = async ({ status, body }: GatewayResponse): Promise<{ status: number; is: unknown }> => ({
  status,
  is: JSON.parse(textOf(await bytesOf(body))),
})
const messages = [{ role: 'user', content: 'How long does this take?' }]
// 24 bytes are 6 tokens, 4 around the message, 3 before the answer.
const PROMPT_TOKENS = 13

describe('over the paths of a server', () => {
  test('a chat, whole', async () => {
    expect(await read(await ask({ model: 'mine', messages }))).toMatchObject({
      status: 200,
      is: {
        object: 'chat.completion',
        model: 'mine',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'only the time that this' }, finish_reason: 'stop' },
        ],
        usage: { prompt_tokens: PROMPT_TOKENS, completion_tokens: 5, total_tokens: PROMPT_TOKENS + 5 },
      },
    })
  })

  test('a chat, token by token, with its usage where that is asked for', async () => {
    const from = performance.now()
    const answer = await ask({ messages, max_tokens: 3, stream: true, stream_options: { include_usage: true } })
    expect(answer.headers).toEqual({ 'content-type': 'text/event-stream' })
    const pieces: string[] = []
    for await (const piece of piecesOf(answer.body)) pieces.push(textOf(piece))
    const seconds = (performance.now() - from) / 1000
    const events = pieces.join('').split('\n\n')
    expect(events.slice(-2)).toEqual(['data: [DONE]', ''])
    const chunks = events.slice(0, -2).map((line) => JSON.parse(line.replace(/^data: /, '')))
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'only' },
      { content: ' the' },
      { content: ' time' },
      undefined,
    ])
    expect(chunks[3].choices[0].finish_reason).toBe('length')
    expect(chunks[4]).toMatchObject({ choices: [], usage: { prompt_tokens: PROMPT_TOKENS, completion_tokens: 3 } })
    // In the time of this machine, and not sooner than the hardware would be done.
    const simulated = simulate(replica(), {
      at: Float64Array.of(0),
      input: Float64Array.of(PROMPT_TOKENS),
      output: Float64Array.of(3),
    })
    expect(simulated).toMatchObject({ fits: true })
    const done = simulated.fits ? (simulated.endAt[0] ?? NaN) : NaN
    expect(done).toBeGreaterThan(0.08)
    expect(seconds).toBeGreaterThanOrEqual(done)
  })

  test.each([
    ['the usual', {}, 5, 'stop'],
    ['fewer', { max_tokens: 2 }, 2, 'length'],
    ['just as many', { max_completion_tokens: 5 }, 5, 'length'],
    ['more are allowed', { max_tokens: 8 }, 5, 'stop'],
    ['more are forced', { max_tokens: 8, ignore_eos: true }, 8, 'length'],
    ['at least more', { min_tokens: 7 }, 7, 'stop'],
  ])('%s: %j', async (_name, more, tokens, reason) => {
    expect(await read(await ask({ messages, ...more }))).toMatchObject({
      is: { choices: [{ finish_reason: reason }], usage: { completion_tokens: tokens } },
    })
  })

  test("a completion of tokens, and Hugging Face's shape, by the one path of a container", async () => {
    expect(await read(await ask({ prompt: [1, 2, 3], max_tokens: 1 }, '/invocations'))).toMatchObject({
      is: { choices: [{ text: 'only' }], usage: { prompt_tokens: 3, completion_tokens: 1 } },
    })
    expect(await read(await ask({ inputs: 'hello', parameters: { max_new_tokens: 2 } }, '/invocations'))).toEqual({
      status: 200,
      is: [{ generated_text: 'only the' }],
    })
  })

  test.each([
    ['no JSON', '{', 400, 'no JSON object'],
    ['no messages', { messages: [] }, 400, 'messages'],
    ['several answers', { messages, n: 2 }, 400, 'n must be 1'],
    ['no tokens', { messages, max_tokens: 0 }, 400, 'at least 1'],
    ['half a token', { messages, max_tokens: 1.5 }, 400, 'whole number'],
    ['several prompts', { prompt: ['a', 'b'] }, 400, 'one text'],
    [
      'more than the context',
      { messages, max_tokens: 200_000, ignore_eos: true },
      400,
      'context length is 131072 tokens.',
    ],
    ['more than the cache', { messages, max_tokens: 100_000, ignore_eos: true }, 400, 'on this machine'],
  ])('%s: an error as OpenAI words it', async (_name, value, status, message) => {
    expect(await read(await ask(value))).toEqual({
      status,
      is: { error: expect.objectContaining({ message: expect.stringContaining(message) }) },
    })
  })

  test('who goes away is forgotten', async () => {
    const stop = new AbortController()
    const answer = await ask({ messages, max_tokens: 10_000, ignore_eos: true, stream: true }, undefined, stop.signal)
    let pieces = 0
    for await (const _ of piecesOf(answer.body)) {
      pieces++
      expect(twin?.outstanding()).toBe(1)
      stop.abort()
    }
    expect([pieces, twin?.outstanding()]).toEqual([1, 0])
    // Gone before it came.
    const gone = await ask({ messages }, undefined, AbortSignal.abort())
    expect([gone.status, twin?.outstanding()]).toEqual([499, 0])
  })

  test('an encoder gives vectors and labels', async () => {
    twin = twinOf(replica({ model: models.bertBase, engine: engines.eager }))
    expect(await read(await ask({ inputs: ['one', 'two'] }, '/invocations'))).toMatchObject({
      is: [{ label: 'LABEL_0' }, { label: 'LABEL_0' }],
    })
    const { is } = await read(await ask({ input: 'hello world!' }, '/v1/embeddings'))
    expect(is).toMatchObject({ usage: { prompt_tokens: 3 }, data: [{ embedding: { length: 768 } }] })
    expect((await ask({ input: 'x'.repeat(4 * 600) }, '/v1/embeddings')).status).toBe(400)
  })

  test('a model that does not fit is said so', () => {
    expect(() => twinOf(replica({ model: models.llama31_70b }))).toThrow('llama-3.1-70b does not fit on A10G')
  })
})

describe('a prefix that was sent before', () => {
  const long = 'How long does this take? '.repeat(400)
  const user = (content: string): object => ({ role: 'user', content })

  test('is not computed again', async () => {
    const clock = hurriedClock()
    const handle = twinContainer(twinOf(replica(), { clock }))
    const seconds = async (...said: readonly object[]): Promise<number> => {
      const from = clock.now()
      const body = utf8(JSON.stringify({ messages: said, max_tokens: 1 }))
      await handle({ method: 'POST', path: '/v1/chat/completions', headers: {}, body })
      return clock.now() - from
    }
    // 2,500 tokens take an A10G more than half a second, and 60 of them some 40 ms.
    expect(await seconds(user(long))).toBeGreaterThan(0.5)
    const next = [user(long), { role: 'assistant', content: 'only the time' }, user('And now?')]
    expect(await seconds(...next)).toBeLessThan(0.1)
    expect(await seconds(user(`x${long}`))).toBeGreaterThan(0.5)
  })

  test('has the same blocks as far as it is the same, and no further', () => {
    const [one, other] = [blocksOf(long)(16), blocksOf(`${long.slice(0, 640)}different${long.slice(640)}`)(16)]
    // 10,000 bytes in blocks of 64.
    expect(one).toHaveLength(156)
    expect(new Set(one).size).toBe(156)
    expect(other.slice(0, 10)).toEqual(one.slice(0, 10))
    expect(other.slice(10).filter((id) => one.includes(id))).toEqual([])
    expect([...one, ...other].every(Number.isSafeInteger)).toBe(true)
  })
})

test.each([
  ['', 0],
  ['abcd', 1],
  ['abcde', 2],
  // Three bytes each.
  ['你好世界', 3],
])('tokens of %j: %i', (text, tokens) => {
  expect(tokensOfText(text)).toBe(tokens)
})

test('tokens of prompts and chats', () => {
  expect(tokensOfPrompt(['abcdefgh'])).toBe(2)
  expect(tokensOfPrompt([])).toBeUndefined()
  const parts = [
    { type: 'text', text: 'abcd' },
    { type: 'image_url', image_url: {} },
  ]
  expect(tokensOfChat([{ role: 'user', content: parts }], undefined)).toBe(3 + 4 + 1)
  // 28 characters of JSON.
  expect(tokensOfChat([], [{ type: 'function', name: 'f' }])).toBe(3 + Math.ceil(32 / 4))
})
