import { peakWindowSeconds, windowsOf } from './peak.ts'
import type { Workload } from './workload.ts'

/**
 * A load-duration curve in classes: for `share` of the time the rate is `factor` times the mean.
 * Shares sum to 1, shares x factors sum to 1, the first factor is the peak; descending.
 */
type LoadClass = { readonly share: number; readonly factor: number }
export type LoadShape = readonly LoadClass[]

const MAX_CLASSES = 48
const ASSUMED_HOURS = 24

/**
 * A day of 24 hours whose rate falls off geometrically from the peak: the plainest shape with a given peak over
 * mean. r_h = peak * q^h with q such that the mean is 1. The peak is at most 24 (all in one hour).
 */
export const assumedShape = (peakFactor: number): LoadShape => {
  const peak = Math.min(Math.max(1, peakFactor), ASSUMED_HOURS)
  // peak * (1 + q + … + q^23) / 24, in closed form: q = 1 is a flat day.
  const meanOf = (q: number): number => (q === 1 ? peak : (peak * (1 - q ** ASSUMED_HOURS)) / (1 - q) / ASSUMED_HOURS)
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (meanOf(middle) < 1) low = middle
    else high = middle
  }
  const q = (low + high) / 2
  const rates = Array.from({ length: ASSUMED_HOURS }, (_, hour) => peak * q ** hour)
  // The closed form loses digits as q nears 1: the plain sum makes the mean exactly 1.
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / ASSUMED_HOURS
  return rates.map((rate) => ({ share: 1 / ASSUMED_HOURS, factor: rate / mean }))
}

/** Windows sorted by rate and merged into few classes that keep time and requests; the busiest stays alone. */
const classesOf = (rates: readonly number[]): LoadShape => {
  const sorted = rates.toSorted((a, b) => b - a)
  const mean = sorted.reduce((sum, rate) => sum + rate, 0) / sorted.length
  const [peak = 0, ...rest] = sorted
  const size = Math.ceil(rest.length / (MAX_CLASSES - 1))
  const classes: LoadClass[] = [{ share: 1 / sorted.length, factor: peak / mean }]
  for (let at = 0; at < rest.length; at += size) {
    const part = rest.slice(at, at + size)
    const sum = part.reduce((total, rate) => total + rate, 0)
    classes.push({ share: part.length / sorted.length, factor: sum / part.length / mean })
  }
  return classes
}

/** Whose peak is not what the fleet must be sized for is stretched or replaced by the assumed shape. */
export const loadShapeOf = ({ arrivals, grainSeconds, peak }: Workload): LoadShape => {
  if (arrivals === undefined || peak.origin !== 'observed') return assumedShape(peak.factor)
  return classesOf([...windowsOf(arrivals, peakWindowSeconds(arrivals, grainSeconds))])
}
