import {
  apiField,
  capacityMemo,
  type Field,
  hostedCandidate,
  hostedPairs,
  namedApiModels,
  replicaOf,
} from './candidates.ts'
import type { ApiModel } from './catalog.ts'
import type { Comparison, PricedOption } from './comparison.ts'
import { type HostedOutcome, priceApi, priceHosted, priceHybrid, type Setting } from './price-options.ts'
import { playOfLengths, type Sustained, sustainedCapacity } from './sustained.ts'
import { meanShape } from './workload-summary.ts'

type RuledOut = Comparison['ruledOut'][number]
type Apart = Comparison['apart'][number]

/** Hybrids are worked out for the best few hosted options. */
const HYBRID_BASES = 5

export const cheapestFirst = (a: PricedOption, b: PricedOption): number =>
  a.usdPerDay - b.usdPerDay || a.id.localeCompare(b.id)

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
    else if (outcome.doubt !== undefined && apart !== undefined)
      apart.push({ id: outcome.option.id, reason: outcome.doubt, usdPerDay: outcome.option.usdPerDay })
    else options.push(outcome.option)
  }
  return options
}

/** The API models that compete, priced; what is ruled out or stands apart goes into the lists. */
export const priceField = (
  setting: Setting,
  field: Field,
  ruledOut: RuledOut[],
  apart: Apart[],
): readonly PricedOption[] => {
  const { catalog, conditions, index } = setting
  if (conditions.api.length > 0) return priceApis(setting, namedApiModels(index, conditions.api), ruledOut, undefined)
  // Named hosts only: the field's APIs still compete, as the question is "rent or run?".
  const { compete, apart: asides } = apiField(catalog.apiModels, field)
  for (const { model, reason } of asides) apart.push({ id: `api:${model.id}`, reason })
  return priceApis(setting, compete, ruledOut, apart)
}

/** The best way to run each model on each machine, cheapest first. */
export const priceHosts = (setting: Setting, field: Field, ruledOut: RuledOut[]): readonly HostedOutcome[] => {
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

/** As many of the best are simulated as a second or so allows. */
const MOST_SIMULATED = 20

/**
 * The second, deeper look: the best hosted options again with the rate that the simulator finds for a replica on the
 * traffic's own lengths. What misses the target there is ruled out; the rest keep their closed form and follow.
 */
export const simulateHosts = (
  setting: Setting,
  hosts: readonly HostedOutcome[],
  ruledOut: RuledOut[],
): readonly HostedOutcome[] => {
  const { catalog, conditions, prepared } = setting
  const play = playOfLengths(prepared.workload.lengths)
  const target = { ttftSeconds: conditions.ttftSeconds, tpotSeconds: conditions.tpotSeconds }
  const memo = new Map<string, Sustained>()
  const looked = hosts.slice(0, MOST_SIMULATED).flatMap((host) => {
    const { deployment, capacity, option } = host
    const replica = replicaOf(catalog, deployment)
    if (replica === undefined) return [host]
    // Machines of one accelerator carry the same replica.
    const key = `${deployment.model.id} ${deployment.instance.accelerator} ${deployment.precision} ${deployment.tensorParallel} ${replica.ramBytes ?? ''}`
    const sustained = memo.get(key) ?? sustainedCapacity(replica, capacity, play, target)
    memo.set(key, sustained)
    if (!sustained.fits) {
      ruledOut.push({ id: option.id, reason: sustained.reason })
      return []
    }
    const { latencies } = sustained
    const simulated = { latencies, closedFormRequestsPerSecond: capacity.requestsPerSecond }
    return [priceHosted(setting, deployment, sustained.capacity, simulated) ?? host]
  })
  return [...looked, ...hosts.slice(MOST_SIMULATED)].toSorted((a, b) => cheapestFirst(a.option, b.option))
}

/** The cheapest renter of the same open model, or the one that was named. */
export const renterFor = (setting: Setting, hosted: HostedOutcome): PricedOption | undefined => {
  const { catalog, conditions, index } = setting
  const models =
    conditions.overflow === undefined
      ? catalog.apiModels.filter((model) => model.openModel === hosted.deployment.model.id && model.free !== true)
      : namedApiModels(index, [conditions.overflow], '--overflow')
  const priced = models
    .map((model) => priceApi(setting, model))
    .flatMap((outcome) => (outcome.kind === 'priced' && outcome.doubt === undefined ? [outcome.option] : []))
  return priced.toSorted(cheapestFirst)[0]
}

/** Base and overflow, where that saves. */
export const priceHybrids = (setting: Setting, hosts: readonly HostedOutcome[]): readonly PricedOption[] =>
  hosts.slice(0, HYBRID_BASES).flatMap((hosted) => {
    const renter = renterFor(setting, hosted)
    const hybrid = renter === undefined ? undefined : priceHybrid(setting, hosted, renter)
    return hybrid === undefined ? [] : [hybrid]
  })
