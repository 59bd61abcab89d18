import type { GatewayResponse } from '@breakeven/gateway'
import { beforeAll, describe, expect, test } from 'vitest'
import { bytesOf, textOf, utf8 } from '../answer.ts'
import { type Classifier, classifierOf, EXAMPLE_TOPICS, readExamples } from './classifier.ts'
import { encoderContainer, type EncoderTask } from './container.ts'
import { type Embedder, loadEmbedder } from './embedder.ts'

let embedder: Embedder
let classify: Classifier
beforeAll(async () => {
  embedder = await loadEmbedder()
  classify = await classifierOf(embedder, EXAMPLE_TOPICS)
})

const cosine = (one: readonly number[] = [], other: readonly number[] = []): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)

describe('the model is a real one', () => {
  test('what means the same is nearer than what reads the same', async () => {
    const [refund, money, parcel] = await embedder.embed([
      'I would like a refund for my order',
      'please give me my money back',
      'I would like a ribbon for my parcel',
    ])
    expect(refund).toHaveLength(512)
    expect(cosine(refund, refund)).toBeCloseTo(1, 6)
    expect(cosine(refund, money)).toBeGreaterThan(cosine(refund, parcel))
  })

  // Sentences that are not among the examples.
  const HELD_OUT: Readonly<Record<string, readonly string[]>> = {
    delivery: [
      'The box never came to my house.',
      'How many days until the package gets here?',
      'The driver says he delivered it but nothing is here.',
    ],
    refund: [
      'It does not fit, can I give it back?',
      'I returned everything last week and still wait for my money.',
      'How can I send this back to you?',
    ],
    payment: [
      'My bank says you took the money two times.',
      'Do you accept PayPal or Visa?',
      'I need a receipt for my company.',
    ],
    account: ['I lost my password and cannot sign in.', 'Close my account please.', 'Change the e-mail of my profile.'],
    product: ['Is it available in red?', 'Is the watch waterproof?', 'What is this table made of?'],
  }

  test('of 15 sentences that it has not seen, at least 13 get their label', async () => {
    const rows = Object.entries(HELD_OUT).flatMap(([label, texts]) => texts.map((text) => ({ label, text })))
    const scored = await classify(rows.map(({ text }) => text))
    const right = rows.filter(({ label }, index) => scored[index]?.[0]?.label === label)
    expect(right.length).toBeGreaterThanOrEqual(13)
    for (const labels of scored) expect(labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 9)
  })

  test('nothing to read is no error', async () => {
    expect(await embedder.embed(['', ' '])).toHaveLength(2)
  })
})

describe('the container speaks', () => {
  const ask = async (
    task: EncoderTask,
    value: unknown,
    path = '/invocations',
  ): Promise<{ status: number; is: unknown }> => {
    const body = utf8(typeof value === 'string' ? value : JSON.stringify(value))
    const answer: GatewayResponse = await encoderContainer(
      embedder,
      task,
      classify,
    )({ method: 'POST', path, headers: {}, body })
    return { status: answer.status, is: JSON.parse(textOf(await bytesOf(answer.body))) }
  }

  test("Hugging Face's shape: labels", async () => {
    const refund = { label: 'refund', score: expect.any(Number) }
    const inputs = 'give me my money back'
    expect(await ask('text-classification', { inputs })).toEqual({ status: 200, is: [refund] })
    expect(await ask('text-classification', { inputs: [inputs, inputs] })).toEqual({
      status: 200,
      is: [refund, refund],
    })
    const all = await ask('text-classification', { inputs, parameters: { top_k: null } })
    expect(all.is).toHaveLength(5)
    expect(await ask('text-classification', { inputs: [inputs], parameters: { top_k: 2 } })).toMatchObject({
      is: [[refund, { score: expect.any(Number) }]],
    })
  })

  test("Hugging Face's shape: embeddings", async () => {
    const { is } = await ask('sentence-embeddings', { inputs: ['one', 'two'] })
    expect(is).toEqual({ embeddings: await embedder.embed(['one', 'two']) })
  })

  test("OpenAI's shape, with the tokens that the model read, as floats or base64", async () => {
    const input = ['where is my refund', 'hello']
    const tokens = input.reduce((sum, text) => sum + embedder.tokensOf(text), 0)
    expect(tokens).toBeGreaterThanOrEqual(5)
    const floats = (await ask('sentence-embeddings', { model: 'm', input }, '/v1/embeddings')).is as {
      data: { embedding: number[] }[]
    }
    expect(floats).toMatchObject({ model: 'm', usage: { prompt_tokens: tokens, total_tokens: tokens } })
    const coded = (await ask('sentence-embeddings', { input, encoding_format: 'base64' })).is as {
      data: { embedding: string }[]
    }
    const bytes = Buffer.from(coded.data[0]?.embedding ?? '', 'base64')
    expect(bytes).toHaveLength(4 * 512)
    expect(bytes.readFloatLE(0)).toBeCloseTo(floats.data[0]?.embedding[0] ?? NaN, 6)
  })

  test.each([
    ['{', '/invocations', 400],
    [{}, '/invocations', 400],
    [{ inputs: [] }, '/invocations', 400],
    [{ inputs: [1] }, '/invocations', 400],
    [{ inputs: Array.from({ length: 257 }, () => 'x') }, '/invocations', 400],
    [{ input: 7 }, '/v1/embeddings', 400],
    [{ inputs: 'x' }, '/other', 404],
  ])('%j to %s is %i', async (value, path, status) => {
    expect((await ask('text-classification', value, path)).status).toBe(status)
  })
})

test.each([
  [{}, 'at least two labels'],
  [{ labels: { a: ['x'] } }, 'at least two labels'],
  [{ labels: { a: ['x'], b: [] } }, 'label "b"'],
  [{ labels: { a: ['x'], b: 'y' } }, 'label "b"'],
])('examples %j are refused', (value, message) => {
  expect(() => readExamples(value, 'labels.json')).toThrow(message)
})

test('examples are read', () => {
  expect(readExamples({ labels: { a: ['x'], b: ['y', 'z'] } })).toEqual({ a: ['x'], b: ['y', 'z'] })
})
