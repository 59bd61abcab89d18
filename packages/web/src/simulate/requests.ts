import type { Requests, Workload } from '@breakeven/core'
import { SECONDS_PER_HOUR } from '@breakeven/core'

/** As many as a worker plays in a second or two. */
const MOST_REQUESTS = 30_000

/** Fewer tell nothing of a 99th percentile. */
const FEWEST_REQUESTS = 400

/** Marsaglia's xorshift with 32 bits of state: the same workload is always played the same way. Uniform in (0, 1). */
const uniform = (seed: number): (() => number) => {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
}

/** Draws length pairs as often as they stand for requests. */
const lengthsOf = ({ lengths }: Workload, random: () => number): (() => { input: number; output: number }) => {
  const ends: number[] = []
  let total = 0
  for (const { weight } of lengths) ends.push((total += weight))
  return () => {
    const wanted = random() * total
    let [low, high] = [0, ends.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return lengths[low] ?? { input: 0, output: 0 }
  }
}

/** A peak hour with independent arrivals (exponential gaps), or longer where few requests come. */
const peakArrivals = (requestsPerSecond: number, random: () => number): number[] => {
  const seconds = Math.max(SECONDS_PER_HOUR, FEWEST_REQUESTS / requestsPerSecond)
  const at: number[] = []
  for (let moment = 0; at.length < MOST_REQUESTS;) {
    moment -= Math.log(random()) / requestsPerSecond
    if (moment > seconds) break
    at.push(moment)
  }
  return at
}

/** The steps around the busiest one that together hold no more than can be played. */
const busiest = (counts: Float64Array): readonly [number, number] => {
  let [from, to] = [0, counts.length]
  let left = counts.reduce((sum, count) => sum + count, 0)
  const peak = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
  while (left > MOST_REQUESTS && to - from > 1) {
    if (peak - from > to - 1 - peak) left -= counts[from++] ?? 0
    else left -= counts[--to] ?? 0
  }
  return [from, to]
}

/** As they came, minute by minute; within a minute anywhere. */
const watchedArrivals = (
  { startAt, stepSeconds, requests }: NonNullable<Workload['arrivals']>,
  random: () => number,
): number[] => {
  const [from, to] = busiest(requests)
  const at: number[] = []
  for (let step = from; step < to; step++) {
    const count = Math.min(MOST_REQUESTS - at.length, Math.round(requests[step] ?? 0))
    const start = startAt + step * stepSeconds
    const inStep = Array.from({ length: count }, () => start + random() * stepSeconds)
    at.push(...inStep.sort((one, other) => one - other))
  }
  return at
}

export type Played = {
  readonly requests: Requests
  /** As they came, or a peak hour made up from the mean and the peak factor. */
  readonly origin: 'watched' | 'peak'
}

/** Requests to play, out of a summary: watched minutes where there are any, else an hour at the peak's rate. */
export const requestsOf = (workload: Workload, peakRequestsPerSecond: number | undefined): Played | undefined => {
  const random = uniform(20_230_424)
  const { arrivals, lengths } = workload
  if (lengths.length === 0) return undefined
  const watched = arrivals === undefined ? [] : watchedArrivals(arrivals, random)
  const origin = watched.length > 0 ? 'watched' : 'peak'
  if (origin === 'peak' && !(peakRequestsPerSecond !== undefined && peakRequestsPerSecond > 0)) return undefined
  const at = origin === 'watched' ? watched : peakArrivals(peakRequestsPerSecond ?? 0, random)
  const draw = lengthsOf(workload, random)
  const [input, output] = [new Float64Array(at.length), new Float64Array(at.length)]
  for (let request = 0; request < at.length; request++) {
    const pair = draw()
    input[request] = Math.max(1, Math.round(pair.input))
    output[request] = Math.round(pair.output)
  }
  return { origin, requests: { at: Float64Array.from(at), input, output } }
}
