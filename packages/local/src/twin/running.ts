import type { LiveReplica, LiveTokens, Seconds, Tokens } from '@breakeven/core'
import type { Clock } from './clock.ts'

type Listener = (tokens: Tokens, last: boolean) => void

/** A replica in the time of a clock: each token is told when it is due. */
export type RunningReplica = {
  /** Takes a request in now, and gives back how to take it out; or why not. */
  readonly begin: (
    input: Tokens,
    output: Tokens,
    listener: Listener,
    prefix?: readonly number[],
  ) => (() => void) | 'too long' | 'full'
  readonly outstanding: () => number
  /** Tells nothing more. */
  readonly stop: () => void
}

/** An iteration that is due at this very moment begins. */
const THIS_MOMENT: Seconds = 1e-9

export const runningReplica = (replica: LiveReplica, clock: Clock): RunningReplica => {
  const listeners = new Map<number, Listener>()
  /** Told by the replica, not yet due; in the order of time. */
  let due: LiveTokens[] = []
  let callOff = (): void => {}

  const advance = (until: Seconds): void => {
    due.push(...replica.advance(until))
    const later = due.findIndex(({ at }) => at > until)
    const ready = later === -1 ? due : due.slice(0, later)
    due = later === -1 ? [] : due.slice(later)
    for (const { request, tokens, last } of ready) {
      const listener = listeners.get(request)
      if (last) listeners.delete(request)
      listener?.(tokens, last)
    }
  }

  const schedule = (): void => {
    callOff()
    const at = Math.min(due[0]?.at ?? Infinity, replica.nextAt())
    callOff = Number.isFinite(at) ? clock.wakeAt(at, wake) : () => {}
  }

  const wake = (): void => {
    advance(clock.now() + THIS_MOMENT)
    schedule()
  }

  return {
    begin: (input, output, listener, prefix) => {
      const at = clock.now()
      advance(at)
      const request = replica.enter(at, input, output, prefix)
      if (typeof request !== 'number') return request
      listeners.set(request, listener)
      schedule()
      return () => {
        if (!listeners.delete(request)) return
        advance(clock.now())
        replica.cancel(request)
        schedule()
      }
    },
    outstanding: () => listeners.size,
    stop: () => {
      callOff()
      listeners.clear()
    },
  }
}
