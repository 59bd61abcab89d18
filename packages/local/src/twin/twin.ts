import { InputError, liveReplica, type OpenModel, type Replica, type RequestShape, type Tokens } from '@breakeven/core'
import { type Clock, machineClock } from './clock.ts'
import { type RunningReplica, runningReplica } from './running.ts'

/** Tokens as they are due, `last` with the last of them. */
export type Piece = { readonly tokens: Tokens; readonly last: boolean }

/** What is asked of a twin. `prefix` gives ids to the leading blocks of so many tokens: what others sent is in the cache. */
type Generation = {
  readonly input: Tokens
  readonly output: Tokens
  readonly prefix?: (blockTokens: Tokens) => readonly number[]
}

/** A deployment that is not there, in its own time. */
export type Twin = {
  readonly model: OpenModel
  /** Tokens of cache of one replica; 0 for encoders. */
  readonly kvTokens: Tokens
  readonly generate: (asked: Generation, signal?: AbortSignal) => AsyncIterable<Piece> | 'too long' | 'full'
  /** Requests that wait or run. */
  readonly outstanding: () => number
  readonly stop: () => void
}

export type TwinOptions = {
  /** Replicas between which requests are spread: each goes where the fewest are. */
  readonly replicas?: number
  /** A usual request; decides how much cache there is for models with sliding windows. */
  readonly typical?: RequestShape
  readonly clock?: Clock
}

const TYPICAL: RequestShape = { input: 1000, output: 200 }

/** What one caller waits for: pieces come by call, and go by asking. */
const pieces = (
  begin: (listener: (tokens: Tokens, last: boolean) => void) => ReturnType<RunningReplica['begin']>,
  signal: AbortSignal | undefined,
): AsyncIterable<Piece> | 'too long' | 'full' => {
  const come: Piece[] = []
  let gone = false
  let tell = (): void => {}
  const cancel = begin((tokens, last) => {
    come.push({ tokens, last })
    tell()
  })
  if (typeof cancel === 'string') return cancel
  const leave = (): void => {
    gone = true
    cancel()
    tell()
  }
  if (signal?.aborted === true) leave()
  else signal?.addEventListener('abort', leave, { once: true })
  const next = async (): Promise<Piece | undefined> => {
    if (come.length === 0 && !gone) {
      await new Promise<void>((resolve) => {
        tell = resolve
      })
    }
    if (gone) return undefined
    // Who reads slower than tokens come is given several at once, as by a real server.
    const ready = come.splice(0)
    return { tokens: ready.reduce((sum, { tokens }) => sum + tokens, 0), last: ready.at(-1)?.last === true }
  }
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (let piece = await next(); piece !== undefined; piece = await next()) {
          yield piece
          if (piece.last) return
        }
      } finally {
        signal?.removeEventListener('abort', leave)
        cancel()
      }
    },
  }
}

const running = (
  replica: Replica,
  { typical = TYPICAL, clock = machineClock }: TwinOptions,
): [RunningReplica, Tokens] => {
  const live = liveReplica(replica, typical)
  if (!live.fits) throw new InputError(`${replica.model.id} does not fit on ${replica.accelerator.id}: ${live.reason}`)
  return [runningReplica(live, clock), live.kvTokens]
}

/**
 * The timing twin of a deployment: it computes nothing and answers when the capacity model says that the hardware would,
 * under the load that it really gets. Each replica is core's simulator, advanced iteration by iteration.
 *
 * @throws InputError where the model does not fit.
 */
export const twinOf = (replica: Replica, options: TwinOptions = {}): Twin => {
  const fleet = Array.from({ length: Math.max(1, options.replicas ?? 1) }, () => running(replica, options))
  const replicas = fleet.map(([each]) => each)
  const quietest = (): RunningReplica | undefined =>
    replicas.toSorted((one, other) => one.outstanding() - other.outstanding())[0]
  return {
    model: replica.model,
    kvTokens: fleet[0]?.[1] ?? 0,
    generate: ({ input, output, prefix }, signal) =>
      pieces(
        (listener) => quietest()?.begin(input, output, listener, prefix?.(replica.engine.blockTokens)) ?? 'full',
        signal,
      ),
    outstanding: () => replicas.reduce((sum, each) => sum + each.outstanding(), 0),
    stop: () => {
      for (const each of replicas) each.stop()
    },
  }
}
