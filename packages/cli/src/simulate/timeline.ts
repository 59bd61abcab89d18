import type { FleetSimulation, Requests, Seconds } from '@breakeven/core'

/** One stretch of the time that was played; figures of requests by when they came. Absent: none came. */
type Moment = {
  readonly fromAt: Seconds
  readonly requestsPerSecond: number
  readonly ttft?: { readonly p50: Seconds; readonly p95: Seconds }
  readonly tpot?: { readonly p50: Seconds; readonly p95: Seconds }
  /** Requests that have come and have no token yet, on average. */
  readonly waiting: number
  readonly replicas: number
  /** Requests a second that were not served here: gone over to a renter, or turned away. */
  readonly leftPerSecond: number
}

export type Timeline = { readonly startAt: Seconds; readonly stepSeconds: Seconds; readonly moments: readonly Moment[] }

const rank = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

const pairOf = (values: readonly number[]): { readonly p50: Seconds; readonly p95: Seconds } => {
  const sorted = values.toSorted((one, other) => one - other)
  return { p50: rank(sorted, 0.5), p95: rank(sorted, 0.95) }
}

/** Adds to each stretch how long [from, to] lies in it. */
const addOverlap = (sums: Float64Array, from: Seconds, to: Seconds, startAt: Seconds, step: Seconds): void => {
  const last = Math.min(sums.length - 1, Math.floor((to - startAt) / step))
  for (let at = Math.max(0, Math.floor((from - startAt) / step)); at <= last; at++) {
    const begin = startAt + at * step
    sums[at] = (sums[at] ?? 0) + Math.max(0, Math.min(to, begin + step) - Math.max(from, begin))
  }
}

/** The played time in so many equal stretches. */
export const timelineOf = (
  requests: Requests,
  { outcome }: Pick<FleetSimulation, 'outcome'>,
  replicasAt: (at: Seconds) => number,
  stretches: number,
): Timeline => {
  const startAt = requests.at[0] ?? 0
  const stepSeconds = Math.max(1e-3, ((requests.at.at(-1) ?? startAt) - startAt) / stretches)
  const firsts: number[][] = Array.from({ length: stretches }, () => [])
  const furthers: number[][] = Array.from({ length: stretches }, () => [])
  const counts = new Float64Array(stretches)
  const waits = new Float64Array(stretches)
  const lefts = new Float64Array(stretches)
  for (let request = 0; request < requests.at.length; request++) {
    const at = requests.at[request] ?? 0
    const stretch = Math.min(stretches - 1, Math.floor((at - startAt) / stepSeconds))
    counts[stretch] = (counts[stretch] ?? 0) + 1
    if (outcome.rejected[request] === 1) {
      lefts[stretch]! += 1
      continue
    }
    const first = outcome.firstAt[request] ?? at
    firsts[stretch]?.push(first - at)
    const output = requests.output[request] ?? 0
    if (output > 1) furthers[stretch]?.push(((outcome.endAt[request] ?? first) - first) / (output - 1))
    addOverlap(waits, at, first, startAt, stepSeconds)
  }
  const moments = firsts.map((ttfts, index): Moment => {
    const tpots = furthers[index] ?? []
    const fromAt = startAt + index * stepSeconds
    return {
      fromAt,
      requestsPerSecond: (counts[index] ?? 0) / stepSeconds,
      ...(ttfts.length === 0 ? {} : { ttft: pairOf(ttfts) }),
      ...(tpots.length === 0 ? {} : { tpot: pairOf(tpots) }),
      waiting: (waits[index] ?? 0) / stepSeconds,
      replicas: replicasAt(fromAt + stepSeconds / 2),
      leftPerSecond: (lefts[index] ?? 0) / stepSeconds,
    }
  })
  return { startAt, stepSeconds, moments }
}

/** What is drawn, from the top: what comes, how it fares, what it takes. `low` is the middle and `high` the tail. */
export type Panel = {
  readonly title: string
  readonly high: readonly number[]
  readonly low?: readonly number[]
  readonly kind: 'seconds' | 'count'
  /** The latency target. */
  readonly target?: number
}

export const panelsOf = (
  { moments }: Timeline,
  target: { readonly ttftSeconds: Seconds; readonly tpotSeconds: Seconds },
): readonly Panel[] => {
  const latency = (title: string, key: 'ttft' | 'tpot', limit: Seconds): Panel => ({
    title: `${title}, p50 and p95`,
    low: moments.map((moment) => moment[key]?.p50 ?? 0),
    high: moments.map((moment) => moment[key]?.p95 ?? 0),
    kind: 'seconds',
    target: limit,
  })
  const panels: readonly Panel[] = [
    { title: 'requests a second', high: moments.map(({ requestsPerSecond }) => requestsPerSecond), kind: 'count' },
    latency('first token', 'ttft', target.ttftSeconds),
    latency('each further token', 'tpot', target.tpotSeconds),
    { title: 'waiting for a first token', high: moments.map(({ waiting }) => waiting), kind: 'count' },
    {
      title: 'to the renter or turned away, a second',
      high: moments.map(({ leftPerSecond }) => leftPerSecond),
      kind: 'count',
    },
    { title: 'replicas', high: moments.map(({ replicas }) => replicas), kind: 'count' },
  ]
  return panels.filter(({ high }) => high.some((value) => value > 0))
}

/** Steps of a clock, from seconds to weeks. */
const CLOCK_STEPS: readonly Seconds[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800,
  604_800,
]
const MOST_MOMENTS = 8
/** A log of whole days begins a moment after midnight: so near, the moment is the beginning. */
const NEAR = 0.004

/** Round times within a timeline, a handful of them; of a trace without a clock, round times since its start. */
export const roundMoments = ({ startAt, stepSeconds, moments }: Timeline): readonly Seconds[] => {
  const length = stepSeconds * moments.length
  const step = CLOCK_STEPS.find((one) => length / one <= MOST_MOMENTS) ?? length / MOST_MOMENTS
  const origin = startAt < YEAR_SECONDS ? startAt : 0
  const first = Math.ceil((startAt - origin - NEAR * length) / step)
  const last = Math.floor((startAt + length * (1 + NEAR) - origin) / step)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, nth) => origin + (first + nth) * step)
}

/** A year after 1970 it is a date, before it a time since the start. */
const YEAR_SECONDS = 365 * 86_400

/** `14:00`, or with the day where it is more than one; times of a trace without a clock count from its start. */
export const clockText = (at: Seconds, { startAt, stepSeconds, moments }: Timeline): string => {
  const length = stepSeconds * moments.length
  const minutes = (seconds: Seconds): string => {
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
    return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}${length < 600 ? `:${two(seconds % 60)}` : ''}`
  }
  if (startAt < YEAR_SECONDS) return minutes(at - startAt)
  // To the nearest second: 07:59:59.9 is eight o'clock.
  const text = new Date(Math.round(at) * 1000).toISOString()
  return length > 2 * 86_400 ? text.slice(5, 10) : text.slice(11, length < 600 ? 19 : 16)
}
