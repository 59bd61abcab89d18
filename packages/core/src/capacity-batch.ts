import { decodeStepSeconds } from './capacity-continuous.ts'
import { CLIENT_SECONDS, type Load, type LoadCurve, type RequestShape } from './capacity-terms.ts'
import { prefillAttentionSeconds, prefillRowSeconds, promptIterationSeconds, type Roofline } from './roofline.ts'
import type { Seconds, Tokens } from './units.ts'

/** The longest of a padded batch over the mean, for want of a distribution: assumed. */
const PADDING = 1.5
/** One in twenty may see more. */
const TAIL = 0.05
/** Queues this many batches long are as good as endless. */
const LONGEST_QUEUE_BATCHES = 20

/** One pass of `batch` prompts of `input` tokens each, in as many iterations as the engine's token limit asks for. */
const passSeconds = (roofline: Roofline, input: Tokens, batch: number): Seconds => {
  const { scheduler, maxBatchedTokens } = roofline.engine
  const rows = input * batch
  const iterations = scheduler === 'static-batch' ? 1 : Math.max(1, rows / maxBatchedTokens)
  const attention = batch * prefillAttentionSeconds(roofline, input, 0)
  const kernels = prefillRowSeconds(roofline, rows / iterations, batch / iterations) + attention / iterations
  return iterations * promptIterationSeconds(roofline, kernels, roofline.prefill.layers, batch / iterations)
}

/** Sums of decode steps are linear in the context, so the middle step stands for all. */
const decodeSeconds = (roofline: Roofline, { input, output }: RequestShape, batch: number): Seconds =>
  Math.max(0, output - 1) * decodeStepSeconds(roofline, batch, input + output / 2)

type Batch = { readonly first: Seconds; readonly all: Seconds; readonly step: Seconds }

/** What one batch takes: to its first token, to its end, and by step; padded to its longest where it is served together to the end. */
const batchSeconds = (roofline: Roofline, shape: RequestShape, batch: number): Batch => {
  const padding = batch > 1 && roofline.engine.scheduler === 'static-batch' ? 1 + (PADDING - 1) * (1 - 1 / batch) : 1
  const padded = { input: shape.input * padding, output: shape.output * (shape.output > 1 ? padding : 1) }
  const first = passSeconds(roofline, padded.input, batch)
  const decode = decodeSeconds(roofline, padded, batch)
  return { first, all: first + decode, step: padded.output > 1 ? decode / (padded.output - 1) : 0 }
}

/**
 * Load of a replica that serves whole batches: encoders, prompts without completion, and static batching.
 * `level` is the request that is looked at and those that come while a batch runs: level = 1 + rate x batch time
 * (for a batch time that grows linearly this is the M/D/1 queue, exactly).
 */
const batchLoad = (roofline: Roofline, shape: RequestShape, largest: number, level: number): Load => {
  const size = Math.min(level, largest)
  const batch = batchSeconds(roofline, shape, size)
  const all = batch.all * Math.max(1, level / largest)
  const requestsPerSecond = (level - 1) / all
  const used = Math.min(1, requestsPerSecond * batchSeconds(roofline, shape, 1).all)
  const full = batchSeconds(roofline, shape, largest)
  const queue = all - batch.all
  const ttft = CLIENT_SECONDS + (used * all) / 2 + queue + batch.first
  return {
    requestsPerSecond,
    ttft,
    tpot: batch.step,
    // Seldom busy, the mean is above what 19 of 20 see: the twentieth waits for a whole batch.
    tailTtft: Math.max(ttft, CLIENT_SECONDS + all * Math.max(0, 1 - TAIL / Math.max(TAIL, used)) + queue + batch.first),
    tailTpot: batch.step,
    concurrency: level - 1 + used,
    busy: (requestsPerSecond * full.all) / largest,
    filled: 0,
  }
}

/** Loads of a replica that serves batches of up to `largest` requests. */
export const batchCurve = (roofline: Roofline, shape: RequestShape, largest: number): LoadCurve => ({
  at: (level) => batchLoad(roofline, shape, largest, level),
  from: 1,
  to: LONGEST_QUEUE_BATCHES * largest,
})
