import type { IsoDate, Sure, Usd } from './units.ts'

/** One line of a receipt, for a day: `quantity` units at `unitUsd` come to `usd`. */
export type Line = {
  readonly item: string
  readonly quantity: number
  readonly unit: string
  readonly unitUsd: Usd
  readonly usd: Usd
  readonly source: string
  readonly asOf: IsoDate
  readonly sure: Sure
}

/**
 * What a day costs as a function of requests (or tokens) a day: exact, left-continuous, and linear between kinks.
 * At a kink that is a step, `at(kink)` is the value before the step.
 */
export type CostCurve = {
  readonly at: (perDay: number) => Usd
  /** Ascending positions in (from, to) where the curve bends or steps. */
  readonly kinks: (from: number, to: number) => readonly number[]
}

/** Never a silent zero: an option has a receipt or a reason. */
export type Cost =
  | {
      readonly kind: 'priced'
      readonly lines: readonly Line[]
      readonly usdPerDay: Usd
      readonly low: Usd
      readonly high: Usd
      readonly curve: CostCurve
    }
  | { readonly kind: 'ruledOut'; readonly reason: string }
