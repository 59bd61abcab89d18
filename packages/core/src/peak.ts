import type { Seconds } from './units.ts'
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from './units.ts'
import type { Arrivals, Workload } from './workload.ts'

/** Assumed where traffic does not show its own shape, with the band that is printed beside it. */
export const ASSUMED_PEAK_FACTOR = 3
const ASSUMED_PEAK_BAND = [2, 5] as const

/** Peaks are taken over five minutes, or longer until the busiest window holds enough requests to mean something. */
const PEAK_WINDOW_SECONDS = 300
const MEANINGFUL_REQUESTS = 30

export const assumedPeak = (factor: number, origin: 'assumed' | 'given'): Workload['peak'] =>
  origin === 'given'
    ? { factor, low: factor, high: factor, origin }
    : { factor, low: ASSUMED_PEAK_BAND[0], high: Math.max(ASSUMED_PEAK_BAND[1], factor), origin }

/** A day's log begins with its first call and ends with its last, seldom at midnight: a hundredth less is still a day. */
const A_DAY_SECONDS = 0.99 * SECONDS_PER_DAY

/** Requests by window of `width` steps. */
export const windowsOf = (arrivals: Arrivals, widthSeconds: Seconds): Float64Array => {
  const steps = Math.max(1, Math.round(widthSeconds / arrivals.stepSeconds))
  const windows = new Float64Array(Math.ceil(arrivals.requests.length / steps))
  for (let step = 0; step < arrivals.requests.length; step += 1)
    windows[Math.floor(step / steps)]! += arrivals.requests[step]!
  return windows
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0)

/** Never below the grain of the clock; wider where the traffic is thin. */
export const peakWindowSeconds = (arrivals: Arrivals, grainSeconds: Seconds): Seconds => {
  let width = Math.max(PEAK_WINDOW_SECONDS, grainSeconds)
  while (width < SECONDS_PER_HOUR && largest(windowsOf(arrivals, width)) < MEANINGFUL_REQUESTS)
    width = Math.min(SECONDS_PER_HOUR, width * 2)
  return width
}

/**
 * Peak rate over mean rate. Rows show it where they cover a day or more with a clock of an hour or finer;
 * else 3 is assumed (or more, where even the short watch shows more).
 */
export const observedPeak = (
  arrivals: Arrivals | undefined,
  grainSeconds: Seconds,
  watchedSeconds: Seconds,
): Workload['peak'] => {
  if (arrivals === undefined || grainSeconds > SECONDS_PER_HOUR || watchedSeconds <= 0)
    return assumedPeak(ASSUMED_PEAK_FACTOR, 'assumed')
  const total = arrivals.requests.reduce((sum, count) => sum + count, 0)
  if (total === 0) return assumedPeak(ASSUMED_PEAK_FACTOR, 'assumed')
  const width = peakWindowSeconds(arrivals, grainSeconds)
  const factor = Math.max(1, largest(windowsOf(arrivals, width)) / width / (total / watchedSeconds))
  if (watchedSeconds < A_DAY_SECONDS) return assumedPeak(Math.max(ASSUMED_PEAK_FACTOR, factor), 'assumed')
  return { factor, low: factor, high: factor, origin: 'observed' }
}
