import type { Capacity, LatencyTarget } from './capacity.ts'
import { randomFrom } from './random.ts'
import { type Latencies, latenciesOf } from './replica-latency.ts'
import type { Requests } from './replica-terms.ts'
import { simulate } from './replica.ts'
import type { Replica } from './model.ts'
import { lengthDrawer } from './trace.ts'
import type { LengthSample } from './workload.ts'

type Fitting = Extract<Capacity, { fits: true }>

/** Enough that a queue that grows without end is seen to grow, few enough that twenty options take a second. */
const PLAYED_REQUESTS = 3000
/** From the closed form's rate the bracket is walked in steps of this factor, so many at most each way. */
const STEP = 1.4
const MOST_STEPS = 12
/** Halvings of the last step: the rate is found to two percent, a tenth of what the formulas behind it are good for. */
const HALVINGS = 4
/** The share of requests that must see the target. */
const SHARE = 'p95'

/** What is played at every rate: unit-rate Poisson arrivals and the traffic's own lengths, the same for all options. */
export type Play = {
  readonly unitAt: Float64Array
  readonly input: Float64Array
  readonly output: Float64Array
}

/** Lengths are drawn from the sample by weight, with replacement, so that long ones come as often as they do. */
export const playOfLengths = (lengths: readonly LengthSample[], seed = 1): Play => {
  const random = randomFrom(seed)
  const draw = lengthDrawer(lengths, random)
  const play = {
    unitAt: new Float64Array(PLAYED_REQUESTS),
    input: new Float64Array(PLAYED_REQUESTS),
    output: new Float64Array(PLAYED_REQUESTS),
  }
  let clock = 0
  for (let request = 0; request < PLAYED_REQUESTS; request += 1) {
    clock -= Math.log(1 - random())
    const drawn = draw()
    play.unitAt[request] = clock
    play.input[request] = Math.max(1, Math.round(drawn.input))
    play.output[request] = Math.round(drawn.output)
  }
  return play
}

const atRate = ({ unitAt, input, output }: Play, requestsPerSecond: number): Requests => ({
  at: unitAt.map((unit) => unit / requestsPerSecond),
  input,
  output,
})

export type Sustained =
  | { readonly fits: true; readonly capacity: Fitting; readonly latencies: Latencies }
  | { readonly fits: false; readonly reason: string }

const seconds = (value: number): string => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`)

/** Why no rate does, with what was seen at a low one. */
const missing = (rate: number, found: Latencies | undefined): Sustained => {
  const seen =
    found === undefined
      ? ''
      : `: p95 ${seconds(found.ttft[SHARE])} to the first token, ${seconds(found.tpot[SHARE])} a token, ${found.rejected} turned away`
  return {
    fits: false,
    reason: `simulated, it misses the latency target even at ${Number(rate.toPrecision(2))} requests/s${seen}`,
  }
}

/**
 * The highest rate at which one replica, simulated iteration by iteration on Poisson arrivals with the traffic's own
 * lengths, gives 19 of 20 requests the latency target. Found by bisection about the closed form's rate; the band keeps
 * the closed form's width, as it speaks of the same formulas.
 */
export const sustainedCapacity = (replica: Replica, closed: Fitting, play: Play, target: LatencyTarget): Sustained => {
  const latenciesAt = (rate: number): Latencies | undefined => {
    const requests = atRate(play, rate)
    const simulation = simulate(replica, requests)
    return simulation.fits ? latenciesOf(requests, simulation) : undefined
  }
  const holds = ({ ttft, tpot, rejected }: Latencies): boolean =>
    rejected === 0 && ttft[SHARE] <= target.ttftSeconds && tpot[SHARE] <= target.tpotSeconds
  const first = latenciesAt(closed.requestsPerSecond)
  const up = first !== undefined && holds(first)
  let [low, high] = up ? [closed.requestsPerSecond, Infinity] : [0, closed.requestsPerSecond]
  let best = up ? first : undefined
  if (!up) {
    // What misses the target with next to nothing in it misses it at any rate.
    const idleRate = closed.requestsPerSecond / STEP ** MOST_STEPS
    const idle = latenciesAt(idleRate)
    if (idle === undefined || !holds(idle)) return missing(idleRate, idle)
  }
  for (let step = 0; step < MOST_STEPS && (low === 0 || high === Infinity); step += 1) {
    const rate = up ? low * STEP : high / STEP
    const found = latenciesAt(rate)
    if (found !== undefined && holds(found)) [low, best] = [rate, found]
    else high = rate
  }
  for (let halving = 0; halving < HALVINGS && low > 0 && high < Infinity; halving += 1) {
    const middle = Math.sqrt(low * high)
    const found = latenciesAt(middle)
    if (found !== undefined && holds(found)) [low, best] = [middle, found]
    else high = middle
  }
  if (best === undefined) return missing(high, latenciesAt(high))
  const factor = low / closed.requestsPerSecond
  const capacity: Fitting = {
    ...closed,
    requestsPerSecond: low,
    low: closed.low * factor,
    high: closed.high * factor,
    ttft: best.ttft.mean,
    tpot: best.tpot.mean,
    concurrency: low * best.e2e.mean,
  }
  return { fits: true, capacity, latencies: best }
}
