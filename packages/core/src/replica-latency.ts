import { CLIENT_SECONDS } from './capacity-terms.ts'
import type { Outcome, Requests } from './replica-terms.ts'
import type { Seconds } from './units.ts'

/** Of served requests, as a client sees them. Zeros where there are none. */
export type Percentiles = {
  readonly mean: Seconds
  readonly p50: Seconds
  readonly p90: Seconds
  readonly p95: Seconds
  readonly p99: Seconds
}

export type Latencies = {
  readonly served: number
  readonly rejected: number
  readonly ttft: Percentiles
  /** (end - first) / (output - 1), of requests with at least two tokens. */
  readonly tpot: Percentiles
  readonly e2e: Percentiles
}

/** Percentiles by the nearest rank: the smallest value that is not below that share of all. */
const percentilesOf = (values: Float64Array): Percentiles => {
  const sorted = values.toSorted()
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  let sum = 0
  for (const value of sorted) sum += value
  const mean = sorted.length === 0 ? 0 : sum / sorted.length
  return { mean, p50: rank(0.5), p90: rank(0.9), p95: rank(0.95), p99: rank(0.99) }
}

/** Latencies of what was played. */
export const latenciesOf = (requests: Requests, { firstAt, endAt, rejected }: Outcome): Latencies => {
  const size = requests.at.length
  const [ttft, tpot, e2e] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  let served = 0
  let steady = 0
  for (let request = 0; request < size; request++) {
    if (rejected[request] === 1) continue
    const at = requests.at[request] ?? 0
    const first = firstAt[request] ?? 0
    const end = endAt[request] ?? 0
    const output = Math.ceil(requests.output[request] ?? 0)
    ttft[served] = first - at + CLIENT_SECONDS
    e2e[served] = end - at + CLIENT_SECONDS
    served++
    if (output > 1) tpot[steady++] = (end - first) / (output - 1)
  }
  return {
    served,
    rejected: size - served,
    ttft: percentilesOf(ttft.subarray(0, served)),
    tpot: percentilesOf(tpot.subarray(0, steady)),
    e2e: percentilesOf(e2e.subarray(0, served)),
  }
}
