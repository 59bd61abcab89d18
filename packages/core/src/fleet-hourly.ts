import { fixedFleet, type FleetOptions, type FleetSimulation, simulateFleet, type Slo, type Staffing } from './fleet.ts'
import { CLIENT_SECONDS } from './capacity-terms.ts'
import type { Replica } from './model.ts'
import type { NoSimulation, Requests } from './replica.ts'
import { sliceOf } from './requests-part.ts'
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
  /** How many take requests at a moment. */
  readonly replicasAt: Staffing
}

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

/** Replicas that take requests: those of the hour, and for the delay those that leave with it. */
const staffingOf =
  (startAt: Seconds, byHour: Int32Array, { scaleInSeconds, step = 1 }: ScalingOptions): Staffing =>
  (moment) => {
    const hour = Math.floor((moment - startAt) / SECONDS_PER_HOUR)
    const now = byHour[hour] ?? step
    const sinceChange = moment - startAt - hour * SECONDS_PER_HOUR
    return sinceChange < scaleInSeconds ? Math.max(now, byHour[hour - 1] ?? now) : now
  }

/** Rounds of mending hours whose own requests were fine alone, but not after a full hour before. */
const MENDINGS = 12

/** The share of an hour's requests that may miss the target, by the percentile that the level names. */
const MAY_MISS = { p95: 0.05, p99: 0.01 } as const

/** Hours in which too large a share of the requests that came then missed the target. */
const missedHours = (
  requests: Requests,
  { outcome }: FleetSimulation,
  slo: Slo,
  hourOf: (at: Seconds) => number,
): ReadonlySet<number> => {
  const [came, missed] = [new Map<number, number>(), new Map<number, number>()]
  for (const [request, at] of requests.at.entries()) {
    if (outcome.rejected[request] === 1) continue
    const hour = hourOf(at)
    const [first, end] = [outcome.firstAt[request]!, outcome.endAt[request]!]
    const output = Math.ceil(requests.output[request]!)
    came.set(hour, (came.get(hour) ?? 0) + 1)
    const late =
      first - at + CLIENT_SECONDS > slo.ttftSeconds || (output > 1 && (end - first) / (output - 1) > slo.tpotSeconds)
    if (late) missed.set(hour, (missed.get(hour) ?? 0) + 1)
  }
  const worst = [...missed].filter(([hour, count]) => count > MAY_MISS[slo.percentile] * came.get(hour)!)
  return new Set(worst.map(([hour]) => hour))
}

/**
 * Replicas by hour: for each hour the fewest with which its own requests see the service level, at least one machine; then
 * all is played again as it came, and hours that miss it there get one more until none does. Or why the level does not hold.
 */
export const hourlyFleet = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  options: ScalingOptions,
): HourlyFleet | NoSimulation => {
  const { at } = requests
  const { step = 1 } = options
  const startAt = Math.floor((at[0] ?? 0) / SECONDS_PER_HOUR) * SECONDS_PER_HOUR
  const hours = Math.max(1, Math.floor(((at.at(-1) ?? startAt) - startAt) / SECONDS_PER_HOUR) + 1)
  const hourOf = (moment: Seconds): number => Math.floor((moment - startAt) / SECONDS_PER_HOUR)
  const byHour = new Int32Array(hours)
  for (let hour = 0; hour < hours; hour++) {
    const from = firstAtOrAfter(at, startAt + hour * SECONDS_PER_HOUR)
    const to = firstAtOrAfter(at, startAt + (hour + 1) * SECONDS_PER_HOUR)
    const fleet = fixedFleet(replica, sliceOf(requests, from, to), slo, options)
    if (!fleet.fits) return fleet
    byHour[hour] = Math.max(step, fleet.replicas)
  }
  const staffing = staffingOf(startAt, byHour, options)
  let holding: HourlyFleet | undefined
  for (let mending = 0; mending <= MENDINGS; mending++) {
    const simulation = simulateFleet(replica, requests, slo, staffing, options.routing)
    if (!simulation.fits) return simulation
    const missed = missedHours(requests, simulation, slo, hourOf)
    if (simulation.holds) {
      const counts = byHour.slice()
      holding = {
        ...simulation,
        startAt,
        byHour: counts,
        replicaHours: paidReplicaHours(counts, options),
        replicasAt: staffingOf(startAt, counts, options),
      }
      if (missed.size === 0) return holding
    }
    for (let hour = 0; hour < hours; hour++) if (missed.size === 0 || missed.has(hour)) byHour[hour]! += step
  }
  // The level is one of all requests: an hour that never holds it by itself does not break it.
  return (
    holding ?? {
      fits: false,
      reason: `the service level does not hold with ${MENDINGS * step} replicas more where it is missed`,
    }
  )
}
