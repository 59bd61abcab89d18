import type { RequestShape } from './capacity.ts'
import type { WorkloadSummary } from './comparison.ts'
import { SECONDS_PER_DAY } from './units.ts'
import type { FullUsage } from './usage.ts'
import { INPUT_METERS, METERS } from './usage.ts'
import type { Workload } from './workload.ts'

/** A prompt assumed where a file holds token sums and no number of requests. */
export const ASSUMED_PROMPT_TOKENS = 1000

export const daysWatched = ({ watchedSeconds }: Workload): number => watchedSeconds / SECONDS_PER_DAY

export const totalTokens = (usage: FullUsage): number => METERS.reduce((sum, meter) => sum + usage[meter], 0)

const inputOf = (usage: FullUsage): number => INPUT_METERS.reduce((sum, meter) => sum + usage[meter], 0)

/** The mean request; where requests are unknown, an assumed prompt with the log's own share of output. */
export const meanShape = ({ usage, requests, reporting }: Workload): RequestShape => {
  const input = inputOf(usage)
  if (requests !== undefined && requests > 0)
    return { input: input / (reporting?.input || requests), output: usage.output / (reporting?.output || requests) }
  if (input === 0) return { input: 0, output: ASSUMED_PROMPT_TOKENS }
  return { input: ASSUMED_PROMPT_TOKENS, output: (ASSUMED_PROMPT_TOKENS * usage.output) / input }
}

/** Requests a day, or the number that the assumed request shape comes to. */
export const requestsPerDayOf = (workload: Workload): number => {
  const days = daysWatched(workload)
  if (workload.requests !== undefined) return workload.requests / days
  const shape = meanShape(workload)
  return totalTokens(workload.usage) / (shape.input + shape.output) / days
}

export const summaryOf = (workload: Workload): WorkloadSummary => {
  const days = daysWatched(workload)
  const perDay = (tokens: number): number => tokens / days
  const { usage, peak, requests } = workload
  const shape = meanShape(workload)
  return {
    tokensPerDay: {
      freshInput: perDay(usage.freshInput),
      cacheRead: perDay(usage.cacheRead),
      cacheWrite5m: perDay(usage.cacheWrite5m),
      cacheWrite1h: perDay(usage.cacheWrite1h),
      output: perDay(usage.output),
    },
    watchedHours: workload.watchedSeconds / 3600,
    peakFactor: peak.factor,
    rowsWithoutUsage: workload.rowsWithoutUsage,
    ...(workload.ownRequestsPerDay === undefined ? {} : { ownRequestsPerDay: workload.ownRequestsPerDay }),
    ...(requests === undefined
      ? {}
      : {
          requestsPerDay: requests / days,
          peakRequestsPerSecond: (requests / workload.watchedSeconds) * peak.factor,
          meanInput: shape.input,
          meanOutput: shape.output,
        }),
  }
}
