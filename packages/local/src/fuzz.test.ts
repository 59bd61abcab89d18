import type { GatewayRequest, Handler } from '@breakeven/gateway'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replica } from '../../core/src/fixtures/hardware.ts'
import { bytesOf, utf8 } from './answer.ts'
import { apiGateway } from './aws/api-gateway.ts'
import { lambdaFunction } from './aws/lambda.ts'
import type { Embedder } from './encoder/embedder.ts'
import { encoderContainer } from './encoder/container.ts'
import { sagemakerRuntime } from './sagemaker/runtime.ts'
import { hurriedClock } from './testing/clock.ts'
import { twinContainer } from './twin/container.ts'
import { twinOf } from './twin/twin.ts'

const twin = twinContainer(twinOf(replica(), { clock: hurriedClock() }), 3)

const fakeEmbedder: Embedder = {
  name: 'fake',
  dimensions: 2,
  embed: (texts) => Promise.resolve(texts.map(() => [1, 0])),
  tokensOf: (text) => text.length,
}
const encoder = encoderContainer(fakeEmbedder, 'text-classification', (texts) =>
  Promise.resolve(texts.map(() => [{ label: 'a', score: 1 }])),
)
const endpoints = new Map([
  ['twin', { container: twin }],
  ['encoder', { container: encoder }],
  ['throws', { container: () => Promise.reject(new Error('no')) }],
])
const runtime = sagemakerRuntime(endpoints)
const echo = lambdaFunction('exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) })', {
  env: {},
})

const keys = [
  'messages',
  'prompt',
  'inputs',
  'input',
  'parameters',
  'max_tokens',
  'max_completion_tokens',
  'min_tokens',
]
const more = [
  'stream',
  'stream_options',
  'n',
  'tools',
  'model',
  'ignore_eos',
  'top_k',
  'max_new_tokens',
  'content',
  'role',
]
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'x'.repeat(50_000), '\u0000', '__proto__'))
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 3, 0.5, 1e308, 1e9, 200_000),
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...keys, ...more), anyText), tie('value'), { maxKeys: 6 }),
  ),
}))
const anyBody: fc.Arbitrary<Uint8Array> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .dictionary(fc.constantFrom(...keys, ...more), anyValue, { maxKeys: 8 })
      .map((value) => utf8(JSON.stringify(value))),
  },
  { weight: 1, arbitrary: anyValue.map((value) => utf8(JSON.stringify(value) ?? '')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
)
const scope = 'Credential=A/20261124/us-east-1/sagemaker/aws4_request'
const signature = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`
const anyHeaders = fc.oneof(
  fc.constant({ authorization: signature, 'x-amz-date': '20261124T000000Z' }),
  fc.constant({ authorization: 'Bearer x' }),
  fc.dictionary(
    fc.constantFrom(
      'authorization',
      'x-amz-date',
      'content-type',
      'x-api-key',
      'x-amzn-sagemaker-inference-component',
      'accept',
    ),
    anyText,
  ),
)
const anyPath = fc.oneof(
  fc.constantFrom(
    '/',
    '/ping',
    '/invocations',
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/v1/models',
  ),
  fc
    .tuple(
      fc.constantFrom('twin', 'encoder', 'throws', 'none', '..', '%2e'),
      fc.constantFrom(
        'invocations',
        'invocations-response-stream',
        'async-invocations',
        'openai/v1/chat/completions',
        'openai/../ping',
      ),
    )
    .map(([name, action]) => `/endpoints/${name}/${action}`),
  anyText.map((text) => `/${text}`),
)
const anyRequest: fc.Arbitrary<GatewayRequest> = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'X'),
  path: anyPath,
  headers: anyHeaders,
  body: anyBody,
})

const handlers: readonly (readonly [string, Handler])[] = [
  ['the twin', twin],
  ['the encoder', encoder],
  ["SageMaker's runtime", runtime],
  ['a REST API', apiGateway({ kind: 'rest', lambda: echo })],
  ['an HTTP API', apiGateway({ kind: 'http', lambda: echo, keys: [{ id: 'a', sha256: 'ab'.repeat(32) }] })],
]

describe('whatever comes, it is answered: never thrown, never left hanging', () => {
  test.each(handlers)('%s', async (_name, handler) => {
    await fc.assert(
      fc.asyncProperty(anyRequest, async (request) => {
        const { status, headers, body } = await handler(request)
        expect(status).toBeGreaterThanOrEqual(200)
        expect(status).toBeLessThan(600)
        expect(Object.values(headers).every((value) => typeof value === 'string')).toBe(true)
        await bytesOf(body)
      }),
      { numRuns: 400 },
    )
  })
})
