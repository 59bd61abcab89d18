import type { Replica } from './model.ts'
import { mostAtOnce, type OverflowPlay, simulateOverflow } from './overflow.ts'
import type { Stage } from './play.ts'
import type { Latencies } from './replica-latency.ts'
import type { NoSimulation } from './replica.ts'
import type { Requests } from './replica-terms.ts'
import { partOfDay } from './trace.ts'
import type { Usd } from './units.ts'

/** A base on own machines and a renter for the rest: how many machines, and what goes over, is to be found out. */
export type HybridTask = {
  readonly kind: 'hybrid'
  readonly replica: Replica
  readonly perInstance: number
  /** What one machine costs a day, its disk included. */
  readonly machineUsdPerDay: Usd
  /** What the renter would take for a day's prompts, completions and calls, all of them. */
  readonly inputUsdPerDay: Usd
  readonly outputUsdPerDay: Usd
  readonly callUsdPerDay: Usd
  /** Machines with which the search begins, and the most that make sense: those of the pure fleet. */
  readonly first: number
  readonly most: number
}

type HybridTry = {
  readonly machines: number
  readonly usdPerDay: Usd
  readonly callsOver: number
}

export type HybridLook =
  | (Pick<OverflowPlay, 'callsOver' | 'inputOver' | 'outputOver'> & {
      readonly fits: true
      readonly machines: number
      /** Requests at a time that each replica takes. */
      readonly cap: number
      /** Of what stayed. */
      readonly latencies: Latencies
      /** Every number of machines that was played, ascending. */
      readonly tried: readonly HybridTry[]
      readonly requestsPlayed: number
    })
  | NoSimulation

const MOST_REPLICAS_PLAYED = 16
const MOST_REQUESTS_PLAYED = 20_000
/** Where bursts break the target that a steady load keeps, each replica takes this share of what it did. */
const FEWER = 0.85
const MOST_MENDINGS = 12

/** With the cap lowered until the target holds for what stays; undefined where it never does. */
const playedWith = (
  { replica }: HybridTask,
  requests: Requests,
  { slo }: Stage,
  replicas: number,
  from: number,
): { readonly play: OverflowPlay; readonly cap: number } | undefined => {
  let cap = from
  for (let mending = 0; mending <= MOST_MENDINGS && cap >= 1; mending += 1) {
    const play = simulateOverflow(replica, requests, slo, { replicas, cap })
    if (!play.fits) return undefined
    if (play.holds) return { play, cap }
    cap = Math.floor(cap * FEWER)
  }
  return undefined
}

/**
 * The best number of machines by playing a day: each replica takes as many requests at a time as keep the target, what finds
 * all full goes to the renter, and the bill of both sides decides. From the first guess downhill, as the cost has one valley.
 */
export const lookAtHybrid = (task: HybridTask, stage: Stage): HybridLook => {
  const { replica, perInstance, machineUsdPerDay, inputUsdPerDay, outputUsdPerDay, callUsdPerDay, most } = task
  const steady = mostAtOnce(replica, stage.play, stage.slo)
  if (steady === 0) return { fits: false, reason: 'even one request at a time misses the target on an own replica' }
  const parts = Math.max(1, Math.ceil((task.first * perInstance) / Math.max(MOST_REPLICAS_PLAYED, perInstance)))
  const requests = partOfDay(stage.day, parts, MOST_REQUESTS_PLAYED)
  if (requests.at.length === 0) return { fits: false, reason: 'there is no request to play' }
  type Tried = HybridTry & { readonly play: OverflowPlay; readonly cap: number }
  const known = new Map<number, Tried | undefined>()
  const at = (machines: number): Tried | undefined => {
    if (known.has(machines)) return known.get(machines)
    const played = playedWith(task, requests, stage, (machines * perInstance) / parts, steady)
    const tried = played && {
      ...played,
      machines,
      callsOver: played.play.callsOver,
      usdPerDay:
        machines * machineUsdPerDay +
        played.play.inputOver * inputUsdPerDay +
        played.play.outputOver * outputUsdPerDay +
        played.play.callsOver * callUsdPerDay,
    }
    known.set(machines, tried)
    return tried
  }
  // In parts, a machine more is a machine more in each of them.
  const first = parts * Math.max(1, Math.round(Math.min(task.first, most) / parts))
  let best = at(first)
  const better = (machines: number): boolean => {
    if (machines < parts || machines > most) return false
    const tried = at(machines)
    if (tried === undefined || (best !== undefined && tried.usdPerDay >= best.usdPerDay)) return false
    best = tried
    return true
  }
  for (const way of [-parts, parts]) {
    let machines = (best?.machines ?? first) + way
    while (better(machines)) machines += way
  }
  if (best === undefined)
    return { fits: false, reason: 'what stays on own replicas misses the target however few they take' }
  const { play, cap, machines } = best
  return {
    fits: true,
    machines,
    cap,
    callsOver: play.callsOver,
    inputOver: play.inputOver,
    outputOver: play.outputOver,
    latencies: play.latencies,
    tried: [...known.values()]
      .flatMap((one) =>
        one === undefined ? [] : [{ machines: one.machines, usdPerDay: one.usdPerDay, callsOver: one.callsOver }],
      )
      .toSorted((one, other) => one.machines - other.machines),
    requestsPlayed: requests.at.length,
  }
}
