import { fitOfReplica } from './capacity-fit.ts'
import type { Replica } from './model.ts'
import { batchEngine } from './replica-batch.ts'
import { continuousEngine } from './replica-continuous.ts'
import type { Counters, Engine, EngineSettings, Outcome, Requests } from './replica-terms.ts'
import { rooflineOf } from './roofline.ts'
import type { Seconds, Tokens } from './units.ts'

export type { Requests } from './replica-terms.ts'

/** A replica that has played requests: moments by request, and where the time went. */
export type Simulation = Outcome &
  Counters & {
    readonly fits: true
    readonly requests: Requests
    readonly kvTokens: Tokens
    /** When the last request ended; the first arrival where none was served. */
    readonly untilAt: Seconds
  }
export type NoSimulation = { readonly fits: false; readonly reason: string }
export type SimulationOptions = {
  /** Compute every iteration by itself, for checking. */
  readonly stepByStep?: boolean
}
type PlayOptions = SimulationOptions & { readonly onEnd?: EngineSettings['onEnd'] }

/** What is needed to play one set of requests on any number of equal replicas. */
type Play = {
  readonly outcome: Outcome
  readonly kvTokens: Tokens
  readonly open: () => Engine
  /** Longer than the context or than the cache. */
  readonly accepts: (request: number) => boolean
}

const meanOf = (values: Float64Array): number => {
  let sum = 0
  for (const value of values) sum += value
  return values.length === 0 ? 0 : sum / values.length
}

const emptyOutcome = (size: number): Outcome => ({
  firstAt: new Float64Array(size),
  endAt: new Float64Array(size),
  rejected: new Uint8Array(size),
})

/** Prepares replicas of one kind for these requests, or says why they do not fit. */
export const playOf = (
  replica: Replica,
  requests: Requests,
  { stepByStep = false, onEnd }: PlayOptions = {},
): Play | NoSimulation => {
  const { model, engine } = replica
  const encoder = model.kind === 'encoder'
  // The mean decides about windows; one token, whether the weights fit at all.
  const mean = encoder ? 0 : meanOf(requests.input) + meanOf(requests.output)
  const fit = fitOfReplica(replica, { input: 1, output: 0 })
  if (!fit.fits) return fit
  const sized = fitOfReplica(replica, { input: Math.min(mean, model.contextTokens), output: 0 })
  const kvTokens = sized.fits ? sized.memory.kvTokens : fit.memory.kvTokens
  const roofline = rooflineOf(replica)
  if (roofline === undefined) {
    return { fits: false, reason: `${replica.accelerator.id} has no ${replica.precision} arithmetic` }
  }
  const outcome = emptyOutcome(requests.at.length)
  const settings = { requests, outcome, kvTokens, stepByStep, onEnd }
  const whole = encoder || engine.scheduler === 'static-batch'
  const slots = Math.max(1, Math.floor(fit.slots))
  const limited = {
    ...roofline,
    engine: { ...roofline.engine, maxSequences: Math.min(engine.maxSequences, encoder ? slots : Infinity) },
  }
  return {
    outcome,
    kvTokens,
    open: () => (whole ? batchEngine(limited, settings, !encoder) : continuousEngine(limited, settings)),
    accepts: (request) => {
      const [input, output] = [requests.input[request] ?? 0, requests.output[request] ?? 0]
      if (!(input >= 0 && output >= 0 && Number.isFinite(input + output))) return false
      if (encoder) return input <= model.contextTokens
      const longest = model.kind === 'encoder-decoder' ? Math.max(input, output) : input + output
      return longest <= model.contextTokens && Math.max(1, input) + Math.max(1, output) <= kvTokens
    },
  }
}

/**
 * Plays requests (in the order of arrival) through one replica, iteration by iteration. Deterministic.
 * What is longer than the context or the cache is turned away and marked; nothing waits for ever.
 */
export const simulate = (
  replica: Replica,
  requests: Requests,
  options: SimulationOptions = {},
): Simulation | NoSimulation => {
  const play = playOf(replica, requests, options)
  if ('fits' in play) return play
  const engine = play.open()
  for (let request = 0; request < requests.at.length; request++) {
    if (!play.accepts(request)) {
      play.outcome.rejected[request] = 1
      continue
    }
    engine.advance(requests.at[request] ?? 0)
    engine.enqueue(request)
  }
  engine.advance(Infinity)
  const untilAt = Math.max(requests.at[0] ?? 0, engine.clock())
  return { fits: true, ...play.outcome, ...engine.counters, requests, kvTokens: play.kvTokens, untilAt }
}

/** Prompts and completions of a closed loop, in the order in which they are sent. */
export type Lengths = { readonly input: Float64Array; readonly output: Float64Array }

/**
 * Plays a closed loop: so many users, each of whom sends the next request when the last one has ended. Load tests are made
 * so; real traffic is not. The arrivals that came of it stand in `requests.at`.
 */
export const simulateClosedLoop = (
  replica: Replica,
  { input, output }: Lengths,
  users: number,
): Simulation | NoSimulation => {
  const requests: Requests = { at: new Float64Array(input.length), input, output }
  let sent = 0
  const sendNext = (at: Seconds): void => {
    while (sent < input.length) {
      const request = sent++
      requests.at[request] = at
      if (play.accepts(request)) {
        engine.enqueue(request)
        return
      }
      play.outcome.rejected[request] = 1
    }
  }
  const prepared = playOf(replica, requests, { onEnd: (_, at) => sendNext(at) })
  if ('fits' in prepared) return prepared
  const play = prepared
  const engine = play.open()
  for (let user = 0; user < users; user++) sendNext(0)
  engine.advance(Infinity)
  const untilAt = Math.max(0, engine.clock())
  return { fits: true, ...play.outcome, ...engine.counters, requests, kvTokens: play.kvTokens, untilAt }
}
