import type { LoadShape } from './load-shape.ts'
import { randomFrom } from './random.ts'
import type { Requests } from './replica-terms.ts'
import { atVolume, busiestPart, sliceOf, spanOf, spreadPart, thinned } from './requests-part.ts'
import { SECONDS_PER_DAY, type Seconds } from './units.ts'
import { requestsPerDayOf } from './workload-summary.ts'
import type { Arrivals, LengthSample, Workload } from './workload.ts'

/** Requests to play, and what they are. */
export type Trace = {
  readonly requests: Requests
  /** As they came; as many as came in each minute, with lengths drawn from the log; or a day under the assumed peak. */
  readonly origin: 'rows' | 'minutes' | 'assumed'
}

/** More are not held: of a longer trace its busiest part is played. */
const MOST_HELD = 200_000
/** Of a stream from which a day is made up. */
const DRAWN_REQUESTS = 20_000

/** Draws length pairs as often as they stand for requests. */
export const lengthDrawer = (lengths: readonly LengthSample[], random: () => number): (() => LengthSample) => {
  const ends: number[] = []
  let total = 0
  for (const { weight } of lengths) ends.push((total += weight))
  const none: LengthSample = { input: 1, output: 0, weight: 0 }
  return () => {
    const mark = random() * total
    let [from, to] = [0, lengths.length - 1]
    while (from < to) {
      const middle = (from + to) >> 1
      if (ends[middle]! <= mark) from = middle + 1
      else to = middle
    }
    return lengths[from] ?? none
  }
}

/** Moments with drawn lengths. */
const withLengths = (at: readonly Seconds[], { lengths }: Workload, random: () => number): Requests => {
  const draw = lengthDrawer(lengths, random)
  const pairs = at.map(draw)
  return {
    at: Float64Array.from(at),
    input: Float64Array.from(pairs, ({ input }) => Math.max(1, Math.round(input))),
    output: Float64Array.from(pairs, ({ output }) => Math.round(output)),
  }
}

/** Of minutes too many to hold, those around the busiest one. */
const heldSteps = (counts: Float64Array): readonly [number, number] => {
  let [from, to] = [0, counts.length]
  let left = counts.reduce((sum, count) => sum + count, 0)
  const peak = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
  while (left > MOST_HELD && to - from > 1) {
    if (peak - from > to - 1 - peak) left -= counts[from++]!
    else left -= counts[--to]!
  }
  return [from, to]
}

/** So many in each minute, anywhere in it. */
const minutesPlayed = ({ startAt, stepSeconds, requests }: Arrivals, workload: Workload): Requests => {
  const random = randomFrom(3)
  const [from, to] = heldSteps(requests)
  const at: Seconds[] = []
  let owed = 0
  for (let step = from; step < to; step += 1) {
    // Counts of a log at another volume are no whole numbers: what is left of one minute goes into the next.
    owed += requests[step]!
    const count = Math.min(MOST_HELD, Math.floor(owed + 1e-9))
    owed -= count
    const within = Array.from({ length: count }, () => startAt + (step + random()) * stepSeconds)
    for (const moment of within.toSorted((one, other) => one - other)) at.push(moment)
  }
  return withLengths(at, workload, random)
}

/** By how much the volume was set above that of the rows. */
const volumeFactorOf = (workload: Workload): number =>
  workload.ownRequestsPerDay === undefined ? 1 : requestsPerDayOf(workload) / workload.ownRequestsPerDay

/** Rows as they came, brought to the volume of the workload. */
const rowsPlayed = (rows: Requests, workload: Workload): Requests => {
  const factor = volumeFactorOf(workload)
  return atVolume(busiestPart(rows, Math.max(1, Math.floor(MOST_HELD / Math.max(1, factor)))), factor)
}

/** Arrivals and lengths one after the other, again from the start when they end; gaps of a mean of 1. */
const streamOf = (stream: Requests): (() => { readonly gap: number; readonly row: number }) => {
  const { at } = stream
  const mean = spanOf(stream) / Math.max(1, at.length - 1)
  let row = -1
  return () => {
    row = (row + 1) % at.length
    return { gap: row === 0 || mean === 0 ? 1 : (at[row]! - at[row - 1]!) / mean, row }
  }
}

/** Classes of a load shape as a day has them: up to the peak in its middle, and down again. */
const asDay = (load: LoadShape): LoadShape => [
  ...load.filter((_, index) => index % 2 === 1).toReversed(),
  ...load.filter((_, index) => index % 2 === 0),
]

/** A day of the load's shape at a mean rate, out of a stream whose gaps are squeezed or drawn out and whose lengths stay. */
type AssumedDay = { readonly load: LoadShape; readonly requestsPerSecond: number; readonly stream: Requests }

/** Such a day; with more requests than `most` every class of hours is cut short, all in the same measure. */
const assumedRequests = ({ load, requestsPerSecond, stream }: AssumedDay, most: number): Requests => {
  if (stream.at.length === 0 || !(requestsPerSecond > 0)) return sliceOf(stream, 0, 0)
  const cut = Math.min(1, most / (requestsPerSecond * SECONDS_PER_DAY))
  const next = streamOf(stream)
  const at: Seconds[] = []
  const [input, output]: [number[], number[]] = [[], []]
  let until = 0
  let moment = 0
  for (const { share, factor } of asDay(load)) {
    moment = until
    until += share * SECONDS_PER_DAY * cut
    // A class without requests is time that passes: its first gap has no end.
    for (let one = next(); (moment += one.gap / (factor * requestsPerSecond)) < until; one = next()) {
      at.push(moment)
      input.push(stream.input[one.row]!)
      output.push(stream.output[one.row]!)
    }
  }
  return { at: Float64Array.from(at), input: Float64Array.from(input), output: Float64Array.from(output) }
}

/** By chance, with the lengths of the log: what stands for rows that are not at hand. */
const drawnStream = (workload: Workload): Requests => {
  const random = randomFrom(5)
  let moment = 0
  const at = Array.from({ length: DRAWN_REQUESTS }, () => (moment -= Math.log(1 - random())))
  return withLengths(at, workload, random)
}

const assumedOf = (workload: Workload, load: LoadShape, rows: Requests | undefined): AssumedDay => ({
  load,
  requestsPerSecond: requestsPerDayOf(workload) / SECONDS_PER_DAY,
  stream: rows === undefined || spanOf(rows) === 0 ? drawnStream(workload) : busiestPart(rows, DRAWN_REQUESTS),
})

/** What a fleet is tried on: the rows where they are at hand, else minutes, else a day as it is assumed; or nothing. */
export const traceOf = (workload: Workload, load: LoadShape, rows?: Requests): Trace | undefined => {
  if (rows !== undefined && rows.at.length > 0) return { requests: rowsPlayed(rows, workload), origin: 'rows' }
  if (workload.lengths.length === 0) return undefined
  const { arrivals } = workload
  const watched = arrivals === undefined ? undefined : minutesPlayed(arrivals, workload)
  if (watched !== undefined && watched.at.length > 0) return { requests: watched, origin: 'minutes' }
  const requests = assumedRequests(assumedOf(workload, load, undefined), MOST_HELD)
  return requests.at.length === 0 ? undefined : { requests, origin: 'assumed' }
}

/** A whole day's load, every hour with its weight: what was watched where that is a day or more, else as it is assumed. */
export type Day =
  | { readonly origin: Trace['origin']; readonly requests: Requests }
  | { readonly origin: Trace['origin']; readonly assumed: AssumedDay }

/** The day that belongs to a trace. */
export const dayOf = (workload: Workload, load: LoadShape, trace: Trace, rows?: Requests): Day => {
  const observed = workload.peak.origin === 'observed'
  if (observed && trace.origin === 'rows' && rows !== undefined) {
    const factor = volumeFactorOf(workload)
    return { requests: atVolume(spreadPart(rows, MOST_HELD / Math.max(1, factor)), factor), origin: 'rows' }
  }
  if (observed && trace.requests.at.length < MOST_HELD) return trace
  return { origin: observed ? trace.origin : 'assumed', assumed: assumedOf(workload, load, rows) }
}

/** One of `parts` equal parts of a day, in no more than `most` requests. */
export const partOfDay = (day: Day, parts: number, most: number): Requests => {
  if ('requests' in day) return spreadPart(thinned(day.requests, 1 / parts), most)
  const { assumed } = day
  return assumedRequests({ ...assumed, requestsPerSecond: assumed.requestsPerSecond / parts }, most)
}
