import type { Workload } from '@breakeven/core'
import { assumedShape, HOURS_PER_DAY, SECONDS_PER_HOUR } from '@breakeven/core'

/** Traffic by the hour: as it came, or an assumed day with its hours from the busiest to the quietest. */
export type Hours = {
  readonly origin: 'watched' | 'assumed'
  readonly startAt?: number
  /** Hours that one bar stands for. */
  readonly step: number
  /** Mean requests an hour, bar by bar. */
  readonly requests: readonly number[]
}

/** Bars beyond this could not be told apart. */
const MOST_BARS = 480

/** By the clock's own hours, as people name them. */
const watchedHours = ({ startAt, stepSeconds, requests }: NonNullable<Workload['arrivals']>): Hours => {
  const first = Math.floor(startAt / SECONDS_PER_HOUR)
  const hourOf = (at: number): number => Math.floor((startAt + at * stepSeconds) / SECONDS_PER_HOUR) - first
  const hours = hourOf(requests.length - 1) + 1
  const step = Math.max(1, Math.ceil(hours / MOST_BARS))
  const bars = Array.from({ length: Math.ceil(hours / step) }, () => 0)
  for (const [at, count] of requests.entries()) {
    const bar = Math.floor(hourOf(at) / step)
    bars[bar] = (bars[bar] ?? 0) + count / step
  }
  return { origin: 'watched', startAt: first * SECONDS_PER_HOUR, step, requests: bars }
}

/** The hours of a workload; undefined where neither its rows nor its numbers say how many requests there were. */
export const hoursOf = ({ arrivals, requests, watchedSeconds, peak }: Workload): Hours | undefined => {
  if (arrivals !== undefined && arrivals.requests.length > 1) return watchedHours(arrivals)
  if (requests === undefined || !(watchedSeconds > 0)) return undefined
  const anHour = (requests / watchedSeconds) * SECONDS_PER_HOUR
  const day = assumedShape(peak.factor)
  return day.length === HOURS_PER_DAY
    ? { origin: 'assumed', step: 1, requests: day.map(({ factor }) => factor * anHour) }
    : undefined
}
