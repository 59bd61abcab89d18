import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCatalog } from '@breakeven/catalog'
import { latenciesOf, simulate } from '@breakeven/core'
import { readConfig, createHandler, type LedgerEntry } from '@breakeven/gateway'
import { type FileLedger, nodeSenders, openFileLedger, type Served, serveNode } from '@breakeven/gateway/node'
import {
  classifierOf,
  encoderContainer,
  EXAMPLE_TOPICS,
  listen,
  loadEmbedder,
  type LocalPath,
  serveLocalPath,
  twinContainer,
  type Twin,
  twinOf,
} from '@breakeven/local'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../packages/cli/src/app.ts'
import { choiceOf } from '../packages/cli/src/capacity/replica.ts'
import { testIo } from '../packages/cli/src/test-io.ts'
import { OpenAI } from '../packages/local/src/testing/openai.ts'

// A client of OpenAI through all that is deployed: API Gateway, the Lambda bundle, SageMaker, a real model and a timing
// twin; what was served is found in the ledger, and compare reads it.

/** How long a loaded machine may take. */
const PATIENT = { timeout: 10_000 }
const KEY = 'bk-end-to-end'
const sha256 = createHash('sha256').update(KEY).digest('hex')
const TARGET = { ttftSeconds: Infinity, tpotSeconds: Infinity }
const { replica } = choiceOf(
  loadCatalog(),
  { model: 'llama-3.1-8b', instance: 'ml.g5.2xlarge' },
  { input: 250, output: 200 },
  TARGET,
)

let folder: string
let ledgerPath: string
let ledger: FileLedger
let twin: Twin
let path: LocalPath
let client: OpenAI
const appended: Promise<void>[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-serving-'))
  ledgerPath = join(folder, 'ledger.jsonl')
  ledger = await openFileLedger(ledgerPath)
  twin = twinOf(replica)
  const embedder = await loadEmbedder()
  const small = encoderContainer(embedder, 'sentence-embeddings', await classifierOf(embedder, EXAMPLE_TOPICS))
  path = await serveLocalPath({
    models: {
      'llama-3.1-8b': { container: twinContainer(twin), shape: 'openai', task: 'generate' },
      sentences: { container: small, shape: 'huggingface', task: 'embed' },
    },
    front: 'rest',
    keys: [{ id: 'team', sha256 }],
    onCall: (entry) => appended.push(ledger.append(entry)),
  })
  client = new OpenAI({
    baseURL: `${path.url}/v1`,
    apiKey: 'unused',
    defaultHeaders: { 'x-api-key': KEY },
    maxRetries: 0,
  })
})
afterAll(async () => {
  await path.close(0)
  twin.stop()
  await rm(folder, { recursive: true })
})

const entries = async (): Promise<LedgerEntry[]> => {
  await Promise.all(appended)
  const lines = (await readFile(ledgerPath, 'utf8')).trim().split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LedgerEntry)
}

const chat = { model: 'llama-3.1-8b', messages: [{ role: 'user' as const, content: 'Say something, please.' }] }

test('an OpenAI client, through API Gateway, the bundle and SageMaker, to a real model and a twin, and compare', async () => {
  const whole = await client.chat.completions.create({ ...chat, max_tokens: 20 })
  expect(whole.usage?.completion_tokens).toBe(20)

  const stream = await client.chat.completions.create({ ...chat, max_tokens: 30, stream: true })
  let pieces = 0
  for await (const { choices } of stream) if ((choices[0]?.delta.content ?? '') !== '') pieces++
  expect(pieces).toBe(30)

  const { data, usage } = await client.embeddings.create({ model: 'sentences', input: ['my parcel is late', 'hello'] })
  expect(data.map(({ embedding }) => embedding.length)).toEqual([512, 512])

  await expect(client.chat.completions.create({ ...chat, max_tokens: 1e6, n: 2 })).rejects.toThrow(
    OpenAI.BadRequestError,
  )
  await expect(client.chat.completions.create({ ...chat, model: 'gpt-4o' })).rejects.toThrow(OpenAI.NotFoundError)

  const left = await client.chat.completions.create({ ...chat, max_tokens: 40, stream: true })
  for await (const _ of left) left.controller.abort()
  await expect.poll(() => appended.length, PATIENT).toBe(5)

  // In the order in which they ended; 22 bytes are 6 tokens, 7 stand around them. A name that is not served is no call.
  const prompt = 6 + 7
  expect(await entries()).toMatchObject([
    { task: 'generate', status: 'ok', streamed: false, usage: { freshInput: prompt, output: 20 }, project: 'team' },
    { task: 'generate', status: 'ok', streamed: true, usage: { freshInput: prompt, output: 30 } },
    { task: 'embed', status: 'ok', usage: { freshInput: usage.prompt_tokens } },
    { task: 'generate', status: 'error', httpStatus: 400 },
    // Lambda is not told that its caller has gone: it runs on, and so it is paid.
    { task: 'generate', status: 'ok', streamed: true, usage: { freshInput: prompt, output: 40 } },
  ])

  const io = testIo()
  const where = ['--where', 'model=llama-3.1-8b', '--requests-per-day', '10k', '--api', 'openai/gpt-4o-mini']
  const host = ['--host', 'llama-3.1-8b@ml.g5.2xlarge']
  expect([await runCli(['compare', ledgerPath, ...where, ...host, '--json', '--quiet'], io), io.err()]).toEqual([0, ''])
  const { workload, options } = JSON.parse(io.out())
  // A failed call is neither billed nor sized for: three good ones are (20 + 30 + 40) / 3 tokens out.
  expect(workload.tokensPerDay.output / workload.requestsPerDay).toBeCloseTo(30, 6)
  expect(workload.tokensPerDay.freshInput / workload.requestsPerDay).toBeCloseTo(prompt, 6)
  expect(options.map(({ id }: { id: string }) => id)).toContain('api:openai/gpt-4o-mini')
})

test('a client that goes away stops the model where the gateway sees it go, and is recorded with what is known', async () => {
  const calls: LedgerEntry[] = []
  const server = await listen(twinContainer(twin))
  const config = readConfig({
    models: { 'llama-3.1-8b': { kind: 'url', url: `${server.url}/v1` } },
    keys: [`team:${sha256}`],
  })
  const handler = createHandler(config, {
    ledger: { append: (entry) => Promise.resolve(void calls.push(entry)) },
    clock: () => Date.now() / 1000,
    send: nodeSenders(),
  })
  const gateway: Served = await serveNode(handler)
  const direct = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: KEY, maxRetries: 0 })
  // 200 tokens, the usual for a twin, would take six seconds.
  const stream = await direct.chat.completions.create({ ...chat, stream: true })
  for await (const _ of stream) stream.controller.abort()
  await expect.poll(() => calls.length, PATIENT).toBe(1)
  expect(calls[0]).toMatchObject({ status: 'aborted', model: 'llama-3.1-8b' })
  await expect.poll(() => twin.outstanding(), PATIENT).toBe(0)
  await gateway.close(0)
  await server.close(0)
})

describe('under load', () => {
  const REQUESTS = 8
  const TOKENS = 25
  const APART_MS = 20

  type Seen = { readonly at: number; readonly first: number; readonly end: number }

  test('a client sees the times that the simulation of its own requests gives', async () => {
    const since = (): number => performance.now() / 1000
    const one = async (index: number): Promise<Seen> => {
      await new Promise((resolve) => setTimeout(resolve, index * APART_MS))
      const at = since()
      const stream = await client.chat.completions.create({ ...chat, max_tokens: TOKENS, stream: true })
      let first = NaN
      for await (const { choices } of stream)
        if (Number.isNaN(first) && (choices[0]?.delta.content ?? '') !== '') first = since()
      return { at, first, end: since() }
    }
    const seen = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => one(index)))
    const requests = {
      at: Float64Array.from(seen, ({ at }) => at),
      input: new Float64Array(REQUESTS).fill(13),
      output: new Float64Array(REQUESTS).fill(TOKENS),
    }
    const simulated = simulate(replica, requests)
    if (!simulated.fits) throw new Error(simulated.reason)
    const predicted = latenciesOf(requests, simulated)
    const mean = (of: (one: Seen) => number): number => seen.reduce((sum, each) => sum + of(each), 0) / REQUESTS
    const tpot = mean(({ first, end }) => (end - first) / (TOKENS - 1))
    const e2e = mean(({ at, end }) => end - at)
    // Tokens are never early; how late they are is this machine's affair, so that bound is wide.
    expect(tpot).toBeGreaterThan(0.95 * predicted.tpot.mean)
    expect(e2e).toBeGreaterThan(0.95 * predicted.e2e.mean)
    expect(e2e).toBeLessThan(1.5 * predicted.e2e.mean + 0.5)
  })
})
