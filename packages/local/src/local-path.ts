import type { Seconds, Task } from '@breakeven/core'
import { type Handler, type LedgerEntry, readConfig, type SageMakerUpstream } from '@breakeven/gateway'
import { bundleLambda } from '@breakeven/gateway/bundle'
import { runtimeSdk, type Served } from '@breakeven/gateway/node'
import { isObject, objectIn, utf8 } from './answer.ts'
import { type ApiKey, apiGateway } from './aws/api-gateway.ts'
import { lambdaFunction } from './aws/lambda.ts'
import type { Throttle } from './aws/token-bucket.ts'
import { listen } from './listen.ts'
import { sagemakerRuntime } from './sagemaker/runtime.ts'

/** A model behind an endpoint of its own. */
export type LocalModel = {
  readonly container: Handler
  readonly shape: SageMakerUpstream['shape']
  readonly task: Task
}

export type LocalPathSettings = {
  /** By the name that clients use. */
  readonly models: Readonly<Record<string, LocalModel>>
  /** `rest` streams and takes the keys in `x-api-key`; behind `http`, the function asks for them as bearer. */
  readonly front: 'rest' | 'http'
  readonly keys: readonly ApiKey[]
  readonly throttle?: Throttle
  /** Endpoints are scaled to zero: capacity comes so long after the first call of each. */
  readonly capacityAfterSeconds?: Seconds
  readonly port?: number
  readonly host?: string
  /** Lines of the function's log that are calls, and all others. */
  readonly onCall: (entry: LedgerEntry) => void
  readonly onLog?: (line: string) => void
}

export type LocalPath = Served & {
  /** Seconds of each start of the function. */
  readonly coldStarts: () => readonly number[]
  readonly bundleBytes: number
}

const GRACE_SECONDS = 5
const LAST_LINES_SECONDS = 1
const REGION = 'us-east-1'
/** Nobody here knows whose they are: the stand-in checks that a client signs, not with what. */
const CREDENTIALS = { accessKeyId: 'LOCALONLY', secretAccessKey: 'local' }

/** SageMaker's names of endpoints have no dots, slashes or @. */
const endpointName = (name: string, index: number): string =>
  `${name
    .replaceAll(/[^a-zA-Z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 50)}-${index}`

/** The SDK with credentials of its own, as Lambda's environment has them: those of this machine's user stay unused. */
const modulesOf = async (): Promise<Readonly<Record<string, unknown>>> => {
  const sdk = await runtimeSdk()
  const { SageMakerRuntimeClient } = sdk
  class LocalClient extends SageMakerRuntimeClient {
    constructor(config: ConstructorParameters<typeof SageMakerRuntimeClient>[0]) {
      super({ credentials: CREDENTIALS, ...config })
    }
  }
  return { '@aws-sdk/client-sagemaker-runtime': { ...sdk, SageMakerRuntimeClient: LocalClient } }
}

/** Asked whether capacity is there: the first question is what starts it. */
const startingIn = (seconds: Seconds): (() => boolean) => {
  let readyAt: number | undefined
  return () => {
    const now = performance.now()
    readyAt ??= now + seconds * 1000
    return now >= readyAt
  }
}

const callIn = (line: string): LedgerEntry | undefined => {
  if (!line.startsWith('{"ledger":')) return undefined
  const entry = objectIn(utf8(line))
  return isObject(entry) ? (entry as LedgerEntry & typeof entry) : undefined
}

/**
 * The whole path on this machine: API Gateway, the very bundle that the stack deploys to Lambda, SageMaker's runtime, and
 * the models behind it. What passes between them passes over HTTP in AWS's own form.
 *
 * @throws InputError where the port is taken.
 */
export const serveLocalPath = async (settings: LocalPathSettings): Promise<LocalPath> => {
  const { models, front, keys, throttle, capacityAfterSeconds = 0, port, host, onCall, onLog = () => {} } = settings
  const named = Object.entries(models).map(([name, model], index) => ({
    name,
    model,
    endpoint: endpointName(name, index),
  }))
  const endpoints = new Map(
    named.map(({ endpoint, model: { container } }) => [
      endpoint,
      { container, ready: startingIn(capacityAfterSeconds) },
    ]),
  )
  const [code, modules, runtime] = await Promise.all([bundleLambda(), modulesOf(), listen(sagemakerRuntime(endpoints))])
  const upstreams = named.map(({ name, model: { shape, task }, endpoint }): [string, SageMakerUpstream] => [
    name,
    { kind: 'sagemaker', endpoint, region: REGION, endpointUrl: runtime.url, shape, task },
  ])
  const rest = front === 'rest'
  const config = readConfig({
    models: Object.fromEntries(upstreams),
    ...(rest ? { auth: 'front' } : { auth: 'keys', keys: keys.map(({ id, sha256 }) => `${id}:${sha256}`) }),
  })
  const lambda = lambdaFunction(code, {
    env: { AWS_REGION: REGION, BREAKEVEN_GATEWAY: JSON.stringify(config) },
    modules,
    handler: rest ? 'handler' : 'buffered',
    onLog: (line) => {
      const call = callIn(line)
      if (call === undefined) onLog(line)
      else onCall(call)
    },
  })
  const api = apiGateway({
    kind: rest ? 'rest-stream' : 'http',
    lambda,
    ...(rest ? { keys } : {}),
    ...(throttle === undefined ? {} : { throttle }),
  })
  try {
    const served = await listen(api, port, host)
    return {
      url: served.url,
      coldStarts: lambda.coldStarts,
      bundleBytes: Buffer.byteLength(code),
      close: async (graceSeconds = GRACE_SECONDS) => {
        const until = performance.now() + graceSeconds * 1000
        await served.close(graceSeconds)
        // A call whose client has gone still runs, and has its line to write: done in time, or cut off from its model.
        await lambda.settled((until - performance.now()) / 1000)
        await runtime.close(0)
        await lambda.settled(LAST_LINES_SECONDS)
      },
    }
  } catch (error) {
    await runtime.close(0)
    throw error
  }
}
