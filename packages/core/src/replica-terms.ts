import type { Seconds, Tokens } from './units.ts'

/** Requests in the order of their arrival, in columns: a day has millions. */
export type Requests = {
  readonly at: Float64Array
  readonly input: Float64Array
  readonly output: Float64Array
  /** Absent: nothing is known of shared prefixes, so none is served from the cache. */
  readonly prefixes?: Prefixes
}

/** Leading blocks of each prompt by an id that is equal where prompts are, of so many tokens each. */
export type Prefixes = { readonly blocks: readonly (readonly number[] | undefined)[]; readonly blockTokens: Tokens }

/** What became of each request, by the same index; and where the time went. */
export type Outcome = {
  /** Moments of the first and the last token. */
  readonly firstAt: Float64Array
  readonly endAt: Float64Array
  /** 1: longer than the context or than the whole cache, turned away. */
  readonly rejected: Uint8Array
}

export type Counters = {
  iterations: number
  /** Stretches of equal iterations that were computed at once. */
  jumps: number
  preemptions: number
  prefillSeconds: Seconds
  decodeSeconds: Seconds
}

/**
 * One replica in motion. `advance` runs iterations as long as one begins before `until`; `enqueue` adds the next arrival,
 * whose moment must not lie before what was advanced to.
 */
export type Engine = {
  readonly enqueue: (request: number) => void
  readonly advance: (until: Seconds) => void
  /** Takes a request out between iterations: whoever waited for it has gone. What is in a padded batch is carried to its end. */
  readonly cancel: (request: number) => void
  /** Tells of each request that is decoding how many tokens it still is to be given. */
  readonly eachDecoding: (visit: (request: number, left: Tokens) => void) => void
  /** Requests that were taken in and are not done. */
  readonly outstanding: () => number
  /** Begin of the next iteration. */
  readonly clock: () => Seconds
  readonly counters: Counters
}

export type EngineSettings = {
  readonly requests: Requests
  readonly outcome: Outcome
  /** Tokens of cache; unlimited for encoders. */
  readonly kvTokens: Tokens
  /** Compute every iteration by itself, to check the jumps against. */
  readonly stepByStep: boolean
  /** Told when a request ends; may enqueue the next one, at that moment. */
  readonly onEnd?: ((request: number, at: Seconds) => void) | undefined
}

export const newCounters = (): Counters => ({
  iterations: 0,
  jumps: 0,
  preemptions: 0,
  prefillSeconds: 0,
  decodeSeconds: 0,
})
