import { prepare } from './api-cost.ts'
import type { AsIsBill } from './as-is.ts'
import { assumptionsOf } from './assumptions.ts'
import { breakevenOf, firstCrossing, type Racer } from './breakeven.ts'
import { knownRegions } from './candidates.ts'
import type { Catalog } from './catalog.ts'
import type { Comparison, PairBreakeven, PricedOption } from './comparison.ts'
import type { Conditions } from './conditions.ts'
import { InputError } from './error.ts'
import { fieldOf } from './field.ts'
import { indexModels } from './model-index.ts'
import type { OwnHosting } from './own-hosting.ts'
import { playHere, type Staged } from './play.ts'
import {
  cheapestFirst,
  nameRunnersUp,
  priceField,
  priceHosts,
  priceHybrids,
  renterFor,
  sceneOf,
  simulateHosts,
  simulateHybrids,
} from './price-field.ts'
import { type HostedOutcome, priceAsIs, type Setting, settingOf } from './price-options.ts'
import type { Requests } from './replica-terms.ts'
import { sensitivityOf } from './sensitivity.ts'
import { didYouMean } from './suggest.ts'
import { daysWatched, summaryOf, totalTokens } from './workload-summary.ts'
import type { Workload } from './workload.ts'

/** Break-evens are looked for up to a hundred times the user's own volume, and at least to ten million a day. */
const HORIZON_FACTOR = 100
const LEAST_HORIZON = 1e7
/** Steps of a staircase are walked one by one: beyond this only twice the user's own volume is looked at. */
const FAR_HORIZON = 1e9

/** Rent/run pairs are worked out for the best few of each side. */
const BEST_OF_A_SIDE = 3

const checkRegion = (catalog: Catalog, conditions: Conditions): void => {
  const regions = knownRegions(catalog)
  if (regions.includes(conditions.region) || conditions.region === 'own') return
  throw new InputError(`--region ${conditions.region}: no machine has a price there`, {
    hint: didYouMean(conditions.region, regions) ?? `known regions: ${regions.join(', ')}`,
  })
}

/** Renting is a line through the origin, so of all renters only the cheapest can be the cheapest at any volume. */
const contestants = (options: readonly PricedOption[]): readonly PricedOption[] => {
  const isRent = ({ kind }: PricedOption): boolean => kind === 'api' || kind === 'asIs'
  const cheapest = options.find(isRent)
  return options.filter((option) => !isRent(option) || option === cheapest)
}

const racerOf = ({ id, curve }: PricedOption): Racer => ({ id, curve })

/** The best of each side against each other, and each run option against renting the same open model. */
const pairsOf = (
  setting: Setting,
  rents: readonly PricedOption[],
  runs: readonly HostedOutcome[],
  horizon: number,
): readonly PairBreakeven[] =>
  runs.flatMap((run) => {
    // Who names the API models asks about these and no others.
    const same = setting.conditions.api.length > 0 ? undefined : renterFor(setting, run)
    const against = same === undefined || rents.some(({ id }) => id === same.id) ? rents : [...rents, same]
    return against.map((rent) => ({
      rent: rent.id,
      run: run.option.id,
      stretches: breakevenOf([racerOf(rent), racerOf(run.option)], horizon),
    }))
  })

/** What moves the break-even, for the first pair that has one. */
const movesOf = (
  setting: Setting,
  pairs: readonly PairBreakeven[],
  runs: readonly HostedOutcome[],
  horizon: number,
): Pick<Comparison, 'sensitivity' | 'sensitivityPair'> => {
  const pair = pairs.find(({ run, stretches }) => (firstCrossing(stretches, run) ?? 0) > 0)
  const run = runs.find(({ option }) => option.id === pair?.run)
  if (pair === undefined || run === undefined) return { sensitivity: [] }
  const rentModel = setting.index.byId.get(pair.rent.replace('api:', '').toLowerCase())
  return {
    sensitivity: sensitivityOf(setting, { rentModel, run }, horizon),
    sensitivityPair: { rent: pair.rent, run: pair.run },
  }
}

const requireTraffic = ({ watchedSeconds, requests = 1 }: Workload): void => {
  if (watchedSeconds > 0 && requests > 0) return
  throw new InputError('there is no traffic to price', {
    hint: 'give a usage file with at least one call, or --requests-per-day with --input-tokens and --output-tokens',
  })
}

/** Nothing left is no answer: it is a date, a class or a name that leaves nothing, and the reasons say which. */
const requireOptions = (
  options: readonly PricedOption[],
  ruledOut: Comparison['ruledOut'],
  { on }: Conditions,
): void => {
  if (options.length > 0) return
  const [first] = ruledOut
  const why = first === undefined ? 'no model of the class that was asked for' : `${first.id}: ${first.reason}`
  throw new InputError(`nothing can be priced on ${on} (${why})`, {
    hint: 'another --on, --class or --api; `breakeven prices NAME --all` shows the dates that have a price',
  })
}

const unpricedOf = (
  workload: Workload,
  bill: AsIsBill | undefined,
  hosts: readonly HostedOutcome[],
): Comparison['unpriced'] => {
  const all = totalTokens(workload.usage)
  return (bill?.unpriced ?? []).map(({ model, tokens, reason, own }) => ({
    model,
    tokens,
    share: all === 0 ? 0 : tokens / all,
    ...(own === undefined ? {} : { reason: `${reason}; ${hostingText(own, hosts)}` }),
  }))
}

/** Where in this comparison the model's own hosting is priced: on SageMaker where it runs there. */
const hostingText = ({ model: { id }, onSageMaker }: OwnHosting, hosts: readonly HostedOutcome[]): string => {
  const own = hosts.filter(({ deployment }) => deployment.model.id === id)
  const alike = own.filter(({ deployment }) => !onSageMaker || deployment.instance.service === 'sagemaker')
  const [cheapest] = (alike.length > 0 ? alike : own).map(({ option }) => option).toSorted(cheapestFirst)
  return cheapest === undefined
    ? `hosting it is not among these options: --host ${id} prices it`
    : `hosting it is the option "${cheapest.label}"`
}

const horizonOf = ({ axisPerDay, unitsPerRequest }: Setting): number => {
  const far = Math.max(2 * axisPerDay, FAR_HORIZON * unitsPerRequest)
  return Math.max(LEAST_HORIZON * unitsPerRequest, Math.min(axisPerDay * HORIZON_FACTOR, far))
}

/** So small a part without a price does not make today's bill another one. */
const NEGLIGIBLE_SHARE = 0.01

/** Today's bill competes only where it is the bill of the whole log: a part of it is always cheaper, and says nothing. */
const wholeBill = (
  option: PricedOption | undefined,
  unpriced: Comparison['unpriced'],
  apart: Comparison['apart'][number][],
): readonly PricedOption[] => {
  if (option === undefined) return []
  const share = unpriced.reduce((sum, row) => sum + row.share, 0)
  if (share <= NEGLIGIBLE_SHARE) return [option]
  const reason = `today's bill without the ${(100 * share).toFixed(1)} % of all tokens that have no price: not to be compared with the whole`
  apart.unshift({ id: option.id, reason, usdPerDay: option.usdPerDay })
  return []
}

/**
 * The main job: what a workload costs on every option under the same conditions, cheapest first, what was ruled out
 * and why, and at which volumes each is the cheapest.
 *
 * @throws InputError for an unknown model, machine or region, and for a workload without any traffic.
 */
export const compare = (catalog: Catalog, workload: Workload, conditions: Conditions, rows?: Requests): Comparison =>
  playHere(comparing(catalog, workload, conditions, rows))

/**
 * The same in rounds of work that can be done elsewhere: each is a list of simulations, which workers may share.
 *
 * @param rows the requests as they came, where they are at hand: the fleets are then played on them.
 */
export function* comparing(
  catalog: Catalog,
  workload: Workload,
  conditions: Conditions,
  rows?: Requests,
): Staged<Comparison> {
  checkRegion(catalog, conditions)
  requireTraffic(workload)
  const index = indexModels(catalog.apiModels, catalog.openModels)
  const setting = settingOf(catalog, index, prepare(workload, index), conditions)
  const { field, assumed } = fieldOf(workload, index, conditions)
  const ruledOut: Comparison['ruledOut'][number][] = []
  const apart: Comparison['apart'][number][] = []
  const apis = priceField(setting, field, ruledOut, apart).toSorted(cheapestFirst)
  const closed = priceHosts(setting, field, ruledOut)
  const scene = conditions.estimate === 'simulated' && closed.length > 0 ? sceneOf(setting, rows) : undefined
  const hosts =
    scene === undefined ? nameRunnersUp(setting, closed) : yield* simulateHosts(setting, closed, ruledOut, scene)
  const hybrids = scene === undefined ? priceHybrids(setting, hosts) : yield* simulateHybrids(setting, hosts, scene)
  const today = priceAsIs(setting)
  const unpriced = unpricedOf(workload, today?.bill, hosts)
  const asIs = wholeBill(today?.option, unpriced, apart)
  const hosted = hosts.map(({ option }) => option)
  const options = [...asIs, ...apis, ...hosted, ...hybrids].toSorted(cheapestFirst)
  requireOptions(options, ruledOut, conditions)
  const horizon = horizonOf(setting)
  const rents = [...asIs, ...apis.slice(0, Math.max(BEST_OF_A_SIDE, conditions.api.length))]
  const runs = hosts.slice(0, Math.max(BEST_OF_A_SIDE, conditions.host.length))
  const pairs = pairsOf(setting, rents, runs, horizon)
  return {
    on: conditions.on,
    region: conditions.region,
    estimate: scene === undefined ? 'closed-form' : 'simulated',
    catalogue: { hash: catalog.hash, asOf: catalog.asOf },
    considered: options.length + ruledOut.length + apart.length,
    workload: summaryOf(workload),
    axis: workload.requests === undefined ? 'tokensPerDay' : 'requestsPerDay',
    options,
    ruledOut,
    apart,
    assumed: assumptionsOf(setting, assumed, hosts.length > 0),
    breakeven: breakevenOf(contestants(options).map(racerOf), horizon),
    pairs,
    ...movesOf(setting, pairs, runs, horizon),
    horizonPerDay: horizon,
    unpriced,
    ...billOf(setting, today?.option),
  }
}

/** What was paid beside what we compute, over the time watched. */
const billOf = ({ conditions, prepared }: Setting, asIs: PricedOption | undefined): Pick<Comparison, 'bill'> =>
  conditions.billUsd === undefined || asIs === undefined
    ? {}
    : { bill: { usd: conditions.billUsd, computedUsd: asIs.usdPerDay * daysWatched(prepared.workload) } }
