import { prepare } from './api-cost.ts'
import type { Catalog } from './catalog.ts'
import type { Conditions, FittingCapacity } from './conditions.ts'
import type { Line } from './cost.ts'
import type { PricedOption } from './comparison.ts'
import { InputError } from './error.ts'
import { fieldOf } from './field.ts'
import { indexModels } from './model-index.ts'
import type { Deployment } from './option.ts'
import { priceHosts } from './price-field.ts'
import { settingOf } from './price-options.ts'
import type { Usd } from './units.ts'
import { meanShape } from './workload-summary.ts'
import type { Workload } from './workload.ts'

/** One deployment as `compare` prices it, with what it takes to put it up. */
export type HostedOne = {
  readonly deployment: Deployment
  readonly capacity: FittingCapacity
  readonly option: PricedOption
  /** The lines of the option, each with what is billed there. */
  readonly items: readonly { readonly billed: string; readonly line: Line }[]
  /** Machines that run, and what one more costs a day. */
  readonly machines: { readonly min: number; readonly max: number; readonly usdPerDayEach: Usd }
  readonly shape: { readonly input: number; readonly output: number }
}

/**
 * The one deployment that `conditions.host` names, by the code that `compare` runs: same choice of precision and split, same lines.
 *
 * @throws InputError where it does not fit, is not sold in the region, or nothing serves it.
 */
export const hostedOne = (catalog: Catalog, workload: Workload, conditions: Conditions): HostedOne => {
  const index = indexModels(catalog.apiModels, catalog.openModels)
  const setting = settingOf(catalog, index, prepare(workload, index), conditions)
  const ruledOut: { readonly id: string; readonly reason: string }[] = []
  const [host] = priceHosts(setting, fieldOf(workload, index, conditions).field, ruledOut)
  if (host === undefined) {
    const why = ruledOut.map(({ id, reason }) => `${id.replace('hosted:', '')}: ${reason}`).join('; ')
    throw new InputError(`it cannot be deployed: ${why}`, {
      hint: '`breakeven compare --host MODEL` shows on which machines it fits',
    })
  }
  const { deployment, capacity, option, priced } = host
  const perMachine = priced.replicas(0).max
  const { min, max } = priced.replicas(setting.requestsPerDay)
  return {
    deployment,
    capacity,
    option,
    items: priced.items(setting.requestsPerDay),
    machines: { min: min / perMachine, max: max / perMachine, usdPerDayEach: priced.step.usdPerDay },
    shape: meanShape(workload),
  }
}
