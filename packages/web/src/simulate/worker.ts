// Plays the traffic through the fleet that the closed form chose, beside the page.
import { hourlyFleet, SECONDS_PER_HOUR, simulateFleet } from '@breakeven/core'
import type { SimulateReply, SimulateRequest } from './messages.ts'
import { requestsOf } from './requests.ts'

/** From the order of a machine to its first answer, and how long it stays when it is no longer needed. */
const SCALING = { warmUpSeconds: 300, scaleInSeconds: 600 } as const

const simulate = ({ replica, replicas, slo, workload, peakRequestsPerSecond }: SimulateRequest): SimulateReply => {
  const played = requestsOf(workload, peakRequestsPerSecond)
  if (played === undefined)
    return { kind: 'not-simulated', reason: 'nothing says when requests come, or how long they are' }
  const { requests, origin } = played
  const fleet = simulateFleet(replica, requests, slo, () => replicas)
  if (!fleet.fits) return { kind: 'not-simulated', reason: fleet.reason }
  const { at } = requests
  const hours = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / SECONDS_PER_HOUR
  const scaled = origin === 'watched' && hours >= 2 ? hourlyFleet(replica, requests, slo, SCALING) : undefined
  return {
    kind: 'simulated',
    latencies: fleet.latencies,
    holds: fleet.holds,
    origin,
    ...(scaled?.fits === true
      ? { hourly: { startAt: scaled.startAt, byHour: [...scaled.byHour], replicaHours: scaled.replicaHours } }
      : {}),
  }
}

self.addEventListener('message', ({ data }: MessageEvent<SimulateRequest>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
  self.postMessage(simulate(data))
})
