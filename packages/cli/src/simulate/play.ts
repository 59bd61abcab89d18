import {
  fixedFleet,
  type FleetSimulation,
  hourlyFleet,
  mostAtOnce,
  type NoSimulation,
  type Replica,
  type Requests,
  type Routing,
  SCALING,
  type Seconds,
  simulateFleet,
  simulateOverflow,
  type Slo,
} from '@breakeven/core'

/** So many all the time, the fewest that do, or as many as each hour needs. */
export type Staffed = number | 'fixed' | 'hourly'

/** How the fleet is run. */
export type Running = {
  readonly staffed: Staffed
  readonly routing: Routing
  /** Replicas beside those that are found, paid all the time, for when one fails: the target is held without them. */
  readonly spare: number
  /** Requests at a time that each replica takes, what finds no place going to a renter; `most`: as many as hold the target. */
  readonly atOnce?: number | 'most'
}

export type Played = {
  readonly simulation: FleetSimulation
  /** How often the traffic was played until the number was found. */
  readonly simulations: number
  readonly replicasAt: (at: Seconds) => number
  /** Paid time of all replicas, the spare ones included. */
  readonly replicaHours: number
  /** Where replicas take only so many at a time: what finds no place and goes to a renter. */
  readonly overflow?: Overflow
}

type Overflow = {
  readonly atOnce: number
  /** Shares of calls, of their prompt and of their completion tokens. */
  readonly callsOver: number
  readonly inputOver: number
  readonly outputOver: number
}

const SECONDS_PER_HOUR = 3600

const hoursOf = ({ at }: Requests): number => ((at.at(-1) ?? 0) - (at[0] ?? 0)) / SECONDS_PER_HOUR

const steady = (
  requests: Requests,
  simulation: FleetSimulation,
  replicas: number,
  simulations: number,
  spare: number,
): Played => ({
  simulation,
  simulations,
  replicasAt: () => replicas,
  replicaHours: (replicas + spare) * hoursOf(requests),
})

/** So many replicas for the base, and what they cannot take at once goes over. */
const playOverflow = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  { staffed, atOnce, spare }: Running & { readonly staffed: number },
): Played | NoSimulation => {
  const cap = typeof atOnce === 'number' ? atOnce : mostAtOnce(replica, requests, slo)
  if (cap === 0) return { fits: false, reason: 'even one request at a time misses the target on a replica' }
  const play = simulateOverflow(replica, requests, slo, { replicas: staffed, cap })
  if (!play.fits) return play
  const { latencies, outcome, holds, callsOver, inputOver, outputOver } = play
  const simulation: FleetSimulation = { fits: true, replicas: staffed, latencies, outcome, holds }
  const overflow = { atOnce: cap, callsOver, inputOver, outputOver }
  return { ...steady(requests, simulation, staffed, 1, spare), overflow }
}

/** Plays traffic through a fleet that is given, or through the smallest one that holds the service level; or why none does. */
export const play = (replica: Replica, requests: Requests, slo: Slo, running: Running): Played | NoSimulation => {
  const { staffed, routing, spare, atOnce } = running
  if (typeof staffed === 'number' && atOnce !== undefined)
    return playOverflow(replica, requests, slo, { ...running, staffed })
  if (typeof staffed === 'number') {
    const simulation = simulateFleet(replica, requests, slo, () => staffed, routing)
    return simulation.fits ? steady(requests, simulation, staffed, 1, spare) : simulation
  }
  if (staffed === 'fixed') {
    const fleet = fixedFleet(replica, requests, slo, { routing })
    return fleet.fits ? steady(requests, fleet, fleet.replicas, fleet.simulations, spare) : fleet
  }
  const fleet = hourlyFleet(replica, requests, slo, { ...SCALING, routing })
  if (!fleet.fits) return fleet
  const { byHour, replicaHours, replicasAt } = fleet
  return { simulation: fleet, simulations: 1, replicasAt, replicaHours: replicaHours + spare * byHour.length }
}
