import { randomUUID } from 'node:crypto'
import type { Seconds } from '@breakeven/core'
import { bytesOf, textOf } from '../answer.ts'
import { type Environment, type EnvironmentSettings, startEnvironment } from './environment.ts'
import { failed, failure, type Invocation, type Invoked, invokePlain, invokeStreaming } from './invocation.ts'
import { isStreaming } from './response-stream.ts'

export type LambdaFunction = {
  /** As a client that waits for the whole answer, at most 6 MB of it. */
  readonly invoke: (event: unknown) => Promise<Invoked>
  /** As a client that takes the answer in pieces. */
  readonly invokeStream: (event: unknown) => Promise<Invoked>
  /** Seconds that each cold start took so far. */
  readonly coldStarts: () => readonly Seconds[]
  /** Resolves when nothing runs any more, or when the time is over. */
  readonly settled: (withinSeconds: Seconds) => Promise<void>
}

export type LambdaSettings = Pick<EnvironmentSettings, 'env'> &
  Partial<EnvironmentSettings> & {
    readonly timeoutSeconds?: Seconds
    /** Environments at once; more calls are throttled. The account's limit on AWS. */
    readonly concurrency?: number
  }

const NAME = 'gateway'
const MEMORY_MB = '256'
const TIMEOUT_SECONDS = 900
/** Lambda's default for an account. */
const CONCURRENCY = 1000
const PAYLOAD_BYTES = 6_291_556
const LOOK_MS = 10

/** What a function finds in its environment beside its own settings. */
const runtimeEnv = (handler: string): Readonly<Record<string, string>> => ({
  AWS_LAMBDA_FUNCTION_NAME: NAME,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: MEMORY_MB,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
  LAMBDA_TASK_ROOT: '/var/task',
  _HANDLER: `index.${handler}`,
  TZ: ':UTC',
})

const contextFor = (timeoutSeconds: Seconds): object => {
  const until = performance.now() + timeoutSeconds * 1000
  return {
    awsRequestId: randomUUID(),
    functionName: NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${NAME}`,
    memoryLimitInMB: MEMORY_MB,
    logGroupName: `/aws/lambda/${NAME}`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, until - performance.now()),
  }
}

/** The whole of a stream is the payload: JSON, or a string where it is none. */
const gathered = async (body: AsyncIterable<Uint8Array>): Promise<Invoked> => {
  let bytes
  try {
    bytes = await bytesOf(body)
  } catch (error) {
    return failure(error)
  }
  if (bytes.length > PAYLOAD_BYTES) {
    const message = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_BYTES} bytes).`
    return failed('Function.ResponseSizeTooLarge', message)
  }
  const text = textOf(bytes)
  try {
    return { kind: 'payload', value: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'payload', value: text }
  }
}

/**
 * AWS Lambda for one bundle, in this process: an environment serves one call at a time and is kept for the next one, more
 * calls at once start more environments, and one that times out is not used again. Memory and CPU are the machine's.
 */
export const lambdaFunction = (code: string, settings: LambdaSettings): LambdaFunction => {
  const { timeoutSeconds = TIMEOUT_SECONDS, concurrency = CONCURRENCY, handler = 'handler' } = settings
  const { modules = {}, onLog = () => {} } = settings
  const started: EnvironmentSettings = { handler, modules, onLog, env: { ...runtimeEnv(handler), ...settings.env } }
  const idle: Environment[] = []
  const coldStarts: Seconds[] = []
  let busy = 0

  const coldStart = (): Environment => {
    const from = performance.now()
    const environment = startEnvironment(code, started)
    coldStarts.push((performance.now() - from) / 1000)
    return environment
  }

  const begin = (environment: Environment, event: unknown): Invocation => {
    busy++
    return {
      environment,
      event,
      context: contextFor(timeoutSeconds),
      timeoutSeconds,
      release: () => {
        busy--
        if (!environment.dead) idle.push(environment)
      },
    }
  }

  const invokeStream = async (event: unknown): Promise<Invoked> => {
    if (busy >= concurrency) return failed('TooManyRequestsException', 'Rate Exceeded.')
    let environment
    try {
      environment = idle.pop() ?? coldStart()
    } catch (error) {
      return failure(error, 'Runtime.')
    }
    const call = begin(environment, event)
    return isStreaming(environment.handler) ? invokeStreaming(call) : invokePlain(call)
  }

  return {
    invokeStream,
    invoke: async (event) => {
      const invoked = await invokeStream(event)
      return invoked.kind === 'stream' ? gathered(invoked.body) : invoked
    },
    coldStarts: () => coldStarts,
    settled: async (withinSeconds) => {
      const until = performance.now() + withinSeconds * 1000
      const isRunning = (): boolean => busy > 0 && performance.now() < until
      while (isRunning()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    },
  }
}
