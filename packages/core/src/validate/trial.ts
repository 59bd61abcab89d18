import { CLIENT_SECONDS } from '../capacity-terms.ts'
import type { Replica } from '../model.ts'
import { memoryOf } from '../model-memory.ts'
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
  /** New requests are looked for every so many steps; absent: at each. */
  readonly pollSteps?: number
  /** Tokens come to the client so many at a time, the first ones too; absent: one by one. */
  readonly streamTokens?: number
  /** Stages of a pipeline, each of so many devices as the replica has; absent: one. */
  readonly stages?: number
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

/** Steps that completions take where more than one token comes of a step. */
const stepsOf = (output: Float64Array, { engine: { speculation } }: Replica): Float64Array =>
  speculation === undefined
    ? output
    : output.map((tokens) => Math.max(1, Math.round(tokens / speculation.tokensPerStep)))

/** A request comes anywhere between two looks. */
const halfOf = (steps = 0): number => steps / 2

const sumOf = (values: Float64Array): number => {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

/**
 * A pipeline of n stages has n batches under way, each on one stage: as n replicas that share weights and memory, each with an
 * n-th of the requests and of the cache. The send between stages is left out.
 */
const oneOfStages = (trial: Trial, stages: number): Trial => {
  const { replica, input, output, users, requests } = trial
  const { accelerator, engine } = replica
  const usableBytes = (accelerator.usableBytes ?? 0) * stages
  const whole = { ...replica, accelerator: { ...accelerator, usableBytes } }
  const places = memoryOf(whole, input + output).kvTokens / (input + output) / stages
  const maxSequences = Math.max(1, Math.floor(Math.min(engine.maxSequences / stages, places)))
  return {
    ...trial,
    replica: { ...whole, engine: { ...engine, maxSequences } },
    users: Math.max(1, Math.round(users / stages)),
    requests: Math.max(1, Math.round(requests / stages)),
    stages: 1,
  }
}

const ofStages = (one: Prediction, stages: number): Prediction => ({
  ...one,
  outputTokensPerSecond: one.outputTokensPerSecond * stages,
  totalTokensPerSecond: one.totalTokensPerSecond * stages,
  requestsPerSecond: one.requestsPerSecond * stages,
})

/** Plays a trial. */
export const predict = (trial: Trial): Prediction | NoSimulation => {
  const { stages = 1 } = trial
  if (stages > 1) {
    const one = predict(oneOfStages(trial, stages))
    return one.fits ? ofStages(one, stages) : one
  }
  const { input, output } = lengthsOf(trial)
  const simulation = simulateClosedLoop(trial.replica, { input, output: stepsOf(output, trial.replica) }, trial.users)
  if (!simulation.fits) return simulation
  const latencies = latenciesOf({ ...simulation.requests, output }, simulation)
  const { ttft, tpot, e2e, served, rejected } = latencies
  if (served === 0)
    return { fits: false, reason: `${rejected} requests of ${trial.input} and ${trial.output} tokens do not fit` }
  const outside = trial.client ? 0 : CLIENT_SECONDS
  const unpolled = halfOf(trial.pollSteps) * tpot.mean
  const unsent = (trial.streamTokens ?? 1) - 1
  const further = Math.max(1, sumOf(output) / output.length - 1)
  const wall = simulation.untilAt + (trial.client ? CLIENT_SECONDS : 0)
  return {
    fits: true,
    ttft: ttft.mean - outside + unpolled + unsent * tpot.mean,
    // What is given before the client sees a first token is not in the time of the others.
    tpot: tpot.mean * Math.max(0, 1 - unsent / further),
    e2e: e2e.mean - outside + unpolled,
    outputTokensPerSecond: sumOf(output) / wall,
    totalTokensPerSecond: (sumOf(input) + sumOf(output)) / wall,
    requestsPerSecond: served / wall,
    latencies,
  }
}
