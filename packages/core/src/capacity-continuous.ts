import { CLIENT_SECONDS, type Load, type LoadCurve, type RequestShape } from './capacity-terms.ts'
import {
  cacheReadSeconds,
  decodeRowSeconds,
  iterationSeconds,
  prefillAttentionSeconds,
  prefillRowSeconds,
  promptIterationSeconds,
  type Roofline,
} from './roofline.ts'
import type { Seconds, Tokens } from './units.ts'

/** One in twenty requests sees more: 1.64 standard deviations of a Poisson number of neighbours, three means of an exponential wait. */
const TAIL_DEVIATIONS = 1.64
const TAIL_WAITS = 3

/** A decode step of `sequences`, each with `context` tokens behind it. */
export const decodeStepSeconds = (roofline: Roofline, sequences: number, context: Tokens): Seconds => {
  const cache = cacheReadSeconds(roofline, sequences * context, sequences * Math.min(context, roofline.window))
  return iterationSeconds(roofline, decodeRowSeconds(roofline, sequences) + cache, roofline.decode.layers, sequences)
}

/** An iteration that puts `chunk` prompt tokens after `past` through the layers while `decodes` others take a step. */
const mixedStepSeconds = (
  roofline: Roofline,
  chunk: Tokens,
  past: Tokens,
  decodes: number,
  context: Tokens,
): Seconds => {
  const cache = cacheReadSeconds(roofline, decodes * context, decodes * Math.min(context, roofline.window))
  const kernels =
    prefillRowSeconds(roofline, chunk + decodes, decodes + 1) + prefillAttentionSeconds(roofline, chunk, past) + cache
  return promptIterationSeconds(roofline, kernels, roofline.prefill.layers, decodes + 1)
}

/** All iterations of one prompt, in chunks of what the engine batches beside `decodes` others; alone where it does not mix. */
const promptSeconds = (roofline: Roofline, input: Tokens, decodes: number, context: Tokens): Seconds => {
  const { scheduler, maxBatchedTokens } = roofline.engine
  if (scheduler !== 'chunked-prefill') return mixedStepSeconds(roofline, input, 0, 0, 0)
  const budget = Math.max(1, maxBatchedTokens - decodes)
  const chunks = Math.max(1, Math.ceil(input / budget))
  const chunk = input / chunks
  // The middle chunk stands for all: attention grows linearly over them.
  return chunks * mixedStepSeconds(roofline, chunk, (input - chunk) / 2, decodes, context)
}

const promptIterations = ({ engine }: Roofline, input: Tokens, decodes: number): number =>
  engine.scheduler === 'chunked-prefill'
    ? Math.max(1, Math.ceil(input / Math.max(1, engine.maxBatchedTokens - decodes)))
    : 0

/** By how much `together` prompts hold the others up, each: short prompts that come in one step share an iteration. */
const heldUpSeconds = (
  roofline: Roofline,
  input: Tokens,
  together: number,
  decodes: number,
  context: Tokens,
  step: Seconds,
): Seconds => {
  const tokens = input * together
  const seconds = promptSeconds(roofline, tokens, decodes, context)
  return Math.max(0, seconds - promptIterations(roofline, tokens, decodes) * step) / together
}

/**
 * Load of a continuously batching replica with `others` requests decoding beside the one that is looked at.
 * A request takes (output - 1) steps and is held up by the prompts that come in meanwhile; with Little's law
 * others = rate x (output - 1) x tpot, so rate = others / ((output - 1) x step + others x held up): no fixed point is needed.
 * The queue of prompts waits rate x service^2 / (1 - busy), as for lengths that vary like an exponential (Pollaczek-Khinchine).
 */
const continuousLoad = (roofline: Roofline, { input, output }: RequestShape, places: number, others: number): Load => {
  const steps = output - 1
  // Long completions stay longer: seen at any moment, exponential lengths are twice their mean, so half of them is the mean.
  const context = input + output
  const step = decodeStepSeconds(roofline, 1 + others, context)
  const prompt = promptSeconds(roofline, input, others, context)
  const most = Math.max(1, (roofline.engine.maxBatchedTokens - others) / input)
  const together = Math.min(most, Math.max(1, (others * prompt) / (steps * step)))
  const heldUp = heldUpSeconds(roofline, input, together, others, context, step)
  const tpot = step + (others * heldUp) / steps
  const requestsPerSecond = others / (steps * tpot)
  const busy = Math.min(1 - 1e-9, requestsPerSecond * heldUp)
  const wait = (busy * prompt) / (1 - busy)
  const residual = (Math.min(1, others) * step) / 2
  const crowded = decodeStepSeconds(roofline, 1 + others + TAIL_DEVIATIONS * Math.sqrt(others), context)
  const concurrency = others + requestsPerSecond * (residual + wait + prompt)
  return {
    requestsPerSecond,
    ttft: CLIENT_SECONDS + residual + wait + prompt,
    tpot,
    tailTtft: CLIENT_SECONDS + 2 * residual + TAIL_WAITS * wait + prompt,
    tailTpot: tpot + crowded - step,
    concurrency,
    busy,
    filled: concurrency / places,
  }
}

/**
 * Standard deviations of the number of requests that must find a place. Cache is filled by lengths that vary as well, and
 * what is preempted when it runs out computes again and fills it further: it needs more room (by simulation).
 */
const PLACE_DEVIATIONS = { engine: 2, memory: 3 } as const

/** Mean number of requests that stay within `slots` places: n + deviations x sqrt(n) = slots (square-root staffing, Halfin and Whitt 1981). */
const steadyConcurrency = (slots: number, deviations: number): number =>
  ((Math.sqrt(deviations ** 2 + 4 * Math.max(0, slots)) - deviations) / 2) ** 2

/** Loads of a replica that adds and removes requests between steps, up to `slots` of them at once, as `bound` says. Needs two tokens of output. */
export const continuousCurve = (
  roofline: Roofline,
  shape: RequestShape,
  slots: number,
  bound: 'memory' | 'engine',
): LoadCurve => {
  const places = steadyConcurrency(slots, PLACE_DEVIATIONS[bound])
  return { at: (others) => continuousLoad(roofline, shape, places, others), from: 0, to: places }
}
