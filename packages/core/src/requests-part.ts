import { randomFrom } from './random.ts'
import type { Prefixes, Requests } from './replica-terms.ts'
import { SECONDS_PER_HOUR, type Seconds } from './units.ts'

/** The requests of these positions, in this order. */
const pickedFrom = ({ at, input, output, prefixes }: Requests, positions: readonly number[]): Requests => ({
  at: Float64Array.from(positions, (position) => at[position]!),
  input: Float64Array.from(positions, (position) => input[position]!),
  output: Float64Array.from(positions, (position) => output[position]!),
  ...(prefixes === undefined ? {} : { prefixes: pickedPrefixes(prefixes, positions) }),
})

const pickedPrefixes = ({ blocks, blockTokens }: Prefixes, positions: readonly number[]): Prefixes => ({
  blocks: positions.map((position) => blocks[position]),
  blockTokens,
})

/** The requests from one position up to another, without copying their columns. */
export const sliceOf = ({ at, input, output, prefixes }: Requests, from: number, to: number): Requests => ({
  at: at.subarray(from, to),
  input: input.subarray(from, to),
  output: output.subarray(from, to),
  ...(prefixes === undefined ? {} : { prefixes: { ...prefixes, blocks: prefixes.blocks.slice(from, to) } }),
})

/** First to last arrival. */
export const spanOf = ({ at }: Requests): Seconds => (at.at(-1) ?? 0) - (at[0] ?? 0)

/**
 * Each request with this chance: what one of `1 / share` equal parts of a fleet sees, as arrivals by chance stay arrivals by
 * chance when they are thinned.
 */
export const thinned = (requests: Requests, share: number, seed = 7): Requests => {
  if (share >= 1) return requests
  const random = randomFrom(seed)
  const kept: number[] = []
  for (let position = 0; position < requests.at.length; position += 1) if (random() < share) kept.push(position)
  return pickedFrom(requests, kept)
}

/** The `most` requests in a row that came in the shortest time. */
export const busiestPart = (requests: Requests, most: number): Requests => {
  const { at } = requests
  if (at.length <= most) return requests
  let [best, shortest] = [0, Infinity]
  for (let from = 0; from + most <= at.length; from += 1) {
    const length = at[from + most - 1]! - at[from]!
    if (length < shortest) [best, shortest] = [from, length]
  }
  return sliceOf(requests, best, best + most)
}

/** A queue comes and goes in less. */
const SHORTEST_WINDOW_SECONDS = 300

/** About `most` requests in windows of five minutes or more, spread evenly over all the time: hours count as they are long. */
export const spreadPart = (requests: Requests, most: number): Requests => {
  const { at } = requests
  if (at.length <= most) return requests
  const share = most / at.length
  const span = spanOf(requests)
  const segments = Math.max(1, Math.floor((span * share) / SHORTEST_WINDOW_SECONDS))
  const length = span / segments
  const start = at[0]!
  const kept: number[] = []
  for (let position = 0; position < at.length; position += 1)
    if ((at[position]! - start) % length < length * share) kept.push(position)
  return pickedFrom(requests, kept)
}

/** Less of an hour than this shows no queue. */
const SHORTEST_OF_AN_HOUR_SECONDS = 180

/** About `most` requests out of the beginning of every hour, the same stretch of each: hours keep their own rate. */
export const beginningsOfHours = (requests: Requests, most: number): Requests => {
  const { at } = requests
  if (at.length <= most) return requests
  const length = Math.max(SHORTEST_OF_AN_HOUR_SECONDS, (SECONDS_PER_HOUR * most) / at.length)
  const kept: number[] = []
  for (let position = 0; position < at.length; position += 1)
    if (at[position]! % SECONDS_PER_HOUR < length) kept.push(position)
  return pickedFrom(requests, kept)
}

/** Copies are shifted against each other by so much: enough that they meet other requests, little enough that hours stay hours. */
const SHIFT_SECONDS = 41

/**
 * The same traffic at another volume: less is a part of the requests by chance; more is the trace laid over itself, each
 * copy a little later. Copies share no prefix with what they were copied from.
 */
export const atVolume = (requests: Requests, factor: number): Requests => {
  if (factor === 1) return requests
  if (factor < 1) return thinned(requests, factor)
  const size = requests.at.length
  const random = randomFrom(11)
  const rows: { readonly at: Seconds; readonly position: number; readonly copy: number }[] = []
  for (let copy = 0; copy < factor; copy += 1) {
    const share = Math.min(1, factor - copy)
    for (let position = 0; position < size; position += 1)
      if (share === 1 || random() < share)
        rows.push({ at: requests.at[position]! + copy * SHIFT_SECONDS, position, copy })
  }
  rows.sort((one, other) => one.at - other.at)
  const positions = rows.map(({ position }) => position)
  const { input, output, prefixes } = pickedFrom(requests, positions)
  return {
    at: Float64Array.from(rows, ({ at }) => at),
    input,
    output,
    ...(prefixes === undefined
      ? {}
      : {
          prefixes: {
            ...prefixes,
            blocks: prefixes.blocks.map((block, row) => (rows[row]!.copy === 0 ? block : undefined)),
          },
        }),
  }
}
