import type { RequestShape } from './capacity-terms.ts'
import type { Replica } from './model.ts'
import { type NoSimulation, playOf } from './replica.ts'
import type { Requests } from './replica-terms.ts'
import type { Seconds, Tokens } from './units.ts'

/** Tokens that a request is given at a moment; `last`: there are no more. */
export type LiveTokens = {
  readonly request: number
  readonly at: Seconds
  readonly tokens: Tokens
  readonly last: boolean
}

/**
 * A replica that requests come to while it runs, in place of a list of them. The clock is the caller's: moments are seconds
 * from any origin, and none may lie before one that was told earlier.
 */
export type LiveReplica = {
  readonly fits: true
  /** Tokens of cache. */
  readonly kvTokens: Tokens
  /**
   * Takes a request in and gives its number; or says why not. Completions of known length: a replica without weights has
   * nothing to stop at. `prefix`: ids of the prompt's leading blocks (`engine.blockTokens` each), equal where prompts are.
   */
  readonly enter: (
    at: Seconds,
    input: Tokens,
    output: Tokens,
    prefix?: readonly number[],
  ) => number | 'too long' | 'full'
  /** Takes a request out whose caller has gone. */
  readonly cancel: (request: number) => void
  /**
   * Runs the iterations that begin before `until`, and tells the tokens of each. Those of the last one lie after `until`,
   * for what begins cannot be changed by who comes later.
   */
  readonly advance: (until: Seconds) => readonly LiveTokens[]
  /** When the next iteration begins; Infinity where nothing is to be done. */
  readonly nextAt: () => Seconds
  readonly outstanding: () => number
}

/** Less than any iteration takes, and not lost beside a clock of a few weeks. */
const ONE_ITERATION: Seconds = 1e-9

/** What is in it and waits at once, at most. */
const PLACES = 4096

type Entered = { readonly id: number; given: Tokens }

/**
 * A live replica, or why the model does not fit. It is `simulate`'s own engine: requests that come at the same moments are
 * given their tokens at the same moments (held by a test).
 * @param typical decides how much cache there is for models with sliding windows, nothing else
 */
export const liveReplica = (
  replica: Replica,
  typical: RequestShape,
  places: number = PLACES,
): LiveReplica | NoSimulation => {
  const blocks: (readonly number[] | undefined)[] = Array.from({ length: places })
  const requests: Requests = {
    at: new Float64Array(places),
    input: new Float64Array(places).fill(typical.input),
    output: new Float64Array(places).fill(typical.output),
    prefixes: { blocks, blockTokens: replica.engine.blockTokens },
  }
  /** By place in the columns, which are used again. */
  const entered = new Map<number, Entered>()
  const placeOf = new Map<number, number>()
  const free = Array.from({ length: places }, (_, place) => places - 1 - place)
  let told: LiveTokens[] = []
  let lastId = 0

  const play = playOf(replica, requests, { onEnd: (place, at) => end(place, at) })
  if ('fits' in play) return play
  const engine = play.open()

  const outputOf = (place: number): Tokens => Math.max(1, Math.ceil(requests.output[place] ?? 1))

  const tell = (place: number, at: Seconds, given: Tokens): void => {
    const request = entered.get(place)
    if (request === undefined || given <= request.given) return
    told.push({ request: request.id, at, tokens: given - request.given, last: given === outputOf(place) })
    request.given = given
  }

  const release = (place: number): void => {
    const request = entered.get(place)
    if (request === undefined) return
    placeOf.delete(request.id)
    entered.delete(place)
    free.push(place)
  }

  const end = (place: number, at: Seconds): void => {
    // A padded batch is known as a whole when it begins: its first tokens come before its end.
    const firstAt = play.outcome.firstAt[place] ?? at
    if (firstAt < at) tell(place, firstAt, 1)
    tell(place, at, outputOf(place))
    release(place)
  }

  const nextAt = (): Seconds => (engine.outstanding() > 0 ? engine.clock() : Infinity)

  const iterate = (): void => {
    engine.advance(engine.clock() + ONE_ITERATION)
    const at = engine.clock()
    engine.eachDecoding((place, left) => tell(place, at, outputOf(place) - left))
  }

  return {
    fits: true,
    kvTokens: play.kvTokens,
    enter: (at, input, output, prefix) => {
      const place = free.pop()
      if (place === undefined) return 'full'
      requests.at[place] = at
      requests.input[place] = input
      requests.output[place] = output
      blocks[place] = prefix
      if (!play.accepts(place)) {
        free.push(place)
        return 'too long'
      }
      const id = ++lastId
      entered.set(place, { id, given: 0 })
      placeOf.set(id, place)
      engine.enqueue(place)
      return id
    },
    cancel: (request) => {
      const place = placeOf.get(request)
      if (place === undefined) return
      const before = engine.outstanding()
      engine.cancel(place)
      // In a padded batch it stays, and its place with it, until the batch has ended.
      if (engine.outstanding() < before) release(place)
    },
    advance: (until) => {
      told = []
      while (nextAt() < until) iterate()
      return told.sort((one, other) => one.at - other.at)
    },
    nextAt,
    outstanding: () => engine.outstanding(),
  }
}
