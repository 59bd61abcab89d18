import type { Seconds } from '@breakeven/core'

/** Time as the twin sees it: the machine's, or a test's. */
export type Clock = {
  /** From any origin; never goes back. */
  readonly now: () => Seconds
  /** Calls once, not before that moment; gives back how to call it off. */
  readonly wakeAt: (at: Seconds, wake: () => void) => () => void
}

const now = (): Seconds => performance.now() / 1000

/** Timers have whole milliseconds: a wake is up to one late, and lateness does not add up, for moments are absolute. */
export const machineClock: Clock = {
  now,
  wakeAt: (at, wake) => {
    const timer = setTimeout(wake, Math.ceil(Math.max(0, at - now()) * 1000))
    return () => clearTimeout(timer)
  },
}
