import type { FittingCapacity } from './conditions.ts'
import { stepsFor } from './curve.ts'
import { fixedFleet, type FleetSimulation, simulateFleet, type Slo } from './fleet.ts'
import { hourlyFleet } from './fleet-hourly.ts'
import type { Replica } from './model.ts'
import type { ReplicaPolicy } from './option.ts'
import { type HybridLook, type HybridTask, lookAtHybrid } from './play-hybrid.ts'
import type { Latencies } from './replica-latency.ts'
import type { NoSimulation } from './replica.ts'
import type { Requests } from './replica-terms.ts'
import { beginningsOfHours, busiestPart, spanOf, thinned } from './requests-part.ts'
import type { Day } from './trace.ts'
import { type Play, sustainedCapacity } from './sustained.ts'
import { SECONDS_PER_HOUR } from './units.ts'

export type { HybridLook, HybridTask } from './play-hybrid.ts'

/** What all the tasks of one comparison or search play: handed to a worker once. */
export type Stage = {
  readonly slo: Slo
  /** Lengths by chance at any rate, for what a replica sustains. */
  readonly play: Play
  /** What a fleet is tried on. */
  readonly trace: Requests
  /** Every hour of a day with its weight, for what goes over in one. */
  readonly day: Day
}

/** A hosted option: what its replica sustains, and whether the fleet that follows from it holds on the trace. */
export type HostTask = {
  readonly kind: 'host'
  readonly replica: Replica
  readonly closed: FittingCapacity
  readonly perInstance: number
  readonly policy: ReplicaPolicy
  /** The rate that the fleet must be sized for, and the share of a replica's rate that this may use. */
  readonly peakRequestsPerSecond: number
  readonly utilisation: number
}

/** A fleet on the trace: of a number of replicas that is given, or the fewest machines that hold. */
export type FleetTask = {
  readonly kind: 'fleet'
  readonly replica: Replica
  readonly perInstance: number
  /** Absent: as few as do. */
  readonly replicas?: number
  /** Machines with which the search begins. */
  readonly first?: number
}

export type PlayTask = HostTask | FleetTask | HybridTask

/** A fleet that has been seen to hold. */
export type FleetProof = {
  readonly fits: true
  readonly replicas: number
  /** By the rate that one replica sustains; fewer than `replicas` where the trace asked for more. */
  readonly sizedReplicas: number
  /** Mean of the paid replicas, where they follow the hours. */
  readonly meanReplicas: number
  readonly latencies: Latencies
  readonly requestsPlayed: number
  /** One part in so many of the fleet and of the traffic was played. */
  readonly parts: number
}

export type HostLook =
  | {
      readonly fits: true
      readonly capacity: FittingCapacity
      readonly latencies: Latencies
      readonly fleet: FleetProof | NoSimulation
    }
  | NoSimulation

export type FleetLook =
  | {
      readonly fits: true
      readonly replicas: number
      readonly latencies: Latencies
      readonly holds: boolean
      readonly simulations: number
      readonly requestsPlayed: number
    }
  | NoSimulation

export type Look = HostLook | FleetLook | HybridLook | NoSimulation

/** Of more replicas a part is played with a part of the traffic: what each of them sees is the same. */
const MOST_REPLICAS_PLAYED = 32
/** Of a longer trace its busiest part: the level is harder to hold there. */
const MOST_REQUESTS_PLAYED = 20_000

/** From the order to start to the first request, and how long a replica stays after the hour that needed it. Assumed. */
export const SCALING = { warmUpSeconds: 600, scaleInSeconds: 300 } as const

/** Hours of a trace that machines could follow. */
const FEWEST_HOURS = 2

const partsOf = (replicas: number, perInstance: number): number =>
  Math.max(1, Math.ceil(replicas / Math.max(MOST_REPLICAS_PLAYED, perInstance)))

/** A fleet for the peak, from what the sustained rate says upwards until the level holds on the trace. */
const fixedProof = (task: HostTask, trace: Requests, slo: Slo, machines: number): FleetProof | NoSimulation => {
  const { replica, perInstance } = task
  const sizedReplicas = machines * perInstance
  const parts = partsOf(sizedReplicas, perInstance)
  const requests = busiestPart(thinned(trace, 1 / parts), MOST_REQUESTS_PLAYED)
  const least = Math.max(1, Math.floor(machines / parts))
  const fleet = fixedFleet(replica, requests, slo, { least, first: least, step: perInstance })
  if (!fleet.fits) return fleet
  const replicas = fleet.replicas === least * perInstance ? sizedReplicas : fleet.replicas * parts
  return {
    fits: true,
    replicas,
    sizedReplicas,
    meanReplicas: replicas,
    latencies: fleet.latencies,
    requestsPlayed: requests.at.length,
    parts,
  }
}

/** A fleet that follows the hours of the trace; where it is shorter than two, the one for its peak. */
const proofOf = (task: HostTask, { trace, slo }: Stage, machines: number): FleetProof | NoSimulation => {
  const fixed = fixedProof(task, trace, slo, machines)
  const hours = spanOf(trace) / SECONDS_PER_HOUR
  if (!fixed.fits || task.policy === 'fixed' || hours < FEWEST_HOURS) return fixed
  const parts = partsOf(fixed.replicas, task.perInstance)
  const requests = beginningsOfHours(thinned(trace, 1 / parts), MOST_REQUESTS_PLAYED)
  const fleet = hourlyFleet(task.replica, requests, slo, { ...SCALING, step: task.perInstance })
  if (!fleet.fits) return fleet
  return {
    fits: true,
    replicas: Math.max(...fleet.byHour) * parts,
    sizedReplicas: fixed.sizedReplicas,
    meanReplicas: (fleet.replicaHours / fleet.byHour.length) * parts,
    latencies: fleet.latencies,
    requestsPlayed: requests.at.length,
    parts,
  }
}

const lookAtHost = (task: HostTask, stage: Stage): HostLook => {
  const sustained = sustainedCapacity(task.replica, task.closed, stage.play, stage.slo)
  if (!sustained.fits) return sustained
  const { capacity, latencies } = sustained
  const width = capacity.requestsPerSecond * task.utilisation * task.perInstance
  const machines = stepsFor(task.peakRequestsPerSecond, width, 1)
  return { fits: true, capacity, latencies, fleet: proofOf(task, stage, machines) }
}

const lookAtFleet = ({ replica, perInstance, replicas, first }: FleetTask, { trace, slo }: Stage): FleetLook => {
  const parts = partsOf(replicas ?? (first ?? 1) * perInstance, perInstance)
  const requests = busiestPart(thinned(trace, 1 / parts), MOST_REQUESTS_PLAYED)
  const found = (fleet: FleetSimulation, simulations: number): FleetLook => ({
    fits: true,
    replicas: replicas ?? fleet.replicas * parts,
    latencies: fleet.latencies,
    holds: fleet.holds,
    simulations,
    requestsPlayed: requests.at.length,
  })
  if (replicas !== undefined) {
    const fleet = simulateFleet(replica, requests, slo, () => Math.max(1, Math.floor(replicas / parts)))
    return fleet.fits ? found(fleet, 1) : fleet
  }
  const begin = first === undefined ? {} : { first: Math.max(1, Math.ceil(first / parts)) }
  const fleet = fixedFleet(replica, requests, slo, { step: perInstance, ...begin })
  return fleet.fits ? found(fleet, fleet.simulations) : fleet
}

/** One task, done: a pure function, here or in a worker. */
export const lookAt = (task: PlayTask, stage: Stage): Look => {
  if (task.kind === 'host') return lookAtHost(task, stage)
  return task.kind === 'fleet' ? lookAtFleet(task, stage) : lookAtHybrid(task, stage)
}

/** Tasks that belong together and can be done in any order, or side by side. */
export type Round = { readonly about: 'fleets' | 'hybrids'; readonly stage: Stage; readonly tasks: readonly PlayTask[] }

/** Work that asks for rounds of tasks on its way to a result; whoever drives it says where they are done. */
export type Staged<Result> = Generator<Round, Result, readonly Look[]>

/** Drives staged work in this thread. */
export const playHere = <Result>(staged: Staged<Result>): Result => {
  let next = staged.next()
  while (next.done !== true) {
    const { tasks, stage } = next.value
    next = staged.next(tasks.map((task) => lookAt(task, stage)))
  }
  return next.value
}
