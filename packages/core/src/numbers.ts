import { assumedPeak, ASSUMED_PEAK_FACTOR } from './peak.ts'
import type { Tokens } from './units.ts'
import { SECONDS_PER_DAY } from './units.ts'
import type { Task, Tier } from './usage.ts'
import type { Workload } from './workload.ts'

/** English: a token is about 3/4 of a word, so 500 words are 667 tokens. */
const TOKENS_PER_WORD = 4 / 3

export type TrafficNumbers = {
  readonly requestsPerDay: number
  readonly inputTokens: Tokens
  readonly outputTokens: Tokens
  /** Share of the input that is read from a cache, 0 to 1. */
  readonly cachedShare?: number
  readonly peakFactor?: number
  readonly model?: string
  readonly provider?: string
  readonly task?: Task
  readonly tier?: Tier
}

/** Words of prompt and completion together, as tokens: half in, half out, the odd one out. */
export const tokensOfWords = (words: number): { inputTokens: Tokens; outputTokens: Tokens } => {
  const total = Math.round(words * TOKENS_PER_WORD)
  const inputTokens = Math.floor(total / 2)
  return { inputTokens, outputTokens: total - inputTokens }
}

/** Traffic given as numbers: one cell, no clock, an assumed peak. */
export const workloadFromNumbers = (numbers: TrafficNumbers, edges: readonly Tokens[]): Workload => {
  const {
    requestsPerDay,
    inputTokens,
    outputTokens,
    cachedShare = 0,
    peakFactor,
    model,
    provider,
    task = 'generate',
    tier = 'standard',
  } = numbers
  const cacheRead = inputTokens * cachedShare
  const usage = {
    freshInput: (inputTokens - cacheRead) * requestsPerDay,
    cacheRead: cacheRead * requestsPerDay,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: outputTokens * requestsPerDay,
  }
  const above = edges.findIndex((edge) => edge >= inputTokens)
  return {
    groups: [
      { tier, task, ...(model === undefined ? {} : { model }), ...(provider === undefined ? {} : { provider }) },
    ],
    edges,
    cells: [{ group: 0, segment: above < 0 ? edges.length : above, requests: requestsPerDay, usage }],
    lengths: [{ input: inputTokens, output: outputTokens, weight: requestsPerDay }],
    requests: requestsPerDay,
    usage,
    rowsWithoutUsage: 0,
    errors: 0,
    aborted: 0,
    grainSeconds: SECONDS_PER_DAY,
    watchedSeconds: SECONDS_PER_DAY,
    peak: peakFactor === undefined ? assumedPeak(ASSUMED_PEAK_FACTOR, 'assumed') : assumedPeak(peakFactor, 'given'),
  }
}
