import type { Seconds } from '@breakeven/core'
import type { Environment } from './environment.ts'
import { responseStream } from './response-stream.ts'

/** What came of one invocation. A stream's end is the function's; one that fails half way throws. */
export type Invoked =
  | { readonly kind: 'payload'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly contentType: string | undefined; readonly body: AsyncIterable<Uint8Array> }
  | { readonly kind: 'failed'; readonly type: string; readonly message: string }

/** A call in an environment. */
export type Invocation = {
  readonly environment: Environment
  readonly event: unknown
  readonly context: object
  readonly timeoutSeconds: Seconds
  /** Told once, when the environment is free again. */
  readonly release: () => void
}

export const failed = (type: string, message: string): Invoked => ({ kind: 'failed', type, message })

/** What a function threw, as Lambda reports it. */
export const failure = (error: unknown, prefix = ''): Invoked =>
  error instanceof Error ? failed(prefix + error.name, error.message) : failed(`${prefix}Error`, String(error))

const timedOutText = (seconds: Seconds): string => `Task timed out after ${seconds.toFixed(2)} seconds`
const timedOut = ({ timeoutSeconds }: Invocation): Invoked => failed('Sandbox.Timedout', timedOutText(timeoutSeconds))

const OVER = Symbol('over')

/** The work's outcome, or that the time is over: the work goes on unheard, and its environment is given up. */
const untilTimeout = async <T>(
  { environment, timeoutSeconds }: Invocation,
  work: Promise<T>,
): Promise<T | typeof OVER> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<typeof OVER>((resolve) => {
    timer = setTimeout(() => {
      environment.dead = true
      resolve(OVER)
    }, timeoutSeconds * 1000)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}

type Handle = (event: unknown, context: object) => unknown

/** A plain handler: its result, through JSON as it goes over the wire. */
export const invokePlain = async (call: Invocation): Promise<Invoked> => {
  const { environment, event, context, release } = call
  const handle = environment.handler as Handle
  try {
    const value = await untilTimeout(
      call,
      Promise.resolve().then(() => handle(event, context)),
    )
    if (value === OVER) return timedOut(call)
    return { kind: 'payload', value: value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown) }
  } catch (error) {
    return failure(error)
  } finally {
    release()
  }
}

type Stream = ReturnType<typeof responseStream>
type Streaming = (event: unknown, stream: Stream, context: object) => unknown

/** Runs the handler to its end and its stream's, and breaks the stream off where that is no good end. */
const runInto = async (stream: Stream, call: Invocation): Promise<void> => {
  const { environment, event, context, release, timeoutSeconds } = call
  const handle = environment.handler as Streaming
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('error', reject)
    stream.once('finish', resolve)
  })
  // Waited for below; but a handler may fail first, and then nobody waits for the stream any more.
  ended.catch(() => {})
  try {
    const work = Promise.resolve()
      .then(() => handle(event, stream, context))
      .then(() => ended)
    if ((await untilTimeout(call, work)) === OVER) stream.destroy(new Error(timedOutText(timeoutSeconds)))
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)))
  } finally {
    release()
  }
}

/** A streaming handler: the answer begins with its first bytes, and its environment is busy until the end. */
export const invokeStreaming = async (call: Invocation): Promise<Invoked> => {
  const stream = responseStream()
  const begun = new Promise<Error | undefined>((resolve) => {
    stream.once('readable', () => resolve(undefined))
    stream.once('end', () => resolve(undefined))
    stream.once('error', resolve)
  })
  const run = runInto(stream, call)
  const error = await begun
  if (error === undefined) return { kind: 'stream', contentType: stream.contentType, body: stream }
  await run
  return call.environment.dead ? timedOut(call) : failure(error)
}
