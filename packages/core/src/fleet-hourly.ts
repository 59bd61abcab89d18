import { fixedFleet, type FleetOptions, type FleetSimulation, simulateFleet, type Slo } from './fleet.ts'
import type { Replica } from './model.ts'
import type { NoSimulation, Requests } from './replica.ts'
import { SECONDS_PER_HOUR } from './units.ts'
import type { Seconds } from './units.ts'

export type ScalingOptions = FleetOptions & {
  /** From the order to start to the first request: machine, image and weights. It is paid. */
  readonly warmUpSeconds: Seconds
  /** How long a replica stays after the hour that needed it. It is paid. */
  readonly scaleInSeconds: Seconds
}

/** A fleet that follows the hours, and what it is paid for. */
export type HourlyFleet = FleetSimulation & {
  /** Start of the first hour. */
  readonly startAt: Seconds
  readonly byHour: Int32Array
  /** Paid time of all replicas, warm-up and delay included. */
  readonly replicaHours: number
}

/** Requests of one hour, by position. */
const sliceOf = ({ at, input, output, prefixes }: Requests, from: number, to: number): Requests => ({
  at: at.subarray(from, to),
  input: input.subarray(from, to),
  output: output.subarray(from, to),
  ...(prefixes === undefined ? {} : { prefixes: { ...prefixes, blocks: prefixes.blocks.slice(from, to) } }),
})

/** Position of the first request at or after a moment. */
const firstAtOrAfter = (at: Float64Array, moment: Seconds): number => {
  let low = 0
  let high = at.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) < moment) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Paid replica-hours: each hour's replicas; what an hour has more than the one before starts warming up before it, what the
 * next one has less stays for the delay (never longer than the next hour).
 */
export const paidReplicaHours = (byHour: Int32Array, { warmUpSeconds, scaleInSeconds }: ScalingOptions): number => {
  let hours = 0
  for (let hour = 0; hour < byHour.length; hour++) {
    const now = byHour[hour] ?? 0
    hours += now
    hours += (Math.max(0, now - (byHour[hour - 1] ?? 0)) * warmUpSeconds) / SECONDS_PER_HOUR
    const drop = Math.max(0, now - (byHour[hour + 1] ?? 0))
    hours += drop * Math.min(1, scaleInSeconds / SECONDS_PER_HOUR)
  }
  return hours
}

/** Attempts at mending hours whose own requests were fine alone, but not after a full hour before. */
const MENDINGS = 6

/**
 * Replicas by hour: for each hour the fewest with which its own requests see the service level, at least one; then all is
 * played again as it came, and every hour gets one more until the level holds. Or why it does not.
 */
export const hourlyFleet = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  options: ScalingOptions,
): HourlyFleet | NoSimulation => {
  const { at } = requests
  const startAt = Math.floor((at[0] ?? 0) / SECONDS_PER_HOUR) * SECONDS_PER_HOUR
  const hours = Math.max(1, Math.floor(((at.at(-1) ?? startAt) - startAt) / SECONDS_PER_HOUR) + 1)
  const byHour = new Int32Array(hours)
  for (let hour = 0; hour < hours; hour++) {
    const from = firstAtOrAfter(at, startAt + hour * SECONDS_PER_HOUR)
    const to = firstAtOrAfter(at, startAt + (hour + 1) * SECONDS_PER_HOUR)
    const fleet = fixedFleet(replica, sliceOf(requests, from, to), slo, options)
    if (!fleet.fits) return fleet
    byHour[hour] = Math.max(1, fleet.replicas)
  }
  const staffing = (moment: Seconds): number => byHour[Math.floor((moment - startAt) / SECONDS_PER_HOUR)] ?? 1
  for (let mending = 0; mending <= MENDINGS; mending++) {
    const simulation = simulateFleet(replica, requests, slo, staffing, options.routing)
    if (!simulation.fits) return simulation
    if (simulation.holds) return { ...simulation, startAt, byHour, replicaHours: paidReplicaHours(byHour, options) }
    for (let hour = 0; hour < hours; hour++) byHour[hour] = (byHour[hour] ?? 0) + 1
  }
  return { fits: false, reason: `the service level does not hold with ${MENDINGS} replicas more in every hour` }
}
