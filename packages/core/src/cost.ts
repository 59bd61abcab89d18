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

/** From `from` on a line: `usd` there, `slope` more for each further unit a day. */
export type Bend = { readonly from: number; readonly usd: Usd; readonly slope: number }

/** `usdPerStep` for each machine of `width` units a day, and `minimum` machines at rest. */
export type Stair = { readonly usdPerStep: Usd; readonly width: number; readonly minimum: number }

/** A curve as plain data: one bent line, the first part of it from 0, and staircases, added up. `curveOf` reads it. */
export type CurveParts = { readonly bends: readonly Bend[]; readonly stairs: readonly Stair[] }

/**
 * What a day costs as a function of requests (or tokens) a day: exact, left-continuous, and linear between kinks.
 * At a kink that is a step, `at(kink)` is the value before the step.
 */
export type CostCurve = {
  readonly at: (perDay: number) => Usd
  /** Ascending positions in (from, to) where the curve bends or steps. */
  readonly kinks: (from: number, to: number) => readonly number[]
  /** The same as data, which can be written down and sent to a worker. */
  readonly parts: CurveParts
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
