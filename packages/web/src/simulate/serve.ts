import type { Comparison, Latencies, Slo } from '@breakeven/core'
import { hourlyFleet, SECONDS_PER_HOUR, simulateFleet, workloadFromNumbers } from '@breakeven/core'
import type { Asked } from '../solve/solve.ts'
import { replicaOf } from './replica-of.ts'
import { requestsOf } from './requests.ts'

/** How the best fleet that one runs would serve, request by request. */
export type Served =
  | {
      readonly kind: 'simulated'
      /** The option that was played. */
      readonly id: string
      readonly latencies: Latencies
      readonly holds: boolean
      readonly origin: 'watched' | 'peak'
      /** Replicas that each hour would need, where hours were watched. */
      readonly hourly?: { readonly startAt: number; readonly byHour: readonly number[]; readonly replicaHours: number }
    }
  | { readonly kind: 'not-simulated'; readonly id: string; readonly reason: string }

/** From the order of a machine to its first answer, and how long it stays when it is no longer needed. */
const SCALING = { warmUpSeconds: 300, scaleInSeconds: 600 } as const

/** Plays the traffic through the fleet that the comparison chose; undefined where it chose none. */
export const serve = ({ catalog, settings, read }: Asked, { options, workload }: Comparison): Served | undefined => {
  const run = options.find(({ kind }) => kind === 'hosted')
  const replica = run === undefined ? undefined : replicaOf(catalog, run)
  if (run?.replicas === undefined || replica === undefined) return undefined
  const { id, replicas } = run
  const traffic = settings.traffic.kind === 'numbers' ? workloadFromNumbers(settings.traffic, []) : read
  const played = traffic === undefined ? undefined : requestsOf(traffic, workload.peakRequestsPerSecond)
  if (played === undefined)
    return { kind: 'not-simulated', id, reason: 'nothing says when requests come, or how long they are' }
  const slo: Slo = { ttftSeconds: settings.ttftSeconds, tpotSeconds: settings.tpotSeconds, percentile: 'p95' }
  const { requests, origin } = played
  const fleet = simulateFleet(replica, requests, slo, () => replicas.max)
  if (!fleet.fits) return { kind: 'not-simulated', id, reason: fleet.reason }
  const { at } = requests
  const hours = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / SECONDS_PER_HOUR
  const scaled = origin === 'watched' && hours >= 2 ? hourlyFleet(replica, requests, slo, SCALING) : undefined
  return {
    kind: 'simulated',
    id,
    latencies: fleet.latencies,
    holds: fleet.holds,
    origin,
    ...(scaled?.fits === true
      ? { hourly: { startAt: scaled.startAt, byHour: [...scaled.byHour], replicaHours: scaled.replicaHours } }
      : {}),
  }
}
