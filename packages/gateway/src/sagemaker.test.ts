import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LedgerEntry } from './ledger.ts'
import { ask, AUTHORIZED, bytes, gatewayTo, type Gateway } from './testing/gateway.ts'
import { EVENT_STREAM, exception, part, sagemakerPlace } from './testing/sagemaker.ts'
import { until } from './testing/upstream.ts'

type Place = Awaited<ReturnType<typeof sagemakerPlace>>
let place: Place | undefined

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-of-the-tests')
  vi.stubEnv('AWS_SESSION_TOKEN', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await place?.close()
  place = undefined
})

const JSON_TYPE = { 'content-type': 'application/json' }
type Options = Partial<{ shape: string; task: string; inferenceComponent: string; model: string; limits: object }>
const to = async (
  answer: (response: ServerResponse, body: string) => void,
  { limits = {}, ...options }: Options = {},
): Promise<Gateway & { readonly asked: Place['asked'] }> => {
  const opened = await sagemakerPlace((_, response, body) => answer(response, body))
  place = opened
  const upstream = {
    kind: 'sagemaker',
    endpoint: 'my-endpoint',
    region: 'us-east-1',
    endpointUrl: opened.url,
    shape: 'openai',
    task: 'generate',
    ...options,
  }
  return { ...gatewayTo(upstream, { limits }), asked: opened.asked }
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const WORD = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}],"usage":null}\n\n'
const USAGE_EVENT = `data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n`
const DONE = 'data: [DONE]\n\n'

describe('an endpoint that speaks OpenAI', () => {
  it('is invoked with the body as it is, signed, and its answer passes as it is', async () => {
    const answer = JSON.stringify({ object: 'chat.completion', choices: [], usage: USAGE })
    const gateway = await to((response) => void response.writeHead(200, JSON_TYPE).end(answer), {
      inferenceComponent: 'copy-1',
    })
    const { status, text } = await ask(gateway, CHAT)
    expect({ status, text }).toEqual({ status: 200, text: answer })
    expect(gateway.asked).toMatchObject([
      {
        path: '/endpoints/my-endpoint/invocations',
        body: JSON.stringify(CHAT),
        headers: { ...JSON_TYPE, 'x-amzn-sagemaker-inference-component': 'copy-1' },
      },
    ])
    expect(gateway.asked[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/sagemaker\//,
    )
    expect(JSON.stringify(gateway.asked[0]?.headers)).not.toContain('sk-')
    expect(gateway.entries[0]).toMatchObject({
      status: 'ok',
      upstream: 'sagemaker:my-endpoint',
      usage: { freshInput: 10, output: 5 },
    })
  })

  it('streams its events as they are, cut anywhere into frames', async () => {
    const stream = Buffer.from(WORD + WORD + USAGE_EVENT + DONE)
    const gateway = await to((response) => {
      response.writeHead(200, EVENT_STREAM)
      for (let at = 0; at < stream.length; at += 7) response.write(part(stream.subarray(at, at + 7)))
      response.end()
    })
    const { headers, text } = await ask(gateway, { ...CHAT, stream: true })
    expect(headers['content-type']).toBe('text/event-stream')
    expect(text).toBe(WORD + WORD + DONE)
    expect(gateway.asked[0]?.path).toBe('/endpoints/my-endpoint/invocations-response-stream')
    expect(gateway.asked[0]?.body).toContain('"include_usage":true')
    expect(gateway.entries[0]).toMatchObject({ status: 'ok', streamed: true, usage: { freshInput: 10, output: 5 } })
  })

  it('is stopped when the client goes away', async () => {
    let stopped = false
    const gateway = await to((response) => {
      response.writeHead(200, EVENT_STREAM)
      const timer = setInterval(() => response.write(part(WORD)), 10)
      response.on('close', () => {
        stopped = true
        clearInterval(timer)
      })
    })
    const answer = await gateway.handler({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: AUTHORIZED,
      body: bytes({ ...CHAT, stream: true }),
    })
    for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
      expect(Buffer.from(piece).toString()).toBe(WORD)
      break
    }
    await until(() => stopped)
    expect(stopped).toBe(true)
    expect(gateway.entries.map(({ status }) => status)).toEqual(['aborted'])
    expect(gateway.faults).toEqual([])
  })

  it('is told the name by which it knows the model', async () => {
    const gateway = await to((response) => void response.writeHead(200, JSON_TYPE).end('{}'), { model: 'meta/llama' })
    await ask(gateway, CHAT)
    expect(JSON.parse(gateway.asked[0]!.body)).toMatchObject({ model: 'meta/llama' })
  })
})

describe('llama.cpp behind SageMaker', () => {
  it.each([
    ['/v1/chat/completions', CHAT, 'generate'],
    ['/v1/completions', { model: 'm', prompt: 'x' }, 'generate'],
    ['/v1/embeddings', { model: 'm', input: 'x' }, 'embed'],
  ])('is told to serve %s', async (path, body, task) => {
    const gateway = await to((response) => void response.writeHead(200, JSON_TYPE).end('{}'), {
      shape: 'llamacpp',
      task,
    })
    expect((await ask(gateway, body, path)).status).toBe(200)
    expect(gateway.asked[0]?.headers['x-amzn-sagemaker-custom-attributes']).toBe(`route=${path}`)
  })
})

describe('Hugging Face behind SageMaker', () => {
  const answering =
    (value: unknown, attributes?: string) =>
    (response: ServerResponse): void =>
      void response
        .writeHead(200, {
          ...JSON_TYPE,
          ...(attributes === undefined ? {} : { 'x-amzn-sagemaker-custom-attributes': attributes }),
        })
        .end(JSON.stringify(value))

  it('generates from a prompt, without roles and without the prompt repeated', async () => {
    const gateway = await to(answering([{ generated_text: 'Be brief.\n\nHi? Hello there. STOP more' }]), {
      shape: 'huggingface',
    })
    const asked = {
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Hi?' }] },
      ],
      max_tokens: 20,
      temperature: 0.5,
      top_p: 0.9,
      stop: [' STOP'],
    }
    const { status, text } = await ask(gateway, asked)
    expect(JSON.parse(gateway.asked[0]!.body)).toEqual({
      inputs: 'Be brief.\n\nHi?',
      parameters: { max_new_tokens: 20, do_sample: true, temperature: 0.5, top_p: 0.9 },
    })
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      object: 'chat.completion',
      model: 'm',
      choices: [{ message: { role: 'assistant', content: ' Hello there.' }, finish_reason: 'stop' }],
    })
    // It does not say how many tokens those were; then nobody knows.
    expect(JSON.parse(text)).not.toHaveProperty('usage')
    expect(gateway.entries[0]).toMatchObject({ status: 'ok', usage: {} })
  })

  it('streams in one piece, as it has no other', async () => {
    const gateway = await to(answering({ generated_text: 'Hello.' }, 'prompt_tokens=4, completion_tokens=2'), {
      shape: 'huggingface',
    })
    const { headers, text } = await ask(gateway, { ...CHAT, stream: true })
    const events = text
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)) as { choices: unknown })
    expect(headers['content-type']).toBe('text/event-stream')
    expect(events.map(({ choices }) => choices)).toMatchObject([
      [{ delta: { role: 'assistant', content: 'Hello.' }, finish_reason: null }],
      [{ delta: {}, finish_reason: 'stop' }],
    ])
    expect(text.endsWith(DONE)).toBe(true)
    expect(gateway.entries[0]).toMatchObject({ status: 'ok', streamed: true, usage: { freshInput: 4, output: 2 } })
  })

  it('refuses what it cannot do', async () => {
    const gateway = await to(answering([]), { shape: 'huggingface' })
    const more: readonly object[] = [
      { tools: [] },
      { response_format: {} },
      { n: 2 },
      { messages: [] },
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
    ]
    for (const one of more) expect((await ask(gateway, { ...CHAT, ...one })).status).toBe(400)
    expect((await ask(gateway, '{"model":"m","messages":[1,]}')).status).toBe(400)
    expect(gateway.asked).toEqual([])
  })

  it.each([
    [
      'sentence embeddings',
      {
        embeddings: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      'vectors',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'vectors of each token, by their mean',
      [
        [
          [
            [0, 1],
            [2, 3],
          ],
        ],
        [[[3, 4]]],
      ],
    ],
  ])('embeds: %s', async (_, answer) => {
    const gateway = await to(answering(answer, 'prompt_tokens=9'), { shape: 'huggingface', task: 'embed' })
    const { text } = await ask(gateway, { model: 'm', input: ['a', 'b'] }, '/v1/embeddings')
    expect(JSON.parse(gateway.asked[0]!.body)).toEqual({ inputs: ['a', 'b'] })
    expect(JSON.parse(text)).toEqual({
      object: 'list',
      model: 'm',
      data: [
        { object: 'embedding', index: 0, embedding: [1, 2] },
        { object: 'embedding', index: 1, embedding: [3, 4] },
      ],
      usage: { prompt_tokens: 9, total_tokens: 9 },
    })
    expect(gateway.entries[0]).toMatchObject({ task: 'embed', usage: { freshInput: 9 } })
  })

  it('embeds in base64, as OpenAI’s clients ask', async () => {
    const gateway = await to(answering({ embeddings: [[1, -0.5]] }), { shape: 'huggingface', task: 'embed' })
    const { text } = await ask(gateway, { model: 'm', input: 'a', encoding_format: 'base64' }, '/v1/embeddings')
    const { data } = JSON.parse(text) as { data: { embedding: string }[] }
    expect([...new Float32Array(new Uint8Array(Buffer.from(data[0]!.embedding, 'base64')).buffer)]).toEqual([1, -0.5])
  })

  it.each([
    [
      'all labels',
      [
        [
          { label: 'A', score: 0.2 },
          { label: 'B', score: 0.8 },
        ],
      ],
    ],
    [
      'all labels of one text, without a list around them',
      [
        { label: 'A', score: 0.2 },
        { label: 'B', score: 0.8 },
      ],
    ],
  ])('classifies: %s', async (_, answer) => {
    const gateway = await to(answering(answer), { shape: 'huggingface', task: 'classify' })
    const { text } = await ask(gateway, { model: 'm', input: 'x' }, '/v1/classify')
    expect(JSON.parse(gateway.asked[0]!.body)).toEqual({ inputs: ['x'], parameters: { top_k: null } })
    expect(JSON.parse(text)).toMatchObject({
      object: 'list',
      data: [{ index: 0, label: 'B', probs: [0.8, 0.2], num_classes: 2 }],
    })
    expect(gateway.entries[0]).toMatchObject({ task: 'classify', usage: {} })
  })

  it.each([[{}], [[]], ['text'], [[{ generated_text: 1 }]], [null]])('answers 502 to %j', async (answer) => {
    const gateway = await to(answering(answer), { shape: 'huggingface' })
    expect((await ask(gateway, CHAT)).status).toBe(502)
    expect(gateway.entries[0]).toMatchObject({ status: 'error', fault: 'upstream_garbage' })
  })

  it('answers 502 where there is not one result for each text', async () => {
    const gateway = await to(answering({ embeddings: [[1]] }), { shape: 'huggingface', task: 'embed' })
    expect((await ask(gateway, { model: 'm', input: ['a', 'b'] }, '/v1/embeddings')).status).toBe(502)
  })
})

type Fault = {
  readonly name: string
  readonly answer: (response: ServerResponse) => void
  readonly status: number
  readonly code: string
  readonly retryAfter?: string
  readonly says?: string
}
const refusal =
  (status: number, type: string, value: object = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { ...JSON_TYPE, 'x-amzn-errortype': type }).end(JSON.stringify(value))
const modelError = (
  OriginalStatusCode: number,
  OriginalMessage = '',
  Message = 'arn:aws:sagemaker:us-east-1:123456789012:endpoint',
) => refusal(424, 'ModelError', { OriginalStatusCode, OriginalMessage, Message })

const FAULTS: readonly Fault[] = [
  { name: 'the model fails', answer: modelError(500, 'CUDA out of memory'), status: 424, code: 'model_error' },
  {
    name: 'the model refuses',
    answer: modelError(400, '{"error":{"message":"At most 8192 tokens."}}'),
    status: 400,
    code: 'upstream_error',
    says: 'At most 8192 tokens.',
  },
  {
    name: 'the model refuses in the words of Hugging Face',
    answer: modelError(400, '{"code":400,"type":"InternalServerException","message":"inputs is missing"}'),
    status: 400,
    code: 'upstream_error',
    says: 'inputs is missing',
  },
  { name: 'the model is busy', answer: modelError(429), status: 429, code: 'rate_limit_exceeded', retryAfter: '2' },
  { name: 'the model is loading', answer: modelError(503), status: 503, code: 'upstream_unavailable', retryAfter: '2' },
  {
    name: 'the model takes longer than SageMaker waits',
    answer: modelError(0, '', 'Your invocation timed out while waiting for a response'),
    status: 504,
    code: 'upstream_timeout',
  },
  {
    name: 'the model is not ready',
    answer: refusal(429, 'ModelNotReadyException'),
    status: 503,
    code: 'upstream_unavailable',
    retryAfter: '2',
  },
  {
    name: 'capacity starts',
    answer: refusal(400, 'ValidationError', {
      Message: 'Inference Component has no capacity to process this request.',
    }),
    status: 503,
    code: 'upstream_unavailable',
    retryAfter: '30',
  },
  {
    name: 'the endpoint is not there',
    answer: refusal(400, 'ValidationError', { Message: 'Endpoint e of account 123456789012 not found.' }),
    status: 503,
    code: 'upstream_unavailable',
    retryAfter: '30',
  },
  {
    name: 'the request is too long for SageMaker',
    answer: refusal(400, 'ValidationError', { Message: 'Member must have length less than' }),
    status: 400,
    code: 'upstream_validation',
  },
  {
    name: 'SageMaker throttles',
    answer: refusal(400, 'ThrottlingException'),
    status: 429,
    code: 'rate_limit_exceeded',
    retryAfter: '2',
  },
  {
    name: 'SageMaker is down',
    answer: refusal(503, 'ServiceUnavailable'),
    status: 503,
    code: 'upstream_unavailable',
    retryAfter: '2',
  },
  { name: 'SageMaker fails', answer: refusal(500, 'InternalFailure'), status: 502, code: 'upstream_reset' },
  {
    name: 'our role may not',
    answer: refusal(403, 'AccessDeniedException', { Message: 'arn:aws:sts::123456789012:assumed-role' }),
    status: 403,
    code: 'upstream_forbidden',
  },
  {
    name: 'our credentials are over',
    answer: refusal(403, 'ExpiredTokenException'),
    status: 403,
    code: 'upstream_forbidden',
  },
  { name: 'the connection breaks', answer: (response) => void response.destroy(), status: 502, code: 'upstream_reset' },
  { name: 'no answer comes', answer: () => {}, status: 504, code: 'upstream_timeout' },
  {
    name: 'the answer is no JSON',
    answer: (response) => void response.writeHead(200, JSON_TYPE).end('<html>'),
    status: 502,
    code: 'upstream_garbage',
  },
]

const errorIn = (text: string): { message?: string; code?: string } =>
  (
    JSON.parse(text.startsWith('{') ? text : text.split('data: ').at(-1)!) as {
      error: { message: string; code: string }
    }
  ).error

describe('of SageMaker’s faults', () => {
  it.each(FAULTS)('$name', async ({ answer, status, code, retryAfter, says }) => {
    const gateway = await to((response) => answer(response), { limits: { answerSeconds: 0.5 } })
    const got = await ask(gateway, CHAT)
    expect({ status: got.status, code: errorIn(got.text).code, retryAfter: got.headers['retry-after'] }).toEqual({
      status,
      code,
      retryAfter,
    })
    expect(errorIn(got.text).message).toContain(says ?? '')
    expect(gateway.entries).toMatchObject([{ status: 'error', httpStatus: status, fault: code, usage: {} }])
    // What SageMaker says of accounts, roles and memory is for the operator.
    expect(got.text).not.toMatch(/123456789012|CUDA/)
    expect(gateway.faults).toEqual([])
  })

  const broken: readonly { name: string; frames: readonly Buffer[]; code: string; fault: Partial<LedgerEntry> }[] = [
    {
      name: 'the model breaks off',
      frames: [part(WORD), exception('ModelStreamError', { Message: 'x', ErrorCode: 'StreamBroken' })],
      code: 'model_error',
      fault: { fault: 'model_error' },
    },
    {
      name: 'the model takes too long',
      frames: [part(WORD), exception('ModelStreamError', { Message: 'x', ErrorCode: 'ModelInvocationTimeExceeded' })],
      code: 'upstream_timeout',
      fault: { fault: 'upstream_timeout' },
    },
    {
      name: 'SageMaker breaks off',
      frames: [part(WORD), exception('InternalStreamFailure', {})],
      code: 'model_error',
      fault: { fault: 'model_error' },
    },
    {
      name: 'a frame is damaged',
      frames: [part(WORD), Buffer.from(part(WORD).map((byte, index) => (index === 40 ? byte ^ 1 : byte)))],
      code: 'upstream_reset',
      fault: { fault: 'upstream_reset' },
    },
  ]
  it.each(broken)('in the middle of a stream: $name', async ({ frames, code, fault }) => {
    const gateway = await to((response) => {
      response.writeHead(200, EVENT_STREAM)
      for (const one of frames) response.write(one)
      response.end()
    })
    const { status, text } = await ask(gateway, { ...CHAT, stream: true })
    expect(status).toBe(200)
    expect(text.startsWith(WORD)).toBe(true)
    expect(errorIn(text).code).toBe(code)
    expect(gateway.entries).toMatchObject([{ status: 'error', httpStatus: 200, usage: {}, ...fault }])
  })

  it('a stream that falls silent', async () => {
    const gateway = await to((response) => void response.writeHead(200, EVENT_STREAM).write(part(WORD)), {
      limits: { idleSeconds: 0.3 },
    })
    const { text } = await ask(gateway, { ...CHAT, stream: true })
    expect(errorIn(text).code).toBe('upstream_timeout')
    expect(gateway.entries).toMatchObject([{ status: 'error', fault: 'upstream_timeout' }])
  })
})
