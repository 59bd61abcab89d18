import { apiBill, type Prepared } from './api-cost.ts'
import { asIsBill, type AsIsBill } from './as-is.ts'
import type { ApiModel, Catalog } from './catalog.ts'
import type { PlayedHybrid, PricedOption } from './comparison.ts'
import type { Conditions, FittingCapacity } from './conditions.ts'
import type { SortedLengths } from './context-length.ts'
import { readsRequests, sortLengths } from './context-length.ts'
import type { CostCurve, Line } from './cost.ts'
import { linearCurve, stretchedCurve } from './curve.ts'
import type { HostedPriced } from './hosted-cost.ts'
import { hostedCost, replicasPerInstance } from './hosted-cost.ts'
import type { HybridPriced, HybridQuestion } from './hybrid.ts'
import { hybridCost, hybridSeen } from './hybrid.ts'
import type { LoadShape } from './load-shape.ts'
import { assumedShape, loadShapeOf } from './load-shape.ts'
import type { ModelIndex } from './model-index.ts'
import type { Deployment } from './option.ts'
import { apiId, hostedId } from './option.ts'
import type { FleetProof } from './play.ts'
import { fleetNote, hybridNotes, playedOf, shareText, type Simulated, simulatedNote } from './played-notes.ts'
import { DAYS_PER_MONTH, leastSure, type Tokens, type Usd } from './units.ts'
import { daysWatched, meanShape, requestsPerDayOf } from './workload-summary.ts'

/** What every option of one comparison is priced against, worked out once. */
export type Setting = {
  readonly catalog: Catalog
  readonly index: ModelIndex
  readonly prepared: Prepared
  readonly conditions: Conditions
  readonly requestsPerDay: number
  /** Where the file says no number of requests, the axis is tokens a day: this many to a request. */
  readonly unitsPerRequest: number
  readonly axisPerDay: number
  /** Some rows are sums over an interval: under tiers and fees their price is a range. */
  readonly hasBuckets: boolean
  readonly lengths: SortedLengths
  readonly openContexts: ReadonlyMap<string, Tokens>
  readonly load: LoadShape
  /** The load at the low and the high end of the peak's band. */
  readonly loadBand: { readonly low: LoadShape; readonly high: LoadShape }
}

export const settingOf = (catalog: Catalog, index: ModelIndex, prepared: Prepared, conditions: Conditions): Setting => {
  const { workload } = prepared
  const requestsPerDay = requestsPerDayOf(workload)
  const shape = meanShape(workload)
  const load = loadShapeOf(workload)
  const { peak } = workload
  const unitsPerRequest = workload.requests === undefined ? shape.input + shape.output : 1
  return {
    catalog,
    index,
    prepared,
    conditions,
    requestsPerDay,
    unitsPerRequest,
    axisPerDay: requestsPerDay * unitsPerRequest,
    hasBuckets: workload.cells.some((cell) => cell.segment === undefined && cell.slot !== undefined),
    lengths: sortLengths(workload),
    openContexts: new Map(catalog.openModels.map(({ id, contextTokens }) => [id, contextTokens])),
    load,
    loadBand:
      peak.origin === 'observed'
        ? { low: load, high: load }
        : { low: assumedShape(peak.low), high: assumedShape(peak.high) },
  }
}

/** A curve over requests as one over the axis. */
const onAxis = (curve: CostCurve, unitsPerRequest: number): CostCurve =>
  unitsPerRequest === 1 ? curve : stretchedCurve(curve, unitsPerRequest)

const perDay = (line: Line, days: number): Line => ({ ...line, quantity: line.quantity / days, usd: line.usd / days })

type Priced = {
  readonly usdPerDay: Usd
  readonly low: Usd
  readonly high: Usd
  readonly lines: readonly Line[]
  readonly notes: readonly string[]
  readonly curve: CostCurve
}

const optionOf = (
  base: Pick<PricedOption, 'id' | 'kind' | 'label'>,
  priced: Priced,
  { prepared, requestsPerDay }: Setting,
): PricedOption => ({
  ...base,
  ...priced,
  low: Math.min(priced.low, priced.usdPerDay),
  high: Math.max(priced.high, priced.usdPerDay),
  usdPerMonth: priced.usdPerDay * DAYS_PER_MONTH,
  sure: leastSure(priced.lines.map((line) => line.sure)),
  asOf: priced.lines.reduce((newest, line) => (line.asOf > newest ? line.asOf : newest), ''),
  ...(prepared.workload.requests === undefined || requestsPerDay === 0
    ? {}
    : { usdPerRequest: priced.usdPerDay / requestsPerDay }),
})

/** `doubt`: why an option is shown and may not win. */
export type Outcome =
  | { readonly kind: 'priced'; readonly option: PricedOption; readonly doubt?: string }
  | { readonly kind: 'ruledOut'; readonly id: string; readonly reason: string }

/** One API model: its bill over the watched time, by the day. */
export const priceApi = (setting: Setting, model: ApiModel): Outcome => {
  const { catalog, prepared, conditions, axisPerDay } = setting
  const id = apiId(model)
  const fit = readsRequests(model, setting.lengths, setting.openContexts)
  if (fit.reads === 'no') return { kind: 'ruledOut', id, reason: fit.reason }
  const bill = (bound: 'base' | 'low' | 'high'): ReturnType<typeof apiBill> =>
    apiBill(prepared, model, catalog.tokenizers, {
      on: conditions.on,
      region: conditions.region,
      outputRatio: conditions.outputRatio,
      bound,
    })
  const base = bill('base')
  if (base.kind === 'unpriced') return { kind: 'ruledOut', id, reason: base.reason }
  const days = daysWatched(prepared.workload)
  const banded =
    setting.hasBuckets || prepared.sources.some((source) => source !== undefined && source !== model.tokenizer)
  const low = banded ? bill('low') : base
  const high = banded ? bill('high') : base
  const usdPerDay = base.usd / days
  const option = optionOf(
    { id, kind: 'api', label: `${model.model} (${model.provider})` },
    {
      usdPerDay,
      low: low.kind === 'priced' ? low.usd / days : usdPerDay,
      high: high.kind === 'priced' ? high.usd / days : usdPerDay,
      lines: base.lines.map((line) => perDay(line, days)),
      notes: fit.reads === 'unknown' ? [...base.notes, fit.reason] : base.notes,
      curve: linearCurve(axisPerDay === 0 ? 0 : usdPerDay / axisPerDay),
    },
    setting,
  )
  return {
    kind: 'priced',
    option: model.capability === undefined ? option : { ...option, class: model.capability.class },
    ...(fit.reads === 'unknown'
      ? { doubt: fit.reason }
      : base.suspect
        ? { doubt: `a price in doubt: ${base.notes.join('; ')}` }
        : {}),
  }
}

/** Today's bill, with what could not be priced; undefined where the log names no model. */
export const priceAsIs = (setting: Setting): { option?: PricedOption; bill: AsIsBill } | undefined => {
  const { prepared, index, conditions, axisPerDay } = setting
  const bill = (bound: 'base' | 'low' | 'high'): AsIsBill | undefined =>
    asIsBill(prepared.workload, index, {
      on: conditions.on,
      region: conditions.region,
      outputRatio: 1,
      bound,
    })
  const base = bill('base')
  if (base === undefined) return undefined
  if (base.lines.length === 0) return { bill: base }
  const days = daysWatched(prepared.workload)
  const banded = setting.hasBuckets
  const usdPerDay = base.usd / days
  const option = optionOf(
    { id: 'as-is', kind: 'asIs', label: 'as is: each call on the model it names' },
    {
      usdPerDay,
      low: banded ? bill('low')!.usd / days : usdPerDay,
      high: banded ? bill('high')!.usd / days : usdPerDay,
      lines: base.lines.map((line) => perDay(line, days)),
      notes: base.notes,
      curve: linearCurve(axisPerDay === 0 ? 0 : usdPerDay / axisPerDay),
    },
    setting,
  )
  return { option, bill: base }
}

export type HostedOutcome = {
  readonly option: PricedOption
  readonly priced: HostedPriced
  readonly deployment: Deployment
  readonly capacity: FittingCapacity
}

const replicaText = (count: number): string =>
  Number.isInteger(count) ? count.toLocaleString('en-US') : count.toFixed(1)

const hostedLabel = ({ model, instance, precision, tensorParallel }: Deployment, machines: number): string =>
  `${model.id} on ${replicaText(machines)} × ${instance.id}, ${precision}${tensorParallel > 1 ? `, TP${tensorParallel}` : ''}`

const hostedNotes = (
  { instance, region, purchase, front }: Deployment,
  priced: HostedPriced,
  on: string,
  simulated: Simulated | undefined,
): readonly string[] => {
  const notes: string[] = []
  if (simulated !== undefined) notes.push(simulatedNote(simulated))
  if (simulated?.fleet !== undefined && simulated.on !== undefined) notes.push(fleetNote(simulated.fleet, simulated.on))
  if (instance.service !== 'own' && Math.abs(Date.parse(priced.rate.asOf) - Date.parse(on)) > 92 * 86_400_000)
    notes.push(`${instance.id} at the price seen ${priced.rate.asOf}, the nearest known to ${on}`)
  if (priced.rate.region !== region) notes.push(`priced in ${priced.rate.region}`)
  // SageMaker's price has them; plain machines need them, and what they cost depends on how they are set up.
  if (instance.service === 'ec2')
    notes.push(
      front === 'none'
        ? 'plain EC2: boot disks and public addresses are not priced'
        : 'plain EC2: boot disks, public addresses and the load balancer before the machines are not priced',
    )
  if (purchase === 'spot')
    notes.push('spot machines may be taken away at two minutes’ notice, and their price moves by the hour')
  return notes
}

const FACTOR_HALVINGS = 40

/** The end of a range of factors below which something holds and above which it does not. */
const lastFactor = (holds: (factor: number) => boolean): number => {
  let [low, high] = [0, 1]
  for (let halving = 0; halving < FACTOR_HALVINGS; halving += 1) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}

/**
 * The share of its rate that a machine carries on the traffic as it was played: 1, or less where that asked for more
 * machines. So many held and one less did not, so the volume at which one more is needed lies between; its middle is taken.
 */
const factorSeen = (
  byRate: HostedPriced,
  costAt: (throughputFactor: number) => HostedPriced | undefined,
  requestsPerDay: number,
  fleet: FleetProof | undefined,
): number => {
  if (fleet === undefined) return 1
  const isEnough = (priced: HostedPriced): boolean => {
    const { mean, max } = priced.replicas(requestsPerDay)
    return max >= fleet.replicas && mean >= fleet.meanReplicas * (1 - 1e-9)
  }
  if (isEnough(byRate)) return 1
  const largest = lastFactor((factor) => isEnough(costAt(factor)!))
  const needed = costAt(largest)!.replicas(requestsPerDay).mean
  const smallest = lastFactor((factor) => costAt(factor)!.replicas(requestsPerDay).mean > needed)
  return Math.sqrt(largest * Math.max(smallest, largest / 2))
}

/** One hosted deployment; undefined where its machine has no price here. */
export const priceHosted = (
  setting: Setting,
  deployment: Deployment,
  capacity: FittingCapacity,
  simulated?: Simulated,
): HostedOutcome | undefined => {
  const { catalog, prepared, load, loadBand, requestsPerDay, unitsPerRequest, conditions } = setting
  const costAt = (throughputFactor: number): HostedPriced | undefined =>
    hostedCost({
      deployment,
      capacity,
      shape: meanShape(prepared.workload),
      load,
      services: catalog.services,
      conditions: { ...conditions, throughputFactor },
    })
  const byRate = costAt(1)
  if (byRate === undefined) return undefined
  const factor = factorSeen(byRate, costAt, requestsPerDay, simulated?.fleet)
  const priced = factor === 1 ? byRate : costAt(factor)!
  const under = (shape: LoadShape, requestsPerSecond: number): Usd =>
    priced.usdPerDayUnder(requestsPerDay, shape, (factor * requestsPerSecond) / capacity.requestsPerSecond)
  const replicas = priced.replicas(requestsPerDay)
  const machines = replicas.mean / priced.replicas(0).mean
  const usdPerDay = priced.curve.at(requestsPerDay)
  const option = optionOf(
    { id: hostedId(deployment), kind: 'hosted', label: hostedLabel(deployment, machines) },
    {
      usdPerDay,
      low: under(loadBand.low, capacity.high),
      high: under(loadBand.high, capacity.low),
      lines: priced.lines(requestsPerDay),
      notes: hostedNotes(deployment, priced, conditions.on, simulated),
      curve: onAxis(priced.curve, unitsPerRequest),
    },
    setting,
  )
  return {
    option: {
      ...option,
      // How many machines there are rests on the capacity: the sum is no surer than that.
      sure: leastSure([option.sure, capacity.sure]),
      replicas,
      capacity: {
        requestsPerSecond: capacity.requestsPerSecond,
        ttft: capacity.ttft,
        tpot: capacity.tpot,
        limit: capacity.limit,
        sure: capacity.sure,
      },
      ...(simulated === undefined ? {} : playedOf(simulated)),
      ...(deployment.model.class === undefined ? {} : { class: deployment.model.class }),
    },
    priced,
    deployment,
    capacity,
  }
}

/** What a hybrid of this option and this renter is worked out from. */
export const hybridQuestionOf = (
  { load, requestsPerDay }: Setting,
  hosted: HostedOutcome,
  renter: PricedOption,
): HybridQuestion => ({
  hosted: hosted.priced,
  load,
  apiUsdPerRequest: renter.usdPerDay / requestsPerDay,
  apiLines: renter.lines,
  requestsPerDay,
})

/** Base on own machines, overflow to a renter; undefined where it uses one side only or saves too little. */
export const priceHybrid = (
  setting: Setting,
  hosted: HostedOutcome,
  renter: PricedOption,
  seen?: PlayedHybrid,
): PricedOption | undefined => {
  const { requestsPerDay, unitsPerRequest } = setting
  if (requestsPerDay === 0) return undefined
  const question = hybridQuestionOf(setting, hosted, renter)
  const hybrid: HybridPriced | undefined =
    seen === undefined
      ? hybridCost(question)
      : hybridSeen(question, {
          machines: seen.machines,
          callsOver: seen.callsOver,
          inputOver: seen.inputTokensOver,
          outputOver: seen.outputTokensOver,
        })
  if (hybrid === undefined) return undefined
  const replicas = hybrid.machines * replicasPerInstance(hosted.deployment)
  const bandOf = (option: PricedOption, end: 'low' | 'high'): number => option[end] / option.usdPerDay
  const shareOf = (end: 'low' | 'high'): number =>
    (1 - hybrid.overflowShare) * bandOf(hosted.option, end) + hybrid.overflowShare * bandOf(renter, end)
  const option = optionOf(
    {
      id: `hybrid:${hybrid.machines}*${hosted.option.id}+${renter.id}`,
      kind: 'hybrid',
      label: `${hostedLabel(hosted.deployment, hybrid.machines)}, ${shareText(hybrid.overflowShare)} over to ${renter.label}`,
    },
    {
      usdPerDay: hybrid.usdPerDay,
      low: hybrid.usdPerDay * shareOf('low'),
      high: hybrid.usdPerDay * shareOf('high'),
      lines: hybrid.lines,
      notes: seen === undefined ? hosted.option.notes : [...hybridNotes(seen), ...hosted.option.notes],
      curve: onAxis(hybrid.curve, unitsPerRequest),
    },
    setting,
  )
  return {
    ...option,
    replicas: { min: replicas, mean: replicas, max: replicas },
    ...(hosted.option.capacity && { capacity: hosted.option.capacity }),
    ...(hosted.option.class && { class: hosted.option.class }),
    ...(seen === undefined ? {} : { playedHybrid: seen }),
  }
}
