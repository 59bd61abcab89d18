import {
  apiField,
  type CapacityMemo,
  cannotServe,
  capacityMemo,
  type Field,
  hostedCandidate,
  hostedPairs,
  namedApiModels,
  otherDegrees,
  replicaOf,
} from './candidates.ts'
import type { ApiModel, Precision } from './catalog.ts'
import type { Comparison, PlayedHybrid, PricedOption } from './comparison.ts'
import { stepsFor } from './curve.ts'
import type { Slo } from './fleet.ts'
import { rateOf, replicasPerInstance } from './hosted-cost.ts'
import { bestHybrid, shareOver } from './hybrid.ts'
import { ON_TEXT } from './played-notes.ts'
import type { HostLook, HostTask, HybridLook, HybridTask, Stage, Staged } from './play.ts'
import {
  type HostedOutcome,
  hybridQuestionOf,
  priceApi,
  priceHosted,
  priceHybrid,
  type Setting,
} from './price-options.ts'
import type { Requests } from './replica-terms.ts'
import { withRunnersUp } from './runner-up.ts'
import { playOfLengths } from './sustained.ts'
import { dayOf, type Trace, traceOf } from './trace.ts'
import { SECONDS_PER_DAY } from './units.ts'
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
  const shape = meanShape(prepared.workload)
  const memo = capacityMemo(shape, conditions)
  const outcomes: HostedOutcome[] = []
  for (const { model, instance, choice } of hostedPairs(catalog, conditions, field)) {
    const cannot = cannotServe(model, field.task, shape)
    if (cannot !== undefined) {
      ruledOut.push({ id: `hosted:${model.id}@${instance.id}`, reason: cannot })
      continue
    }
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

/** As many of the best are simulated as a second or two allow. */
const MOST_SIMULATED = 20

/** Rounds until the first few have all been simulated; after some of them, the first one will do. */
const FEW_ROUNDS = 4
const MOST_ROUNDS = 12

/** A split of the same machine that the formula prices this much dearer is not looked at. */
const FAR_DEARER = 1.5

type Rivals = { readonly host: HostedOutcome; readonly rivals: readonly HostedOutcome[] }

/** The ways to run an option's model on its machine: as chosen, and split over more or fewer of its accelerators. */
const rivalsOf = (setting: Setting, host: HostedOutcome, memo: CapacityMemo): readonly HostedOutcome[] => {
  // A degree that was named is no question.
  if (setting.conditions.host.some(({ tensorParallel }) => tensorParallel !== undefined)) return []
  return otherDegrees(setting.catalog, host.deployment, memo).flatMap(({ deployment, capacity }) => {
    const priced = priceHosted(setting, deployment, capacity)
    return priced === undefined ? [] : [priced]
  })
}

const withRivals = (setting: Setting, hosts: readonly HostedOutcome[]): readonly Rivals[] => {
  const memo = capacityMemo(meanShape(setting.prepared.workload), setting.conditions)
  return hosts.map((host) => ({ host, rivals: rivalsOf(setting, host, memo) }))
}

/** The best of each model with the one that comes next, by the closed form. */
export const nameRunnersUp = (setting: Setting, hosts: readonly HostedOutcome[]): readonly HostedOutcome[] =>
  withRunnersUp(
    hosts,
    withRivals(setting, hosts.slice(0, MOST_SIMULATED)).flatMap(({ rivals }) => rivals),
  )

/** Weights in fewer bits than they were given out in: cheaper to run, and nobody's choice but the user's. */
const FEWER_BITS: readonly Precision[] = ['fp8', 'int8', 'int4']
/** A saving below this share is no reason to ask. */
const WORTH_ASKING = 0.1
/** Models that are asked about. */
const FEW_MODELS = 3

/** The cheapest way to run the model in fewer bits, where that saves: by the closed form, as nothing is chosen by it. */
const quantisedNote = (setting: Setting, { deployment, option }: HostedOutcome): string | undefined => {
  const { catalog, conditions, prepared, load, requestsPerDay } = setting
  const memo = capacityMemo(meanShape(prepared.workload), conditions)
  const peak = (requestsPerDay * (load[0]?.factor ?? 1)) / SECONDS_PER_DAY
  let best: { readonly usdPerHour: number; readonly host: Parameters<typeof priceHosted> } | undefined
  for (const precision of FEWER_BITS)
    for (const instance of catalog.instances) {
      const rate = rateOf({ ...deployment, instance }, conditions.on)
      if (rate === undefined) continue
      const candidate = hostedCandidate(catalog, deployment.model, instance, conditions, { precision }, memo)
      if (candidate.kind === 'ruledOut') continue
      const each = candidate.capacity.requestsPerSecond * conditions.utilisation
      const usdPerHour = rate.usdPerHour * stepsFor(peak, each * replicasPerInstance(candidate.deployment), 1)
      if (usdPerHour < (best?.usdPerHour ?? Infinity))
        best = { usdPerHour, host: [setting, candidate.deployment, candidate.capacity] }
    }
  const priced = best && priceHosted(...best.host)
  if (priced === undefined || priced.option.usdPerDay > (1 - WORTH_ASKING) * option.usdPerDay) return undefined
  return `in fewer bits, at some cost in quality: ${priced.option.label} at $${priced.option.usdPerDay.toFixed(2)} a day by formula (--precision ${priced.deployment.precision})`
}

/** The best option of each of the first few models, with what fewer bits would save. */
const nameQuantised = (setting: Setting, hosts: readonly HostedOutcome[]): readonly HostedOutcome[] => {
  const { host: named, precision } = setting.conditions
  // Who names a precision or a machine asks about these and no others.
  if (precision !== undefined || named.some((one) => one.instance !== undefined || one.precision !== undefined))
    return hosts
  const seen = new Set<string>()
  return hosts.map((host) => {
    const { model, precision: chosen } = host.deployment
    const asked = seen.size < FEW_MODELS && !seen.has(model.id) && model.kind !== 'encoder' && chosen === 'bf16'
    seen.add(model.id)
    const note = asked ? quantisedNote(setting, host) : undefined
    return note === undefined ? host : { ...host, option: { ...host.option, notes: [...host.option.notes, note] } }
  })
}

/** Machines of one accelerator carry the same replica, and as many of them the same fleet. */
const keyOf = ({ replica, perInstance }: HostTask): string =>
  `${replica.model.id} ${replica.accelerator.id} ${replica.precision} ${replica.tensorParallel} ${perInstance} ${replica.accelerator.kind === 'cpu' ? replica.ramBytes : ''}`

const taskOf = ({ catalog, conditions, load, requestsPerDay }: Setting, host: HostedOutcome): HostTask | undefined => {
  const replica = replicaOf(catalog, host.deployment)
  if (replica === undefined) return undefined
  return {
    kind: 'host',
    replica,
    closed: host.capacity,
    perInstance: replicasPerInstance(host.deployment),
    policy: conditions.replicas,
    peakRequestsPerSecond: (requestsPerDay * (load[0]?.factor ?? 1)) / SECONDS_PER_DAY,
    utilisation: conditions.utilisation,
  }
}

/** What was seen of a task, or why it is no option. */
const seenHost = (
  setting: Setting,
  host: HostedOutcome,
  look: HostLook,
  on: Trace['origin'],
): HostedOutcome | string => {
  if (!look.fits) return look.reason
  if (!look.fleet.fits) return `the fleet was played on ${ON_TEXT[on]}: ${look.fleet.reason}`
  const simulated = {
    latencies: look.latencies,
    closedFormRequestsPerSecond: host.capacity.requestsPerSecond,
    fleet: look.fleet,
    on,
  }
  return priceHosted(setting, host.deployment, look.capacity, simulated) ?? host
}

/** What the tasks of one comparison play. */
export type Scene = { readonly stage: Stage; readonly trace: Trace }

/** Undefined where nothing is known of lengths: then there is nothing to play. */
export const sceneOf = ({ prepared, conditions, load }: Setting, rows: Requests | undefined): Scene | undefined => {
  const { workload } = prepared
  const trace = traceOf(workload, load, rows)
  if (trace === undefined) return undefined
  const day = dayOf(workload, load, trace, rows)
  const slo: Slo = { ttftSeconds: conditions.ttftSeconds, tpotSeconds: conditions.tpotSeconds, percentile: 'p95' }
  return { stage: { slo, play: playOfLengths(workload.lengths), trace: trace.requests, day }, trace }
}

/**
 * The second, deeper look: the best hosted options again, each split of their machines, with the rate that the simulator
 * finds for a replica on the traffic's own lengths; and the fleet that follows from it, played on the traffic itself, with
 * more replicas where it misses the target there. What never holds is ruled out; the rest keep their closed form.
 */
export function* simulateHosts(
  setting: Setting,
  hosts: readonly HostedOutcome[],
  ruledOut: RuledOut[],
  scene: Scene,
): Staged<readonly HostedOutcome[]> {
  const leftOut: HostedOutcome[] = []
  const played: HostedOutcome[] = []
  let closed: readonly HostedOutcome[] = hosts
  let ranked: readonly HostedOutcome[] = hosts
  // What the simulator makes dearer may now stand behind what it has not seen: the best few are never a formula's word alone.
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const wanted = round < FEW_ROUNDS ? HYBRID_BASES : 1
    if (ranked.slice(0, wanted).every((host) => played.includes(host))) break
    const look = round === 0 ? MOST_SIMULATED : HYBRID_BASES
    played.push(...(yield* playedHosts(setting, closed.slice(0, look), ruledOut, leftOut, scene)))
    closed = closed.slice(look)
    ranked = [...played, ...closed].toSorted((a, b) => cheapestFirst(a.option, b.option))
  }
  return nameQuantised(setting, withRunnersUp(ranked, leftOut))
}

/** Some of the options, played; other splits that were worse go into `leftOut`. */
function* playedHosts(
  setting: Setting,
  hosts: readonly HostedOutcome[],
  ruledOut: RuledOut[],
  leftOut: HostedOutcome[],
  { stage, trace }: Scene,
): Staged<readonly HostedOutcome[]> {
  const looked = withRivals(setting, hosts)
  const near = looked.flatMap(({ host, rivals }) => [
    host,
    ...rivals.filter(({ option }) => option.usdPerDay < FAR_DEARER * host.option.usdPerDay),
  ])
  const tasks = new Map<string, HostTask>()
  const keys = new Map<HostedOutcome, string>()
  for (const host of near) {
    const task = taskOf(setting, host)
    if (task === undefined) continue
    keys.set(host, keyOf(task))
    tasks.set(keyOf(task), task)
  }
  const looks = yield { about: 'fleets', stage, tasks: [...tasks.values()] }
  const byKey = new Map([...tasks.keys()].map((key, index) => [key, looks[index] as HostLook]))
  return looked.flatMap(({ host, rivals }) => {
    const seen: HostedOutcome[] = []
    const reasons: string[] = []
    for (const one of [host, ...rivals]) {
      const look = byKey.get(keys.get(one) ?? '')
      const outcome = look === undefined ? undefined : seenHost(setting, one, look, trace.origin)
      // What was too dear to be looked at stands by the formula alone, and is no measure for what was played.
      if (typeof outcome === 'string') reasons.push(outcome)
      else if (outcome !== undefined) seen.push(outcome)
      else if (one === host) seen.push(one)
    }
    const [best, ...others] = seen.toSorted((a, b) => cheapestFirst(a.option, b.option))
    leftOut.push(...others)
    if (best === undefined) ruledOut.push({ id: host.option.id, reason: reasons[0] ?? 'it could not be simulated' })
    return best ?? []
  })
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

type Pairing = { readonly hosted: HostedOutcome; readonly renter: PricedOption }

const pairingsOf = (setting: Setting, hosts: readonly HostedOutcome[]): readonly Pairing[] =>
  hosts.slice(0, HYBRID_BASES).flatMap((hosted) => {
    const renter = renterFor(setting, hosted)
    return renter === undefined ? [] : [{ hosted, renter }]
  })

/** Base and overflow, where that saves. */
export const priceHybrids = (setting: Setting, hosts: readonly HostedOutcome[]): readonly PricedOption[] =>
  pairingsOf(setting, hosts).flatMap(({ hosted, renter }) => priceHybrid(setting, hosted, renter) ?? [])

/** A hybrid that the formula prices so much above the better side is not played. */
const HOPELESS = 2

/** What the renter takes for prompts, completions and calls. */
const renterUsd = ({ lines }: PricedOption, shares: Parameters<typeof shareOver>[1]): number =>
  lines.reduce((sum, line) => sum + line.usd * shareOver(line, shares), 0)

const hybridTaskOf = (setting: Setting, { hosted, renter }: Pairing): HybridTask | undefined => {
  const { catalog, requestsPerDay } = setting
  const replica = replicaOf(catalog, hosted.deployment)
  if (replica === undefined || requestsPerDay === 0) return undefined
  const perInstance = replicasPerInstance(hosted.deployment)
  const most = Math.ceil((hosted.option.replicas?.max ?? perInstance) / perInstance)
  const guess = bestHybrid(hybridQuestionOf(setting, hosted, renter))
  const pure = Math.min(hosted.option.usdPerDay, renter.usdPerDay)
  // One machine takes all, or both sides together are far dearer than one of them: nothing to be found by playing.
  if (most < 2 || guess === undefined || guess.usdPerDay > HOPELESS * pure) return undefined
  const none = { callsOver: 0, inputOver: 0, outputOver: 0 }
  return {
    kind: 'hybrid',
    replica,
    perInstance,
    machineUsdPerDay: hosted.priced.step.usdPerDay,
    inputUsdPerDay: renterUsd(renter, { ...none, inputOver: 1 }),
    outputUsdPerDay: renterUsd(renter, { ...none, outputOver: 1 }),
    callUsdPerDay: renterUsd(renter, { ...none, callsOver: 1 }),
    first: guess.machines,
    most,
  }
}

/** Base and overflow as they fare over a day that is played: the number of machines, and what goes over, are what was seen. */
export function* simulateHybrids(
  setting: Setting,
  hosts: readonly HostedOutcome[],
  { stage }: Scene,
): Staged<readonly PricedOption[]> {
  const pairings = pairingsOf(setting, hosts).flatMap((pairing) => {
    const task = hybridTaskOf(setting, pairing)
    return task === undefined ? [] : [{ ...pairing, task }]
  })
  if (pairings.length === 0) return []
  const looks = yield { about: 'hybrids', stage, tasks: pairings.map(({ task }) => task) }
  return pairings.flatMap(({ hosted, renter, task }, index) => {
    const look = looks[index] as HybridLook
    if (!look.fits) return []
    const seen: PlayedHybrid = {
      on: stage.day.origin,
      requestsPlayed: look.requestsPlayed,
      machines: look.machines,
      replicas: look.machines * task.perInstance,
      requestsAtOnce: look.cap,
      renter: renter.id,
      ownAloneUsdPerDay: hosted.option.usdPerDay,
      renterAloneUsdPerDay: renter.usdPerDay,
      callsOver: look.callsOver,
      inputTokensOver: look.inputOver,
      outputTokensOver: look.outputOver,
      ownTtftSeconds: look.latencies.ttft,
      ownTpotSeconds: look.latencies.tpot,
      tried: look.tried,
    }
    return priceHybrid(setting, hosted, renter, seen) ?? []
  })
}
