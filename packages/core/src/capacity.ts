import { batchCurve } from './capacity-batch.ts'
import { continuousCurve } from './capacity-continuous.ts'
import { fitOfReplica } from './capacity-fit.ts'
import {
  highestLoad,
  highestLoadWithin,
  type LatencyTarget,
  type Load,
  type LoadCurve,
  MOST_BUSY,
  MOST_FILLED,
  type RequestShape,
} from './capacity-terms.ts'
import type { Replica } from './model.ts'
import { fitOf, type Roofline, rooflineOf } from './roofline.ts'
import { leastSure } from './units.ts'
import type { Seconds, Sure, Tokens } from './units.ts'

export type { LatencyTarget, RequestShape } from './capacity-terms.ts'
export type { Replica } from './model.ts'

export type Capacity =
  | {
      readonly fits: true
      /** Sustainable at the latency target, with a band. */
      readonly requestsPerSecond: number
      readonly low: number
      readonly high: number
      /** Tokens of context that fit beside the weights; 0 for encoders. */
      readonly kvTokens: Tokens
      /** Mean seconds at that rate. */
      readonly ttft: Seconds
      readonly tpot: Seconds
      readonly concurrency: number
      readonly limit: 'memory' | 'latency' | 'compute'
      readonly sure: Sure
    }
  | { readonly fits: false; readonly reason: string }

/** How far the true rate may be from the computed one, as a share. Measured: twice the median error of the recipe on public rows. */
const BAND: Readonly<Record<Sure, number>> = {
  published: 0.15,
  measured: 0.15,
  derived: 0.25,
  recalled: 0.3,
  assumed: 0.35,
  'formula-only': 0.5,
}

/** No published latency of a T5 family model on these engines was found: nothing to check the formula against. */
const surenessOf = ({ model, accelerator, engine }: Replica): Sure =>
  model.kind === 'encoder-decoder' ? 'formula-only' : leastSure([fitOf(accelerator).sure, engine.sure])

const curveOf = (
  replica: Replica,
  roofline: Roofline,
  shape: RequestShape,
  { slots, bound }: { slots: number; bound: 'memory' | 'engine' },
): LoadCurve => {
  const whole = replica.model.kind === 'encoder' || replica.engine.scheduler === 'static-batch' || shape.output < 2
  return whole ? batchCurve(roofline, shape, slots) : continuousCurve(roofline, shape, slots, bound)
}

/** An encoder gives nothing after its pass, whatever was asked for; a prompt has at least one token. */
const servedShape = ({ model }: Replica, { input, output }: RequestShape): RequestShape => ({
  input: input >= 0 && input < 1 ? 1 : input,
  output: model.kind === 'encoder' ? 0 : output,
})

const limitOf = (load: Load, bound: 'memory' | 'engine'): 'memory' | 'latency' | 'compute' => {
  const full = load.filled > 0.99 * MOST_FILLED
  if (full && bound === 'memory') return 'memory'
  return full || load.busy > MOST_BUSY / 2 ? 'compute' : 'latency'
}

const seconds = (value: Seconds): string => `${value.toPrecision(3)} s`

/** Why an idle replica already misses the target, or `undefined` where it does not. */
const missedBy = (idle: Load, { ttftSeconds, tpotSeconds }: LatencyTarget): string | undefined => {
  if (!(idle.tailTtft <= ttftSeconds))
    return `alone on it a request waits ${seconds(idle.tailTtft)} for its first token; the target is ${seconds(ttftSeconds)}`
  if (!(idle.tailTpot <= tpotSeconds))
    return `alone on it a request takes ${seconds(idle.tailTpot)} for each further token; the target is ${seconds(tpotSeconds)}`
  return undefined
}

/**
 * What one replica sustains, in closed form: whether it fits (or why not, with the arithmetic), the rate at which 19 of 20
 * requests of the mean shape see the target, the mean latency there, what binds, and a band that is as wide as the figures
 * behind it are unsure. Arrivals are taken as Poisson; the peak is the caller's business.
 */
export const capacityOf = (replica: Replica, shape: RequestShape, target: LatencyTarget): Capacity => {
  const served = servedShape(replica, shape)
  const fit = fitOfReplica(replica, served)
  if (!fit.fits) return fit
  const roofline = rooflineOf(replica)
  if (roofline === undefined)
    return { fits: false, reason: `${replica.accelerator.id} has no ${replica.precision} arithmetic` }
  const curve = curveOf(replica, roofline, served, fit)
  const load = highestLoadWithin(curve, target)
  if (load === undefined || load.requestsPerSecond <= 0) {
    return { fits: false, reason: missedBy(curve.at(curve.from), target) ?? 'it serves no request' }
  }
  const sure = surenessOf(replica)
  return {
    fits: true,
    requestsPerSecond: load.requestsPerSecond,
    low: load.requestsPerSecond * (1 - BAND[sure]),
    high: load.requestsPerSecond * (1 + BAND[sure]),
    kvTokens: fit.memory.kvTokens,
    ttft: load.ttft,
    tpot: load.tpot,
    concurrency: load.concurrency,
    limit: limitOf(load, fit.bound),
    sure,
  }
}

/** Halving ends this close to what it looked for. */
const SLACK = 1e-5

/** Mean latency of one replica at a rate of Poisson arrivals; `undefined` where it does not fit or cannot keep up. */
export const latencyAt = (
  replica: Replica,
  shape: RequestShape,
  requestsPerSecond: number,
): { readonly ttft: Seconds; readonly tpot: Seconds; readonly concurrency: number } | undefined => {
  const served = servedShape(replica, shape)
  const fit = fitOfReplica(replica, served)
  const roofline = rooflineOf(replica)
  if (!fit.fits || roofline === undefined) return undefined
  const curve = curveOf(replica, roofline, served, fit)
  const load = highestLoad(curve, (one) => one.requestsPerSecond <= requestsPerSecond)
  if (load === undefined || load.filled > 1 + SLACK || load.requestsPerSecond < requestsPerSecond * (1 - SLACK)) {
    return undefined
  }
  return { ttft: load.ttft, tpot: load.tpot, concurrency: load.concurrency }
}
