import { degreesFor, engineFor, replicaOf } from './candidates.ts'
import { capacityOf, type RequestShape } from './capacity.ts'
import type { Catalog, Engine, Instance, OpenModel, Precision, Purchase } from './catalog.ts'
import type { FittingCapacity } from './conditions.ts'
import { stepsFor } from './curve.ts'
import type { Slo } from './fleet.ts'
import { rateOf, replicasPerInstance } from './hosted-cost.ts'
import { type Deployment, hostedId, type OptionId } from './option.ts'
import type { FleetLook, FleetTask, Look, Stage, Staged } from './play.ts'
import type { Latencies } from './replica-latency.ts'
import type { Requests } from './replica-terms.ts'
import { spanOf } from './requests-part.ts'
import { type Figures, whyOf } from './runner-up.ts'
import { playOfLengths } from './sustained.ts'
import type { IsoDate, Seconds, Usd } from './units.ts'

/** All ways to run one model: on which machines, for which load, within which service level. */
export type SearchQuestion = {
  readonly catalog: Catalog
  readonly model: OpenModel
  /** Only this machine; absent: all that are sold in the region. */
  readonly instance?: Instance
  readonly precision?: Precision
  readonly tensorParallel?: number
  /** Absent: the first of the catalogue that serves the model on the hardware. */
  readonly engine?: Engine
  readonly region: string
  readonly purchase: Purchase
  readonly on: IsoDate
  readonly slo: Slo
  /** What the fleet is tried on. */
  readonly trace: Requests
  /** Machines kept beside those that hold the level, for when one fails. */
  readonly spare: number
}

/** One way to run the model, and how many machines of it the load takes. */
export type Configuration = {
  readonly id: OptionId
  readonly deployment: Deployment
  readonly perInstance: number
  /** Of one replica, in closed form. */
  readonly capacity: FittingCapacity
  /** Spare ones included. */
  readonly machines: number
  readonly replicas: number
  readonly usdPerMachineHour: Usd
  readonly usdPerHour: Usd
  readonly estimate: 'closed-form' | 'simulated'
  /** Of the fleet on the load, where it was simulated. */
  readonly latencies?: Latencies
  /** Weights in less than they were given out in: cheaper, and answers may be worse. */
  readonly quantised: boolean
}

export type SearchResult = {
  /** Machines x precisions x splits that were looked at, those that fit, and those whose fleet was simulated. */
  readonly considered: number
  readonly fitting: number
  readonly simulated: number
  /** Cheapest first; of machines with the same accelerators the cheapest. */
  readonly ranked: readonly Configuration[]
  /** Why the second is not the first. */
  readonly why?: string
  readonly ruledOut: readonly { readonly id: OptionId; readonly reason: string }[]
  /** The rate for which the closed form sized the fleets. */
  readonly peakRequestsPerSecond: number
  readonly shape: RequestShape
}

/** The best by the formula are played, and further ones as long as they could still be cheaper, round by round. */
const A_ROUND = 20
const MOST_ROUNDS = 3

const PEAK_SECONDS: Seconds = 300

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The busiest five minutes of a trace, as a rate. */
export const peakRateOf = (requests: Requests): number => {
  const { at } = requests
  const span = spanOf(requests)
  if (at.length < 2 || span <= PEAK_SECONDS) return at.length / Math.max(1, span)
  let [from, most] = [0, 0]
  for (let to = 0; to < at.length; to += 1) {
    while (at[to]! - at[from]! > PEAK_SECONDS) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most / PEAK_SECONDS
}

/** As given out first, then ever fewer bits. */
const precisionsOf = ({ kind, nativePrecision = 'bf16' }: OpenModel): readonly Precision[] =>
  kind === 'encoder' ? ['fp32', 'bf16'] : [...new Set<Precision>([nativePrecision, 'bf16', 'fp8', 'int8', 'int4'])]

const BITS: Readonly<Record<Precision, number>> = { fp32: 32, bf16: 16, fp8: 8, int8: 8, fp4: 4, int4: 4 }

const isQuantised = ({ kind, nativePrecision }: OpenModel, precision: Precision): boolean =>
  BITS[precision] < BITS[nativePrecision ?? (kind === 'encoder' ? 'fp32' : 'bf16')] && kind !== 'encoder'

/** Every machine, precision and split; what no engine serves is left to the reasons. */
const deploymentsOf = (
  question: SearchQuestion,
  ruledOut: SearchResult['ruledOut'][number][],
): readonly Deployment[] => {
  const { catalog, model, region, purchase } = question
  const machines = question.instance === undefined ? catalog.instances : [question.instance]
  return machines.flatMap((instance) => {
    if (rateOf(deploymentOf(question, instance), question.on) === undefined) return []
    const accelerator = catalog.accelerators.find(({ id }) => id === instance.accelerator)
    const engine = accelerator && (question.engine ?? engineFor(catalog.engines, model, accelerator))
    if (engine === undefined) {
      const reason = `no serving engine for ${model.kind} models on ${instance.accelerator}`
      ruledOut.push({ id: `hosted:${model.id}@${instance.id}`, reason })
      return []
    }
    const named = question.tensorParallel
    const degrees = degreesFor(instance, named === undefined ? undefined : { tensorParallel: named })
    const fitting = degrees.filter((degree) => degree <= Math.max(1, instance.acceleratorCount))
    const precisions = question.precision === undefined ? precisionsOf(model) : [question.precision]
    return precisions.flatMap((precision) =>
      fitting.map((tensorParallel): Deployment => ({
        model,
        instance,
        precision,
        tensorParallel,
        engine,
        purchase,
        region,
        replicas: 'fixed',
        front: 'none',
      })),
    )
  })
}

/** Only to ask for its price: nothing of how it runs is in that. */
const deploymentOf = ({ catalog, model, region, purchase }: SearchQuestion, instance: Instance): Deployment => ({
  model,
  instance,
  precision: 'bf16',
  tensorParallel: 1,
  engine: catalog.engines[0]!,
  purchase,
  region,
  replicas: 'fixed',
  front: 'none',
})

/** Machines with the same accelerators carry the same fleet. */
const kindOf = ({ deployment: { instance, precision, tensorParallel }, perInstance }: Configuration): string =>
  `${instance.accelerator} ${precision} ${tensorParallel} ${perInstance}`

const cheapestFirst = (one: Configuration, other: Configuration): number =>
  one.usdPerHour - other.usdPerHour ||
  Number(one.quantised) - Number(other.quantised) ||
  one.machines - other.machines ||
  (one.id < other.id ? -1 : 1)

/** With so many machines that hold the level, and the spare ones. */
const withMachines = (one: Configuration, needed: number, spare: number): Configuration => {
  const machines = needed + spare
  return {
    ...one,
    machines,
    replicas: machines * one.perInstance,
    usdPerHour: machines * one.usdPerMachineHour,
  }
}

/** Everything in closed form: what fits, sized for the peak, the cheapest machine of each kind. */
const screened = (
  question: SearchQuestion,
  shape: RequestShape,
  peak: number,
  ruledOut: SearchResult['ruledOut'][number][],
): { readonly considered: number; readonly fitting: number; readonly kinds: readonly Configuration[] } => {
  const { catalog, slo, on, spare } = question
  const deployments = deploymentsOf(question, ruledOut)
  const capacities = new Map<string, ReturnType<typeof capacityOf>>()
  const kinds = new Map<string, Configuration>()
  let fitting = 0
  for (const deployment of deployments) {
    const { instance, precision, tensorParallel, model } = deployment
    const replica = replicaOf(catalog, deployment)!
    const key = `${instance.accelerator} ${precision} ${tensorParallel} ${replica.ramBytes ?? ''}`
    const capacity = capacities.get(key) ?? capacityOf(replica, shape, slo)
    capacities.set(key, capacity)
    if (!capacity.fits) {
      ruledOut.push({ id: hostedId(deployment), reason: capacity.reason })
      continue
    }
    fitting += 1
    const perInstance = replicasPerInstance(deployment)
    const bare: Configuration = {
      id: hostedId(deployment),
      deployment,
      perInstance,
      capacity,
      machines: 0,
      replicas: 0,
      usdPerMachineHour: rateOf(deployment, on)!.usdPerHour,
      usdPerHour: 0,
      estimate: 'closed-form',
      quantised: isQuantised(model, precision),
    }
    const one = withMachines(bare, stepsFor(peak, capacity.requestsPerSecond * perInstance, 1), spare)
    const known = kinds.get(kindOf(one))
    if (known === undefined || cheapestFirst(one, known) < 0) kinds.set(kindOf(one), one)
  }
  return { considered: deployments.length, fitting, kinds: [...kinds.values()].toSorted(cheapestFirst) }
}

/** The least that a configuration could cost, if its replicas carry as much as the formula's band allows. */
const leastUsdPerHour = (
  { capacity, perInstance, usdPerMachineHour }: Configuration,
  peak: number,
  spare: number,
): Usd => (stepsFor(peak, capacity.high * perInstance, 1) + spare) * usdPerMachineHour

const taskOf = (catalog: Catalog, one: Configuration, spare: number): FleetTask => ({
  kind: 'fleet',
  replica: replicaOf(catalog, one.deployment)!,
  perInstance: one.perInstance,
  first: one.machines - spare,
})

const isFleetLook = (look: Look | undefined): look is Extract<FleetLook, { fits: true }> =>
  look !== undefined && look.fits && 'holds' in look

const figuresOf = ({ usdPerHour, machines, usdPerMachineHour, capacity, perInstance }: Configuration): Figures => ({
  usd: usdPerHour,
  machines,
  usdPerMachineHour,
  requestsPerMachineSecond: capacity.requestsPerSecond * perInstance,
})

/**
 * The cheapest ways to run a model for a load: every machine, precision and split in closed form, the best of them played on
 * the load with as few machines as hold the service level, and why the second best is not the best.
 */
export function* searching(question: SearchQuestion): Staged<SearchResult> {
  const { catalog, slo, trace, spare } = question
  const shape = { input: meanOf(trace.input), output: meanOf(trace.output) }
  const peak = peakRateOf(trace)
  const ruledOut: SearchResult['ruledOut'][number][] = []
  const { considered, fitting, kinds } = screened(question, shape, peak, ruledOut)
  const stage: Stage = {
    slo,
    play: playOfLengths([{ ...shape, weight: 1 }]),
    trace,
    day: { origin: 'rows', requests: trace },
  }
  const played: Configuration[] = []
  let waiting = kinds
  let simulated = 0
  for (let round = 0; round < MOST_ROUNDS && waiting.length > 0; round += 1) {
    const dearest = played[0]?.usdPerHour ?? Infinity
    const next = waiting.filter((one) => leastUsdPerHour(one, peak, spare) < dearest).slice(0, A_ROUND)
    if (next.length === 0) break
    waiting = waiting.filter((one) => !next.includes(one))
    simulated += next.length
    const looks = yield { about: 'fleets', stage, tasks: next.map((one) => taskOf(catalog, one, spare)) }
    for (const [index, one] of next.entries()) {
      const look = looks[index]
      if (isFleetLook(look))
        played.push({
          ...withMachines(one, look.replicas / one.perInstance, spare),
          estimate: 'simulated',
          latencies: look.latencies,
        })
      else if (look !== undefined && !look.fits) ruledOut.push({ id: one.id, reason: look.reason })
    }
    played.sort(cheapestFirst)
  }
  const ranked = [...played, ...waiting].toSorted(cheapestFirst)
  const [best, next] = ranked
  return {
    considered,
    fitting,
    simulated,
    ranked,
    ...(best === undefined || next === undefined ? {} : { why: whyOf(figuresOf(best), figuresOf(next)) }),
    ruledOut,
    peakRequestsPerSecond: peak,
    shape,
  }
}
