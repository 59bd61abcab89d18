import {
  fixedFleet,
  type FleetSimulation,
  hourlyFleet,
  type NoSimulation,
  type Replica,
  type Requests,
  type Seconds,
  simulateFleet,
  type Slo,
} from '@breakeven/core'

/** So many all the time, the fewest that do, or as many as each hour needs. */
export type Staffed = number | 'fixed' | 'hourly'

export type Played = {
  readonly simulation: FleetSimulation
  /** How often the traffic was played until the number was found. */
  readonly simulations: number
  readonly replicasAt: (at: Seconds) => number
  /** Paid time of all replicas. */
  readonly replicaHours: number
}

/** From the order to start to the first request: machine, image and weights. Assumed. */
const WARM_UP_SECONDS = 600
const SCALE_IN_SECONDS = 300
const SECONDS_PER_HOUR = 3600

const steady = (requests: Requests, simulation: FleetSimulation, replicas: number, simulations: number): Played => {
  const watched = (requests.at.at(-1) ?? 0) - (requests.at[0] ?? 0)
  return {
    simulation,
    simulations,
    replicasAt: () => replicas,
    replicaHours: (replicas * watched) / SECONDS_PER_HOUR,
  }
}

/** Plays traffic through a fleet that is given, or through the smallest one that holds the service level; or why none does. */
export const play = (replica: Replica, requests: Requests, slo: Slo, staffed: Staffed): Played | NoSimulation => {
  if (typeof staffed === 'number') {
    const simulation = simulateFleet(replica, requests, slo, () => staffed)
    return simulation.fits ? steady(requests, simulation, staffed, 1) : simulation
  }
  if (staffed === 'fixed') {
    const fleet = fixedFleet(replica, requests, slo)
    return fleet.fits ? steady(requests, fleet, fleet.replicas, fleet.simulations) : fleet
  }
  const fleet = hourlyFleet(replica, requests, slo, {
    warmUpSeconds: WARM_UP_SECONDS,
    scaleInSeconds: SCALE_IN_SECONDS,
  })
  if (!fleet.fits) return fleet
  const { startAt, byHour, replicaHours } = fleet
  const replicasAt = (at: Seconds): number => byHour[Math.floor((at - startAt) / SECONDS_PER_HOUR)] ?? 1
  return { simulation: fleet, simulations: 1, replicasAt, replicaHours }
}
