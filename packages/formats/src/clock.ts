import type { Seconds } from '@breakeven/core'

/** What the times of one file show: their span and how fine the clock behind them was. */
export type Clock = {
  readonly see: (at: Seconds) => void
  /** Times further down that a database looked at: their span, and one as fine as the finest of them. */
  readonly seeMany: (times: { readonly first: Seconds; readonly last: Seconds; readonly finest: Seconds }) => void
  readonly first: () => Seconds | undefined
  readonly last: () => Seconds | undefined
  /** Seconds below which times say nothing; undefined where there were none. */
  readonly resolution: () => Seconds | undefined
}

const MICROS = 1e6
const STEPS_IN_MICROS: readonly number[] = [86_400e6, 3600e6, 60e6, 1e6, 1e3, 1]

/** From this share of equal neighbours on, a small gap between times is the clock's step, not the traffic's. */
const QUANTISED_SHARE = 0.5
const ENOUGH_TIMES = 50
/** A clock that moves in steps shows it early: neighbours further down a file are not compared. */
export const NEIGHBOURS_COMPARED = 20_000

/** The remainder operator is slow on numbers beyond 32 bits. */
const isMultiple = (value: number, of: number): boolean => Math.floor(value / of) * of === value

export const newClock = (): Clock => {
  let first: number | undefined
  let last: number | undefined
  let previous: number | undefined
  let step = 0 // index into STEPS_IN_MICROS, the largest that divides every time
  let equal = 0
  let seen = 0
  let compared = 0
  let smallestGap = Number.POSITIVE_INFINITY
  const refine = (at: Seconds): void => {
    if (step === STEPS_IN_MICROS.length - 1) return
    const micros = Math.round(at * MICROS)
    while (step < STEPS_IN_MICROS.length - 1 && !isMultiple(micros, STEPS_IN_MICROS[step] ?? 1)) step++
  }
  return {
    see: (at) => {
      seen++
      if (first === undefined || at < first) first = at
      if (last === undefined || at > last) last = at
      if (compared < NEIGHBOURS_COMPARED) {
        compared++
        const gap = Math.abs(at - (previous ?? Number.NEGATIVE_INFINITY))
        if (gap === 0) equal++
        else if (gap < smallestGap) smallestGap = gap
      }
      previous = at
      refine(at)
    },
    seeMany: (times) => {
      if (first === undefined || times.first < first) first = times.first
      if (last === undefined || times.last > last) last = times.last
      refine(times.finest)
    },
    first: () => first,
    last: () => last,
    resolution: () => {
      if (seen === 0) return undefined
      const unit = (STEPS_IN_MICROS[step] ?? 1) / MICROS
      // Mooncake: written in ms, taken every 3 s, about ten requests to a tick.
      const isQuantised = seen >= ENOUGH_TIMES && equal / compared > QUANTISED_SHARE && smallestGap > unit
      // One row says nothing of its clock, and a handful all on the hour does not make an hour's clock.
      const finest = seen < ENOUGH_TIMES ? Math.min(unit, 1) : unit
      return isQuantised ? smallestGap : finest
    },
  }
}
