import { CLIENT_SECONDS } from '../capacity-terms.ts'
import type { Replica } from '../model.ts'
import { type Latencies, latenciesOf } from '../replica-latency.ts'
import { type Lengths, type NoSimulation, simulateClosedLoop } from '../replica.ts'
import type { Seconds, Tokens } from '../units.ts'

/** A measurement as it was set up: `users` at a time, `requests` in all; equal numbers are one batch, sent at once. */
export type Trial = {
  readonly replica: Replica
  readonly input: Tokens
  readonly output: Tokens
  /** Lengths are spread evenly from this share of the nominal ones up to them; 1: all alike. */
  readonly shortest: number
  readonly users: number
  readonly requests: number
  /** Measured by a client, over a network. */
  readonly client: boolean
}

/** Means, as the trial would measure them. */
export type Prediction = {
  readonly fits: true
  readonly ttft: Seconds
  /** (end - first) / (output - 1) */
  readonly tpot: Seconds
  readonly e2e: Seconds
  readonly outputTokensPerSecond: number
  readonly totalTokensPerSecond: number
  readonly requestsPerSecond: number
  /** Percentiles too, as a client sees them. */
  readonly latencies: Latencies
}

/** Evenly spread and in an order that repeats nothing: multiples of the golden section. */
const GOLDEN = 0.618_033_988_749_895
const spread = (nominal: Tokens, shortest: number, count: number, phase: number): Float64Array =>
  Float64Array.from({ length: count }, (_, index) =>
    nominal === 0 ? 0 : Math.max(1, Math.round(nominal * (shortest + (1 - shortest) * ((phase + index * GOLDEN) % 1)))),
  )

const lengthsOf = ({ input, output, shortest, requests }: Trial): Lengths => ({
  input: spread(input, shortest, requests, 0.5),
  output: spread(output, shortest, requests, 0.25),
})

const sumOf = (values: Float64Array): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

/** Plays a trial. */
export const predict = (trial: Trial): Prediction | NoSimulation => {
  const simulation = simulateClosedLoop(trial.replica, lengthsOf(trial), trial.users)
  if (!simulation.fits) return simulation
  const latencies = latenciesOf(simulation.requests, simulation)
  const { ttft, tpot, e2e, served, rejected } = latencies
  if (served === 0)
    return { fits: false, reason: `${rejected} requests of ${trial.input} and ${trial.output} tokens do not fit` }
  const { input, output } = simulation.requests
  const outside = trial.client ? 0 : CLIENT_SECONDS
  const wall = simulation.untilAt + (trial.client ? CLIENT_SECONDS : 0)
  return {
    fits: true,
    ttft: ttft.mean - outside,
    tpot: tpot.mean,
    e2e: e2e.mean - outside,
    outputTokensPerSecond: sumOf(output) / wall,
    totalTokensPerSecond: (sumOf(input) + sumOf(output)) / wall,
    requestsPerSecond: served / wall,
    latencies,
  }
}
