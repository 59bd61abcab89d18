import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { createHandler, type Ledger, readConfig, type Upstream } from '@breakeven/gateway'
import { nodeSenders, openFileLedger, serveNode } from '@breakeven/gateway/node'
import { Pool } from 'undici'

/** SHA-256 of `sk-bench`. */
const KEY_HASH = 'c00397de4384b5bbaf14c02fe1ec7020d28d1eeab6a722c576c84b6678c41c29'

const ANSWER = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_789_372_800,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(100) }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 200,
      completion_tokens: 100,
      total_tokens: 300,
      prompt_tokens_details: { cached_tokens: 64 },
    },
  }),
)
const WORDS = 100
const WORD = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_789_372_800, model: 'm', choices: [{ index: 0, delta: { content: ' word' }, finish_reason: null }], usage: null })}\n\n`
const USAGE = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_789_372_800, model: 'm', choices: [], usage: { prompt_tokens: 200, completion_tokens: 100, total_tokens: 300 } })}\n\n`
const DONE = 'data: [DONE]\n\n'
const MS_BETWEEN_WORDS = 1

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>
/** A listener that waits. A failure ends the process, and with it the bench. */
const served =
  (answer: Answer): RequestListener =>
  (request, response) =>
    void answer(request, response)

/** A model server that costs nothing: one answer, or a hundred chunks a millisecond apart. */
const upstream = served(async (request, response) => {
  const body = await bodyOf(request)
  const head = body.subarray(0, 300).toString('latin1')
  if (!head.includes('"stream":true')) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length })
    response.end(ANSWER)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let words = 0
  const timer = setInterval(() => {
    response.write(WORD)
    if (++words < WORDS) return
    clearInterval(timer)
    if (head.includes('include_usage')) response.write(USAGE)
    response.end(DONE)
  }, MS_BETWEEN_WORDS)
})

/** What anybody would write who wants a proxy and nothing else. */
const bareProxy = (to: string): RequestListener => {
  const pool = new Pool(to)
  return served(async (request, response) => {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: request.url ?? '/',
      headers: { 'content-type': 'application/json' },
      body: request,
    })
    response.writeHead(statusCode, headers)
    body.pipe(response)
  })
}

const bareSdk = (to: string): RequestListener => {
  const client = new SageMakerRuntimeClient({ region: 'us-east-1', endpoint: to })
  return served(async (request, response) => {
    const input = { EndpointName: 'e', ContentType: 'application/json', Body: await bodyOf(request) }
    const { Body, ContentType } = await client.send(new InvokeEndpointCommand(input))
    response.writeHead(200, { 'content-type': ContentType })
    response.end(Body)
  })
}

const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const gateway = async (upstreamOf: Upstream): Promise<string> => {
  const config = readConfig({ models: { m: upstreamOf }, keys: [`bench:${KEY_HASH}`] })
  const ledger: Ledger = await openFileLedger(join(tmpdir(), `breakeven-bench-${process.pid}.jsonl`))
  const handler = createHandler(config, { ledger, clock: () => Date.now() / 1000, send: nodeSenders() })
  return (await serveNode(handler, { limits: config.limits })).url
}

/** A SageMaker runtime that costs nothing. */
const runtime = served(async (request, response) => {
  await bodyOf(request)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length })
  response.end(ANSWER)
})

const sagemaker = (endpointUrl: string): Upstream => ({
  kind: 'sagemaker',
  endpoint: 'e',
  region: 'us-east-1',
  endpointUrl,
  shape: 'openai',
  task: 'generate',
})

export const SERVERS: Readonly<Record<string, (to: string) => Promise<string>>> = {
  upstream: () => listen(upstream),
  bare: (to) => listen(bareProxy(to)),
  gateway: (to) => gateway({ kind: 'url', url: `${to}/v1` }),
  runtime: () => listen(runtime),
  'bare SDK': (to) => listen(bareSdk(to)),
  'gateway to SageMaker': (to) => gateway(sagemaker(to)),
}
