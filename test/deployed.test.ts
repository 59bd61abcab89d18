import { createHash } from 'node:crypto'
import type { Handler, LedgerEntry } from '@breakeven/gateway'
import { runtimeSdk, type Served } from '@breakeven/gateway/node'
import { apiGateway, lambdaFunction, listen, sagemakerRuntime } from '@breakeven/local'
import { stackOf } from '@breakeven/stack'
import { afterEach, expect, test } from 'vitest'
import { type Case, ones, planFor } from '../packages/stack/src/fixtures/hosted.ts'

// What the template says of the function (code, handler, environment) is run as it stands there, before a SageMaker that has
// the template's endpoint: what is deployed is what runs.

const KEY = 'a-key-of-the-usage-plan'
const KEYS = [{ id: 'key123', sha256: createHash('sha256').update(KEY).digest('hex') }]

const open: Served[] = []
afterEach(async () => {
  for (const served of open.splice(0)) await served.close(0)
})

type Properties = {
  readonly Code: { readonly ZipFile: string }
  readonly Handler: string
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> }
  readonly Timeout: number
  readonly EndpointName: string
}

const propertiesOf = (template: string, type: string): Properties => {
  const { Resources } = JSON.parse(template) as { Resources: Record<string, { Type: string; Properties: Properties }> }
  const found = Object.values(Resources).filter(({ Type }) => Type === type)
  // The loader of the serving script is a function too, and has no settings.
  return (found.find(({ Properties }) => Properties.Environment !== undefined) ?? found[0]!).Properties
}

/** The function of the template, its endpoint served by a container of the test's own. */
const deploy = async (name: Case, container: Handler): Promise<{ url: string; ledger: LedgerEntry[] }> => {
  const { template, plan } = await stackOf(planFor(name), ones[name].items)
  const { EndpointName } = propertiesOf(template, 'AWS::SageMaker::Endpoint')
  const { Code, Handler: handler, Environment, Timeout } = propertiesOf(template, 'AWS::Lambda::Function')
  const runtime = await listen(sagemakerRuntime(new Map([[EndpointName, { container }]])))
  open.push(runtime)
  // As Lambda's environment: the role's credentials, and AWS's own address in place of ours.
  const sdk = await runtimeSdk()
  class Client extends sdk.SageMakerRuntimeClient {
    constructor(config: ConstructorParameters<typeof sdk.SageMakerRuntimeClient>[0]) {
      super({ credentials: { accessKeyId: 'ROLE', secretAccessKey: 'x' }, endpoint: runtime.url, ...config })
    }
  }
  const ledger: LedgerEntry[] = []
  const lambda = lambdaFunction(Code.ZipFile, {
    env: { AWS_REGION: plan.deployment.region, ...Environment.Variables },
    modules: { '@aws-sdk/client-sagemaker-runtime': { ...sdk, SageMakerRuntimeClient: Client } },
    handler: handler.replace('index.', ''),
    timeoutSeconds: Timeout,
    onLog: (line) => {
      if (line.startsWith('{"ledger"')) ledger.push(JSON.parse(line) as LedgerEntry)
    },
  })
  const rest = plan.deployment.front === 'rest'
  const api = await listen(
    apiGateway({
      kind: rest ? 'rest-stream' : 'http',
      lambda,
      ...(rest
        ? { keys: KEYS, throttle: { requestsPerSecond: plan.throttle.perSecond, burst: plan.throttle.burst } }
        : {}),
    }),
  )
  open.unshift(api)
  return { url: api.url, ledger }
}

const answering =
  (answer: (body: Record<string, unknown>) => unknown): Handler =>
  async ({ body }) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(answer(JSON.parse(new TextDecoder().decode(body))))),
  })

const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })

test('the chat template: a key of the plan, the model by its name, the call in the ledger', async () => {
  const asked: unknown[] = []
  const { url, ledger } = await deploy(
    'llama',
    answering((body) => {
      asked.push(body['model'])
      return {
        id: 'c1',
        object: 'chat.completion',
        created: 1,
        model: body['model'],
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
      }
    }),
  )
  const body = { model: 'llama-3.1-8b', messages: [{ role: 'user', content: 'Say hello.' }] }
  expect((await post(`${url}/v1/chat/completions`, body)).status).toBe(403)
  expect((await post(`${url}/v1/chat/completions`, body, { 'x-api-key': 'another' })).status).toBe(403)
  const answer = await post(`${url}/v1/chat/completions`, body, { 'x-api-key': KEY })
  expect([answer.status, await answer.json()]).toMatchObject([200, { usage: { prompt_tokens: 12 } }])
  expect(asked).toEqual(['llama-3.1-8b'])
  expect(ledger).toMatchObject([
    {
      model: 'llama-3.1-8b',
      project: 'key123',
      upstream: 'sagemaker:test-llama',
      usage: { freshInput: 12, output: 3 },
    },
  ])
})

test('the labels template: through an HTTP API to the container that knows inputs', async () => {
  const { url, ledger } = await deploy(
    'bert',
    answering(({ inputs }) => [{ label: `of ${JSON.stringify(inputs)}`, score: 0.9 }]),
  )
  const answer = await post(`${url}/v1/classify`, { model: 'bert-base-uncased', input: 'Say hello.' })
  expect([answer.status, JSON.stringify(await answer.json())]).toEqual([200, expect.stringContaining('Say hello.')])
  expect(ledger).toMatchObject([{ task: 'classify', upstream: 'sagemaker:test-bert', status: 'ok' }])
})

test('the Flan-UL2 template: messages become inputs, as our script reads them', async () => {
  const seen: unknown[] = []
  const { url } = await deploy(
    'flan',
    answering((body) => {
      seen.push(body)
      return [{ generated_text: 'Hello.' }]
    }),
  )
  const body = { model: 'flan-ul2', messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 8 }
  const answer = await post(`${url}/v1/chat/completions`, body, { 'x-api-key': KEY })
  expect([answer.status, await answer.json()]).toMatchObject([200, { choices: [{ message: { content: 'Hello.' } }] }])
  expect(seen).toEqual([{ inputs: 'Say hello.', parameters: { max_new_tokens: 8 } }])
})
