import {
  type Latencies,
  latenciesOf,
  type LatencyTarget,
  predict,
  randomFrom,
  type Replica,
  type RequestShape,
  simulate,
} from '@breakeven/core'

/** What a replica does under one load. */
export type Loaded =
  | {
      readonly fits: true
      /** Done in a second. */
      readonly requestsPerSecond: number
      readonly latencies: Latencies
    }
  | { readonly fits: false; readonly reason: string }

const REQUESTS = 2000

/** Requests of one shape that come by chance (Poisson), so many a second on average. */
export const atRate = (replica: Replica, { input, output }: RequestShape, requestsPerSecond: number): Loaded => {
  const number = randomFrom(2023)
  const at = new Float64Array(REQUESTS)
  for (let request = 1; request < REQUESTS; request++)
    at[request] = (at[request - 1] ?? 0) - Math.log(1 - number()) / requestsPerSecond
  const simulation = simulate(replica, {
    at,
    input: new Float64Array(REQUESTS).fill(input),
    output: new Float64Array(REQUESTS).fill(output),
  })
  if (!simulation.fits) return simulation
  const latencies = latenciesOf(simulation.requests, simulation)
  if (latencies.served === 0) return { fits: false, reason: `requests of ${input} and ${output} tokens do not fit` }
  return { fits: true, requestsPerSecond: latencies.served / simulation.untilAt, latencies }
}

/** The formula's rate is kept where the simulation bears it out, else less of it is tried. */
const SHARES = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]

/** The highest share of a rate at which 19 of 20 requests are seen to meet the target; and what was seen there. */
export const sustained = (
  replica: Replica,
  shape: RequestShape,
  { ttftSeconds, tpotSeconds }: LatencyTarget,
  requestsPerSecond: number,
): { readonly share: number; readonly loaded: Loaded } => {
  for (const share of SHARES) {
    const loaded = atRate(replica, shape, share * requestsPerSecond)
    if (!loaded.fits) return { share, loaded }
    const { ttft, tpot } = loaded.latencies
    if (ttft.p95 <= ttftSeconds && tpot.p95 <= tpotSeconds) return { share, loaded }
  }
  const reason = 'in simulation 19 of 20 requests do not meet the target at any rate'
  return { share: 0, loaded: { fits: false, reason } }
}

/** So many users, each of whom sends the next request when the last one is done. */
export const atConcurrency = (replica: Replica, shape: RequestShape, users: number): Loaded => {
  const trial = { replica, ...shape, shortest: 1, users, requests: Math.max(10 * users, 200), client: true }
  const prediction = predict(trial)
  if (!prediction.fits) return prediction
  const { requestsPerSecond, latencies } = prediction
  return { fits: true, requestsPerSecond, latencies }
}
