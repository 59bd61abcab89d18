import {
  fixedFleet,
  type FleetSimulation,
  hourlyFleet,
  type NoSimulation,
  type Replica,
  type Requests,
  type Routing,
  SCALING,
  type Seconds,
  simulateFleet,
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
}

export type Played = {
  readonly simulation: FleetSimulation
  /** How often the traffic was played until the number was found. */
  readonly simulations: number
  readonly replicasAt: (at: Seconds) => number
  /** Paid time of all replicas, the spare ones included. */
  readonly replicaHours: number
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

/** Plays traffic through a fleet that is given, or through the smallest one that holds the service level; or why none does. */
export const play = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  { staffed, routing, spare }: Running,
): Played | NoSimulation => {
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
