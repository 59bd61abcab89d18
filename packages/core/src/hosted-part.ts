import type { ServiceRate } from './catalog.ts'
import type { CostCurve, Line } from './cost.ts'
import { flatCurve } from './curve.ts'
import { serviceCurve, serviceLine } from './service-cost.ts'

/** A part of a hosted option's receipt: how a day's line and the whole curve come from one rule. */
export type Part = {
  /** What is billed, by the service's id in the catalogue (`lambda/requests`), or `instance`, `people`, `fine-tuning`. */
  readonly billed: string
  readonly line: (perDay: number) => Line
  readonly curve: CostCurve
}

/** So much of a service with every request. */
export const perRequest = (item: string, rate: ServiceRate, quantity: number): Part => ({
  billed: rate.id,
  line: (n) => serviceLine(item, rate, n * quantity),
  curve: serviceCurve(rate, quantity),
})

/** The same every day. */
export const everyDay = (billed: string, line: Line): Part => ({ billed, line: () => line, curve: flatCurve(line.usd) })
