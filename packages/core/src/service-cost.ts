import type { Catalog, ServiceRate } from './catalog.ts'
import type { CostCurve, Line } from './cost.ts'
import { bentCurve } from './curve.ts'
import type { Usd } from './units.ts'
import { DAYS_PER_MONTH } from './units.ts'

/** The rate of a service in a region, else the nearest there is (us-east-1), marked in the source. */
export const findService = (services: Catalog['services'], id: string, region: string): ServiceRate | undefined => {
  const rates = services.filter((rate) => rate.id === id)
  return rates.find((rate) => rate.region === region) ?? rates.find((rate) => rate.region === 'us-east-1')
}

/** USD of a month's quantity under marginal tiers: each tier prices its own part. */
const tieredUsd = ({ tiers }: ServiceRate, quantity: number): Usd => {
  let usd = 0
  let from = 0
  for (const tier of tiers) {
    const to = Math.min(quantity, tier.upTo ?? Number.POSITIVE_INFINITY)
    if (to > from) usd += (to - from) * tier.usd
    if (tier.upTo === undefined || quantity <= tier.upTo) break
    from = tier.upTo
  }
  return usd
}

/** A day's line for a service of which a day takes `quantityPerDay`; tiers are met over a month of 730 hours. */
export const serviceLine = (item: string, rate: ServiceRate, quantityPerDay: number): Line => {
  const usd = tieredUsd(rate, quantityPerDay * DAYS_PER_MONTH) / DAYS_PER_MONTH
  return {
    item,
    quantity: quantityPerDay,
    unit: rate.unit,
    unitUsd: quantityPerDay === 0 ? (rate.tiers[0]?.usd ?? 0) : usd / quantityPerDay,
    usd,
    source: rate.source,
    asOf: rate.asOf,
    sure: rate.sure,
  }
}

/** The same as a curve over requests a day: linear inside a tier, bending where a month's quantity passes one. */
export const serviceCurve = (rate: ServiceRate, quantityPerRequest: number): CostCurve => {
  const corners =
    quantityPerRequest === 0
      ? []
      : rate.tiers.flatMap((tier) => (tier.upTo === undefined ? [] : [tier.upTo / DAYS_PER_MONTH / quantityPerRequest]))
  return bentCurve((n) => tieredUsd(rate, n * quantityPerRequest * DAYS_PER_MONTH) / DAYS_PER_MONTH, corners)
}
