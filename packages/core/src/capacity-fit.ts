import type { Precision } from './catalog.ts'
import type { RequestShape } from './capacity-terms.ts'
import { impossibleOf } from './impossible.ts'
import type { Replica } from './model.ts'
import { deviceBytes, encoderBytesPerSequence, type Memory, memoryOf } from './model-memory.ts'
import { peakFlops } from './roofline.ts'
import { BYTES_PER_GB } from './units.ts'
import type { Bytes, Tokens } from './units.ts'

/** Whether a replica can run at all, and with how many requests at once; or why not, with the arithmetic. */
export type Fit =
  | { readonly fits: true; readonly memory: Memory; readonly slots: number; readonly bound: 'memory' | 'engine' }
  | { readonly fits: false; readonly reason: string }

const no = (reason: string): Fit => ({ fits: false, reason })

const gb = (bytes: Bytes): string => `${(bytes / BYTES_PER_GB).toFixed(bytes < 10 * BYTES_PER_GB ? 2 : 1)} GB`
const count = (value: number): string => Math.round(value).toLocaleString('en-US')

const SMALLER: readonly Precision[] = ['fp8', 'int8', 'int4']
const DEGREES: readonly number[] = [2, 4, 8]

const holds = (replica: Replica): boolean => memoryOf(replica).freeBytes > 0
/** Neuron pads heads, the others split them evenly. */
const splits = ({ model, accelerator }: Replica, degree: number): boolean =>
  accelerator.kind === 'neuron' || model.heads % degree === 0

/** `fits in int8, or on 2 of them`: the smallest change of precision or devices that helps. */
const remedyOf = (replica: Replica): string => {
  const precision = SMALLER.find(
    (smaller) => peakFlops(replica.accelerator, smaller) !== undefined && holds({ ...replica, precision: smaller }),
  )
  const degree = DEGREES.find(
    (more) => more > replica.tensorParallel && splits(replica, more) && holds({ ...replica, tensorParallel: more }),
  )
  const remedies = [
    ...(precision === undefined || precision === replica.precision ? [] : [`in ${precision}`]),
    ...(degree === undefined || replica.accelerator.kind === 'cpu' ? [] : [`on ${degree} of them`]),
  ]
  return remedies.length === 0 ? '' : `; fits ${remedies.join(', or ')}`
}

const deviceText = ({ accelerator, tensorParallel }: Replica): string =>
  tensorParallel === 1 ? `one ${accelerator.id}` : `${tensorParallel} × ${accelerator.id}`

const memoryText = (replica: Replica, { usableBytes, overheadBytes }: Memory): string => {
  const { memoryShare, sharesFreeMemory } = replica.engine
  const share = sharesFreeMemory ? 1 : memoryShare
  return `${deviceText(replica)} ${replica.tensorParallel === 1 ? 'has' : 'have'} ${gb(usableBytes)} usable × ${share} − ${gb(overheadBytes)} for the engine = ${gb(usableBytes * share - overheadBytes)}`
}

/** Hardware, engine and model that do not go together, before any arithmetic. */
const mismatchOf = (replica: Replica): string | undefined => {
  const { model, accelerator, engine, precision, tensorParallel } = replica
  const impossible = impossibleOf(replica)
  if (impossible !== undefined) return impossible
  if (!engine.serves.includes(model.kind)) return `${engine.id} does not serve ${model.kind} models`
  if (!(Number.isInteger(tensorParallel) && tensorParallel >= 1))
    return `tensor parallel degree ${tensorParallel} is not a whole number from 1`
  if (accelerator.kind === 'cpu' && tensorParallel > 1) return 'a CPU replica is not split'
  if (!splits(replica, tensorParallel))
    return `${model.heads} attention heads do not split over ${tensorParallel} devices`
  if (peakFlops(accelerator, precision) === undefined) return `${accelerator.id} has no ${precision} arithmetic`
  const device = deviceBytes(replica)
  if (device === undefined || !(device > 0)) return `the memory of ${accelerator.id} is not known`
  return undefined
}

const lengthProblem = (replica: Replica, { input, output }: RequestShape): string | undefined => {
  if (!(input >= 0 && output >= 0 && Number.isFinite(input + output)))
    return `a request of ${input} tokens in and ${output} out is impossible`
  const { contextTokens } = replica.model
  // A T5 has relative positions and two sequences: its context bounds each.
  const tokens = replica.model.kind === 'encoder-decoder' ? Math.max(input, output) : input + output
  return tokens > contextTokens
    ? `a request of ${count(input)} tokens in and ${count(output)} out is longer than the context of ${count(contextTokens)}`
    : undefined
}

/**
 * Requests that the cache holds at once, in whole blocks. Half of a completion is there on average, but long ones stay
 * longer: seen at any moment, exponential lengths are twice their mean.
 */
const cacheSlots = ({ engine }: Replica, { input, output }: RequestShape, kvTokens: Tokens): number =>
  kvTokens / (input + output + engine.blockTokens / 2)

/** A padded batch keeps room for every request's whole length; T5 models are served padded under every engine. */
const paddedSlots = ({ input, output }: RequestShape, kvTokens: Tokens): number =>
  kvTokens / (1.5 * Math.max(1, input + output))

/** Does it fit, and how many requests at once? */
export const fitOfReplica = (replica: Replica, shape: RequestShape): Fit => {
  const problem = mismatchOf(replica) ?? lengthProblem(replica, shape)
  if (problem !== undefined) return no(problem)
  const { model, engine, precision } = replica
  const longest = shape.input + shape.output
  const memory = memoryOf(replica, longest)
  if (memory.freeBytes <= 0) {
    return no(
      `needs ${gb(memory.weightBytes)} of weights in ${precision}; ${memoryText(replica, memory)}${remedyOf(replica)}`,
    )
  }
  if (model.kind === 'encoder') {
    const slots = Math.floor(memory.freeBytes / Math.max(1, encoderBytesPerSequence(replica, shape.input)))
    if (slots < 1)
      return no(
        `one request of ${count(shape.input)} tokens needs ${gb(encoderBytesPerSequence(replica, shape.input))} of activations beside ${gb(memory.weightBytes)} of weights; ${memoryText(replica, memory)}`,
      )
    return {
      fits: true,
      memory,
      slots: Math.min(slots, engine.maxSequences),
      bound: slots < engine.maxSequences ? 'memory' : 'engine',
    }
  }
  if (memory.kvTokens < longest) {
    return no(
      `beside ${gb(memory.weightBytes)} of weights in ${precision}, ${count(memory.kvTokens)} tokens of cache fit (${count(memory.kvBytesPerToken)} bytes each), a request needs ${count(longest)}; ${memoryText(replica, memory)}${remedyOf(replica)}`,
    )
  }
  const slots = Math.max(
    1,
    engine.scheduler === 'static-batch' || model.kind === 'encoder-decoder'
      ? paddedSlots(shape, memory.kvTokens)
      : cacheSlots(replica, shape, memory.kvTokens),
  )
  return {
    fits: true,
    memory,
    slots: Math.min(slots, engine.maxSequences),
    bound: slots < engine.maxSequences ? 'memory' : 'engine',
  }
}
