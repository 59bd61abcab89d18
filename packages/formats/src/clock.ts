import type { Seconds } from '@breakeven/core'

/** What the times of one file show: their span and how fine the clock behind them was. */
export type Clock = {
  readonly see: (at: Seconds) => void
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

/** The remainder operator is slow on numbers beyond 32 bits. */
const isMultiple = (value: number, of: number): boolean => Math.floor(value / of) * of === value

export const newClock = (): Clock => {
  let first: number | undefined
  let last: number | undefined
  let previous: number | undefined
  let step = 0 // index into STEPS_IN_MICROS, the largest that divides every time
  let equal = 0
  let seen = 0
  let smallestGap = Number.POSITIVE_INFINITY
  return {
    see: (at) => {
      seen++
      if (first === undefined || at < first) first = at
      if (last === undefined || at > last) last = at
      if (previous !== undefined) {
        const gap = Math.abs(at - previous)
        if (gap === 0) equal++
        else if (gap < smallestGap) smallestGap = gap
      }
      previous = at
      if (step === STEPS_IN_MICROS.length - 1) return
      const micros = Math.round(at * MICROS)
      while (step < STEPS_IN_MICROS.length - 1 && !isMultiple(micros, STEPS_IN_MICROS[step] ?? 1)) step++
    },
    first: () => first,
    last: () => last,
    resolution: () => {
      if (seen === 0) return undefined
      const unit = (STEPS_IN_MICROS[step] ?? 1) / MICROS
      // Mooncake: written in ms, taken every 3 s, about ten requests to a tick.
      const isQuantised = seen >= ENOUGH_TIMES && equal / seen > QUANTISED_SHARE && smallestGap > unit
      // One row says nothing of its clock, and a handful all on the hour does not make an hour's clock.
      const finest = seen < ENOUGH_TIMES ? Math.min(unit, 1) : unit
      return isQuantised ? smallestGap : finest
    },
  }
}
