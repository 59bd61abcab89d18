import { prepare } from './api-cost.ts'
import { breakevenOf, type Racer } from './breakeven.ts'
import {
  apiField,
  capacityMemo,
  type Field,
  hostedCandidate,
  hostedPairs,
  knownRegions,
  namedApiModels,
} from './candidates.ts'
import type { ApiModel, CapabilityClass, Catalog } from './catalog.ts'
import type { Comparison, PairBreakeven, PricedOption } from './comparison.ts'
import type { Conditions } from './conditions.ts'
import { InputError } from './error.ts'
import { indexModels, type ModelIndex, resolveModel } from './model-index.ts'
import {
  type HostedOutcome,
  priceApi,
  priceAsIs,
  priceHosted,
  priceHybrid,
  type Setting,
  settingOf,
} from './price-options.ts'
import { sensitivityOf } from './sensitivity.ts'
import { didYouMean } from './suggest.ts'
import type { Task } from './usage.ts'
import { ASSUMED_PROMPT_TOKENS, daysWatched, meanShape, summaryOf, totalTokens } from './workload-summary.ts'
import type { Workload } from './workload.ts'

/** Where nothing says how capable the model must be. */
const DEFAULT_CLASS: CapabilityClass = 'medium'

/** Break-evens are looked for up to a hundred times the user's own volume, and at least to ten million a day. */
const HORIZON_FACTOR = 100
const LEAST_HORIZON = 1e7

/** Rent/run pairs and hybrids are worked out for the best few of each side. */
const BEST_OF_A_SIDE = 3
const HYBRID_BASES = 5

const cheapestFirst = (a: PricedOption, b: PricedOption): number =>
  a.usdPerDay - b.usdPerDay || a.id.localeCompare(b.id)

/** What most of the tokens were for. */
const dominantTask = (workload: Workload): Task => dominant(workload, (group) => group.task) ?? 'generate'

const dominant = <T>(workload: Workload, read: (group: Workload['groups'][number]) => T | undefined): T | undefined => {
  const tokens = new Map<T, number>()
  for (const cell of workload.cells) {
    const value = read(workload.groups[cell.group]!)
    if (value !== undefined) tokens.set(value, (tokens.get(value) ?? 0) + totalTokens(cell.usage))
  }
  return [...tokens].toSorted((a, b) => b[1] - a[1])[0]?.[0]
}

/** The class that competes: given, else that of the model most tokens went to, else an assumed one. */
const fieldOf = (workload: Workload, index: ModelIndex, conditions: Conditions): { field: Field; assumed?: string } => {
  const task = conditions.task ?? dominantTask(workload)
  if (conditions.class !== undefined) return { field: { task, class: conditions.class } }
  const baseline = dominant(workload, (group) => resolveModel(index, group)?.model.capability?.class)
  if (baseline !== undefined) return { field: { task, class: baseline } }
  const open = conditions.api.length > 0 && conditions.host.length > 0
  const assumedClass = task === 'generate' ? DEFAULT_CLASS : 'encoder'
  return {
    field: { task, class: assumedClass },
    ...(open
      ? {}
      : { assumed: `no model is named, so models of class ${assumedClass} and above compete (--class changes it)` }),
  }
}

const checkRegion = (catalog: Catalog, conditions: Conditions): void => {
  const regions = knownRegions(catalog)
  if (regions.includes(conditions.region) || conditions.region === 'own') return
  throw new InputError(`--region ${conditions.region}: no machine has a price there`, {
    hint: didYouMean(conditions.region, regions) ?? `known regions: ${regions.join(', ')}`,
  })
}

type RuledOut = Comparison['ruledOut'][number]
type Apart = Comparison['apart'][number]

/** Priced models, the suspect ones among them set apart unless they were named. */
const priceApis = (
  setting: Setting,
  models: readonly ApiModel[],
  ruledOut: RuledOut[],
  apart: Apart[] | undefined,
): readonly PricedOption[] => {
  const options: PricedOption[] = []
  for (const model of models) {
    const outcome = priceApi(setting, model)
    if (outcome.kind === 'ruledOut') ruledOut.push({ id: outcome.id, reason: outcome.reason })
    else if (outcome.suspect && apart !== undefined) {
      const { id, notes, usdPerDay } = outcome.option
      apart.push({ id, reason: `a price in doubt: ${notes.join('; ')}`, usdPerDay })
    } else options.push(outcome.option)
  }
  return options
}

const priceField = (setting: Setting, field: Field, ruledOut: RuledOut[], apart: Apart[]): readonly PricedOption[] => {
  const { catalog, conditions, index } = setting
  if (conditions.api.length > 0) return priceApis(setting, namedApiModels(index, conditions.api), ruledOut, undefined)
  // Named hosts only: the field's APIs still compete, as the question is "rent or run?".
  const { compete, apart: asides } = apiField(catalog.apiModels, field)
  for (const { model, reason } of asides) apart.push({ id: `api:${model.id}`, reason })
  return priceApis(setting, compete, ruledOut, apart)
}

const priceHosts = (setting: Setting, field: Field, ruledOut: RuledOut[]): readonly HostedOutcome[] => {
  const { catalog, conditions, prepared } = setting
  const memo = capacityMemo(meanShape(prepared.workload), conditions)
  const outcomes: HostedOutcome[] = []
  for (const { model, instance, choice } of hostedPairs(catalog, conditions, field)) {
    const candidate = hostedCandidate(catalog, model, instance, conditions, choice, memo)
    if (candidate.kind === 'ruledOut') {
      ruledOut.push({ id: candidate.id, reason: candidate.reason })
      continue
    }
    const priced = priceHosted(setting, candidate.deployment, candidate.capacity)
    if (priced === undefined)
      ruledOut.push({
        id: `hosted:${model.id}@${instance.id}`,
        reason: `no ${conditions.purchase} price for ${instance.id} in ${conditions.region}`,
      })
    else outcomes.push(priced)
  }
  return outcomes.toSorted((a, b) => cheapestFirst(a.option, b.option))
}

/** The cheapest renter of the same open model, or the one that was named. */
const renterFor = (setting: Setting, hosted: HostedOutcome): PricedOption | undefined => {
  const { catalog, conditions, index } = setting
  const models =
    conditions.overflow === undefined
      ? catalog.apiModels.filter((model) => model.openModel === hosted.deployment.model.id && model.free !== true)
      : namedApiModels(index, [conditions.overflow])
  const priced = models
    .map((model) => priceApi(setting, model))
    .flatMap((outcome) => (outcome.kind === 'priced' && !outcome.suspect ? [outcome.option] : []))
  return priced.toSorted(cheapestFirst)[0]
}

const priceHybrids = (setting: Setting, hosts: readonly HostedOutcome[]): readonly PricedOption[] =>
  hosts.slice(0, HYBRID_BASES).flatMap((hosted) => {
    const renter = renterFor(setting, hosted)
    const hybrid = renter === undefined ? undefined : priceHybrid(setting, hosted, renter)
    return hybrid === undefined ? [] : [hybrid]
  })

/** Renting is a line through the origin, so of all renters only the cheapest can be the cheapest at any volume. */
const contestants = (options: readonly PricedOption[]): readonly PricedOption[] => {
  const isRent = ({ kind }: PricedOption): boolean => kind === 'api' || kind === 'asIs'
  const cheapest = options.find(isRent)
  return options.filter((option) => !isRent(option) || option === cheapest)
}

const racerOf = ({ id, curve }: PricedOption): Racer => ({ id, curve })

const pairsOf = (
  rents: readonly PricedOption[],
  runs: readonly PricedOption[],
  horizon: number,
): readonly PairBreakeven[] =>
  rents.flatMap((rent) =>
    runs.map((run) => ({ rent: rent.id, run: run.id, stretches: breakevenOf([racerOf(rent), racerOf(run)], horizon) })),
  )

const secondsText = (seconds: number): string => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds} s`)

const assumptionsOf = (
  { prepared, conditions }: Setting,
  field: string | undefined,
  hosted: boolean,
): readonly string[] => {
  const { workload } = prepared
  const { peak } = workload
  const assumed: string[] = []
  if (field !== undefined) assumed.push(field)
  if (hosted && peak.origin === 'assumed') {
    const why = workload.arrivals === undefined ? 'no clock shows the peak' : 'under 24 h were watched'
    assumed.push(`peak ${peak.factor.toFixed(1)} x the mean (${why}; band ${peak.low} to ${peak.high.toFixed(1)})`)
  }
  if (hosted)
    assumed.push(
      `a replica is used to ${Math.round(conditions.utilisation * 100)} % of what it sustains at its peak, at TTFT ${secondsText(conditions.ttftSeconds)} and TPOT ${secondsText(conditions.tpotSeconds)}`,
    )
  if (prepared.sources.every((source) => source === undefined))
    assumed.push('token counts taken as equal on every model: the traffic names no model whose tokeniser is known')
  if (conditions.outputRatio === 1) assumed.push('every model answers at the same length (--output-ratio 1)')
  if (workload.requests === undefined)
    assumed.push(
      `no file says how many requests there were: the axis is tokens a day, a request is taken as ${ASSUMED_PROMPT_TOKENS} tokens in`,
    )
  if (workload.rowsWithoutUsage > 0)
    assumed.push(
      `${workload.rowsWithoutUsage.toLocaleString('en-US')} rows did not report all their tokens: every figure is "at least"`,
    )
  return assumed
}

/**
 * The main job: what a workload costs on every option under the same conditions, cheapest first, what was ruled out
 * and why, and at which volumes each is the cheapest.
 *
 * @throws InputError for an unknown model, machine or region, and for a workload without any traffic.
 */
export const compare = (catalog: Catalog, workload: Workload, conditions: Conditions): Comparison => {
  checkRegion(catalog, conditions)
  if (workload.watchedSeconds <= 0 || (workload.requests ?? 1) === 0)
    throw new InputError('there is no traffic to price', {
      hint: 'give a usage file with at least one call, or --requests-per-day with --input-tokens and --output-tokens',
    })
  const index = indexModels(catalog.apiModels)
  const prepared = prepare(workload, index)
  const setting = settingOf(catalog, index, prepared, conditions)
  const { field, assumed } = fieldOf(workload, index, conditions)
  const ruledOut: RuledOut[] = []
  const apart: Apart[] = []
  const apis = priceField(setting, field, ruledOut, apart)
  const hosts = priceHosts(setting, field, ruledOut)
  const hybrids = priceHybrids(setting, hosts)
  const asIs = priceAsIs(setting)
  const options = [
    ...(asIs?.option === undefined ? [] : [asIs.option]),
    ...apis,
    ...hosts.map(({ option }) => option),
    ...hybrids,
  ].toSorted(cheapestFirst)
  const horizon = Math.max(LEAST_HORIZON * setting.unitsPerRequest, setting.axisPerDay * HORIZON_FACTOR)
  const rents = [
    ...(asIs?.option === undefined ? [] : [asIs.option]),
    ...apis.toSorted(cheapestFirst).slice(0, Math.max(BEST_OF_A_SIDE, conditions.api.length)),
  ]
  const runs = hosts.slice(0, Math.max(BEST_OF_A_SIDE, conditions.host.length))
  const [rent] = asIs?.option === undefined ? apis.toSorted(cheapestFirst) : [asIs.option]
  const [run] = runs
  const all = totalTokens(workload.usage)
  return {
    on: conditions.on,
    region: conditions.region,
    estimate: 'closed-form',
    catalogue: { hash: catalog.hash, asOf: catalog.asOf },
    considered: options.length + ruledOut.length + apart.length,
    workload: summaryOf(workload),
    axis: workload.requests === undefined ? 'tokensPerDay' : 'requestsPerDay',
    options,
    ruledOut,
    apart,
    assumed: assumptionsOf(setting, assumed, hosts.length > 0),
    breakeven: breakevenOf(contestants(options).map(racerOf), horizon),
    pairs: pairsOf(
      rents,
      runs.map(({ option }) => option),
      horizon,
    ),
    sensitivity:
      rent === undefined || run === undefined
        ? []
        : sensitivityOf(setting, { rent, rentModel: index.byId.get(rent.id.replace('api:', '')), run }, horizon),
    horizonPerDay: horizon,
    unpriced: (asIs?.bill.unpriced ?? []).map(({ model, tokens }) => ({
      model,
      tokens,
      share: all === 0 ? 0 : tokens / all,
    })),
    ...(conditions.billUsd === undefined || asIs?.option === undefined
      ? {}
      : { bill: { usd: conditions.billUsd, computedUsd: asIs.option.usdPerDay * daysWatched(workload) } }),
  }
}
