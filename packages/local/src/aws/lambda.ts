import { randomUUID } from 'node:crypto'
import { createRequire, isBuiltin } from 'node:module'
import { compileFunction } from 'node:vm'
import type { Seconds } from '@breakeven/core'
import { textOf } from '../answer.ts'
import { awslambda, isStreaming, responseStream } from './response-stream.ts'

/** What came of one invocation. A stream's end is the function's; one that fails half way throws. */
export type Invoked =
  | { readonly kind: 'payload'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly contentType: string | undefined; readonly body: AsyncIterable<Uint8Array> }
  | { readonly kind: 'failed'; readonly type: string; readonly message: string }

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

export type LambdaSettings = {
  readonly env: Readonly<Record<string, string>>
  /** What the runtime carries and the bundle leaves out, by the name it is required by. */
  readonly modules?: Readonly<Record<string, unknown>>
  readonly timeoutSeconds?: Seconds
  /** Environments at once; more calls are throttled. The account's limit on AWS. */
  readonly concurrency?: number
  readonly memoryMb?: number
  readonly name?: string
  /** The exported function, as in `index.handler`. */
  readonly handler?: string
  /** Lines that the function writes to standard output or to the console: CloudWatch Logs on AWS. */
  readonly onLog?: (line: string) => void
}

/** Lambda's default for an account. */
const CONCURRENCY = 1000
const TIMEOUT_SECONDS = 900
const PAYLOAD_BYTES = 6_291_556
const LOOK_MS = 10
const failed = (type: string, message: string): Invoked => ({ kind: 'failed', type, message })

type Handle = (event: unknown, context: unknown) => unknown
type Environment = { readonly handler: unknown; dead: boolean }

/** Whole lines, as a log has them. */
const linesTo = (onLog: (line: string) => void): ((text: string) => void) => {
  let begun = ''
  return (text) => {
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) onLog(line)
  }
}

type Written = string | Uint8Array
type Done = (error?: Error | null) => void

/** A process whose environment and output are the function's own. */
const processFor = (env: Readonly<Record<string, string>>, write: (text: string) => void): NodeJS.Process => {
  const put = (chunk: Written, encoding?: unknown, done?: Done): boolean => {
    write(typeof chunk === 'string' ? chunk : textOf(chunk))
    const called = typeof encoding === 'function' ? (encoding as Done) : done
    if (called !== undefined) queueMicrotask(() => called())
    return true
  }
  return Object.create(process, {
    env: { value: { ...env } },
    stdout: { value: { write: put } },
    stderr: { value: { write: put } },
  }) as NodeJS.Process
}

const consoleFor = (write: (text: string) => void): object => {
  const log = (...values: unknown[]): void => {
    const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    write(`${texts.join(' ')}\n`)
  }
  return Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, log]))
}

const here = createRequire(import.meta.url)

/** Runs a CommonJS file as Lambda's Node runtime runs `index.js`, and gives its `handler`. */
const start = (
  code: string,
  { env, modules = {}, handler: name = 'handler', onLog = () => {} }: LambdaSettings,
): Environment => {
  const write = linesTo(onLog)
  const own = processFor(env, write)
  const require = (id: string): unknown => {
    if (Object.hasOwn(modules, id)) return modules[id]
    if (id === 'process' || id === 'node:process') return own
    if (isBuiltin(id)) return here(id)
    throw Object.assign(new Error(`Cannot find module '${id}': it is neither in the bundle nor in the runtime`), {
      code: 'MODULE_NOT_FOUND',
    })
  }
  const module: { exports: Record<string, unknown> } = { exports: {} }
  const names = ['exports', 'require', 'module', '__filename', '__dirname', 'awslambda', 'process', 'console']
  const run = compileFunction(code, names, { filename: '/var/task/index.js' }) as (...values: unknown[]) => void
  run(module.exports, require, module, '/var/task/index.js', '/var/task', awslambda, own, consoleFor(write))
  const handler = module.exports[name]
  if (typeof handler !== 'function') throw new Error(`index.${name} is undefined or not exported`)
  return { handler, dead: false }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error')
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * AWS Lambda for one bundle, in this process: an environment serves one call at a time and is kept for the next one, more
 * calls at once start more environments, and one that times out is not used again. Memory and CPU are the machine's.
 */
export const lambdaFunction = (code: string, settings: LambdaSettings): LambdaFunction => {
  const { timeoutSeconds = TIMEOUT_SECONDS, concurrency = CONCURRENCY, memoryMb = 256, name = 'gateway' } = settings
  const runtime = {
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    LAMBDA_TASK_ROOT: '/var/task',
    _HANDLER: `index.${settings.handler ?? 'handler'}`,
    TZ: ':UTC',
  }
  const idle: Environment[] = []
  const coldStarts: Seconds[] = []
  let busy = 0

  const take = (): Environment => {
    const kept = idle.pop()
    if (kept !== undefined) return kept
    const from = performance.now()
    const environment = start(code, { ...settings, env: { ...runtime, ...settings.env } })
    coldStarts.push((performance.now() - from) / 1000)
    return environment
  }

  const release = (environment: Environment): void => {
    busy--
    if (!environment.dead) idle.push(environment)
  }

  const contextUntil = (until: number): object => ({
    awsRequestId: randomUUID(),
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${name}`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, until - performance.now()),
  })

  type Began = { readonly environment: Environment; readonly until: number }
  const began = (): Began | Invoked => {
    if (busy >= concurrency) return failed('TooManyRequestsException', 'Rate Exceeded.')
    try {
      const environment = take()
      busy++
      return { environment, until: performance.now() + timeoutSeconds * 1000 }
    } catch (error) {
      return failed(`Runtime.${nameOf(error)}`, messageOf(error))
    }
  }

  const TIMED_OUT = Symbol('timed out')
  /** The work's outcome, or that the time is over: the work goes on unheard, and its environment is given up. */
  const untilTimeout = async <T>({ environment, until }: Began, work: Promise<T>): Promise<T | typeof TIMED_OUT> => {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<typeof TIMED_OUT>((resolve) => {
      timer = setTimeout(() => {
        environment.dead = true
        resolve(TIMED_OUT)
      }, until - performance.now())
    })
    try {
      return await Promise.race([work, over])
    } finally {
      clearTimeout(timer)
    }
  }
  const TASK_TIMED_OUT = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`
  const timedOut = (): Invoked => failed('Sandbox.Timedout', TASK_TIMED_OUT)

  /** A plain handler: its result, through JSON as it goes over the wire. */
  const plain = async (begun: Began, event: unknown): Promise<Invoked> => {
    const { environment, until } = begun
    try {
      const handle = environment.handler as Handle
      const value = await untilTimeout(
        begun,
        Promise.resolve().then(() => handle(event, contextUntil(until))),
      )
      if (value === TIMED_OUT) return timedOut()
      return { kind: 'payload', value: value === undefined ? null : JSON.parse(JSON.stringify(value)) }
    } catch (error) {
      return failed(nameOf(error), messageOf(error))
    } finally {
      release(environment)
    }
  }

  /** A streaming handler: the answer begins with its first bytes, and its environment is busy until the end. */
  const streamed = async (begun: Began, event: unknown): Promise<Invoked> => {
    const { environment, until } = begun
    const stream = responseStream()
    const handle = environment.handler as (event: unknown, into: unknown, context: unknown) => unknown
    const ended = new Promise<void>((resolve, reject) => {
      stream.once('error', reject)
      stream.once('finish', resolve)
    })
    // Listened to below; but a handler may fail first, and then nobody waits for the stream any more.
    ended.catch(() => {})
    const work = Promise.resolve()
      .then(() => handle(event, stream, contextUntil(until)))
      .then(() => ended)
    const watched = (async () => {
      try {
        if ((await untilTimeout(begun, work)) === TIMED_OUT) stream.destroy(new Error(TASK_TIMED_OUT))
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)))
      } finally {
        release(environment)
      }
    })()
    const first = await new Promise<Error | undefined>((resolve) => {
      stream.once('readable', () => resolve(undefined))
      stream.once('error', resolve)
      stream.once('end', () => resolve(undefined))
    })
    if (first !== undefined) {
      await watched
      return environment.dead ? timedOut() : failed(nameOf(first), first.message)
    }
    return { kind: 'stream', contentType: stream.contentType, body: stream }
  }

  const invokeStream = async (event: unknown): Promise<Invoked> => {
    const begun = began()
    if ('kind' in begun) return begun
    return isStreaming(begun.environment.handler) ? streamed(begun, event) : plain(begun, event)
  }

  /** The whole of a stream is the payload: JSON, or a string where it is none. */
  const gathered = async (body: AsyncIterable<Uint8Array>): Promise<Invoked> => {
    const pieces: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const piece of body) {
        bytes += piece.length
        pieces.push(piece)
      }
    } catch (error) {
      return failed(nameOf(error), messageOf(error))
    }
    if (bytes > PAYLOAD_BYTES) {
      const message = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_BYTES} bytes).`
      return failed('Function.ResponseSizeTooLarge', message)
    }
    const text = textOf(Buffer.concat(pieces))
    try {
      return { kind: 'payload', value: JSON.parse(text) as unknown }
    } catch {
      return { kind: 'payload', value: text }
    }
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
