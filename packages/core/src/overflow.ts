import { leastBusy } from './fleet.ts'
import type { Replica } from './model.ts'
import { type Latencies, latenciesOf } from './replica-latency.ts'
import { type Lengths, type NoSimulation, playOf, type Requests, simulateClosedLoop } from './replica.ts'
import type { Engine, Outcome } from './replica-terms.ts'
import type { Slo } from './fleet.ts'

/** What became of traffic whose base runs on own replicas and whose rest goes to a renter. */
export type OverflowPlay = {
  readonly fits: true
  /** 1: sent to the renter. */
  readonly over: Uint8Array
  /** Request by request; what went over is marked as rejected. */
  readonly outcome: Outcome
  /** Of the requests that stayed. */
  readonly latencies: Latencies
  readonly holds: boolean
  /** Shares that went over: of the calls, of their prompt and of their completion tokens. */
  readonly callsOver: number
  readonly inputOver: number
  readonly outputOver: number
}

/**
 * Plays requests through `replicas` equal ones, each of which takes at most `cap` at a time; who finds all of them full goes
 * to the renter at once, and so does what is longer than the context or the cache. It is what a gateway can do: it counts
 * what is under way, and looks into no queue. Deterministic.
 */
export const simulateOverflow = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  { replicas, cap }: { readonly replicas: number; readonly cap: number },
): OverflowPlay | NoSimulation => {
  const play = playOf(replica, requests)
  if ('fits' in play) return play
  const engines: Engine[] = Array.from({ length: replicas }, () => play.open())
  const over = play.outcome.rejected
  let turn = 0
  for (let request = 0; request < requests.at.length; request += 1) {
    const at = requests.at[request]!
    if (replicas === 0 || !play.accepts(request)) {
      over[request] = 1
      continue
    }
    for (const engine of engines) engine.advance(at)
    const engine = engines[leastBusy(engines, replicas, turn)]!
    turn += 1
    if (engine.outstanding() >= cap) over[request] = 1
    else engine.enqueue(request)
  }
  for (const engine of engines) engine.advance(Infinity)
  const latencies = latenciesOf(requests, play.outcome)
  return {
    fits: true,
    over,
    outcome: play.outcome,
    latencies,
    holds: latencies.ttft[slo.percentile] <= slo.ttftSeconds && latencies.tpot[slo.percentile] <= slo.tpotSeconds,
    ...sharesOver(requests, over),
  }
}

const sharesOver = (
  { input, output }: Requests,
  over: Uint8Array,
): Pick<OverflowPlay, 'callsOver' | 'inputOver' | 'outputOver'> => {
  let [calls, inputs, outputs, allInputs, allOutputs] = [0, 0, 0, 0, 0]
  for (let request = 0; request < over.length; request += 1) {
    allInputs += input[request]!
    allOutputs += output[request]!
    if (over[request] === 0) continue
    calls += 1
    inputs += input[request]!
    outputs += output[request]!
  }
  const share = (part: number, all: number): number => (all === 0 ? 0 : part / all)
  return {
    callsOver: share(calls, over.length),
    inputOver: share(inputs, allInputs),
    outputOver: share(outputs, allOutputs),
  }
}

/** So many requests follow the first round of a closed loop, which comes all at once and is not looked at. */
const ROUNDS = 6
const FEWEST_REQUESTS = 400
const MOST_AT_ONCE = 1024

/** Requests of a loop of so many users, the first round of each left out. */
const loopHolds = (replica: Replica, { input, output }: Lengths, users: number, slo: Slo): boolean => {
  const size = Math.max(FEWEST_REQUESTS, (ROUNDS + 1) * users)
  const repeated = (column: Float64Array): Float64Array =>
    Float64Array.from({ length: size }, (_, nth) => column[nth % column.length]!)
  const simulation = simulateClosedLoop(replica, { input: repeated(input), output: repeated(output) }, users)
  if (!simulation.fits) return false
  const { requests, firstAt, endAt, rejected } = simulation
  const later = (column: Float64Array): Float64Array => column.subarray(users)
  const { ttft, tpot, served } = latenciesOf(
    { at: later(requests.at), input: later(requests.input), output: later(requests.output) },
    { firstAt: later(firstAt), endAt: later(endAt), rejected: rejected.subarray(users) },
  )
  return served > 0 && ttft[slo.percentile] <= slo.ttftSeconds && tpot[slo.percentile] <= slo.tpotSeconds
}

/**
 * The most requests at a time with which a replica that is never idle still meets the target: so many users in a closed
 * loop, found by doubling and halving. 0 where even one misses it.
 */
export const mostAtOnce = (replica: Replica, lengths: Lengths, slo: Slo): number => {
  if (lengths.input.length === 0) return 0
  const most = Math.min(MOST_AT_ONCE, replica.engine.maxSequences)
  let low = 0
  let high = 1
  while (high <= most && loopHolds(replica, lengths, high, slo)) [low, high] = [high, high * 2]
  if (low >= most) return most
  high = Math.min(high, most + 1)
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (loopHolds(replica, lengths, middle, slo)) low = middle
    else high = middle
  }
  return low
}
