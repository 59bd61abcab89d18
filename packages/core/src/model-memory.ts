import type { Replica } from './model.ts'
import { bytesPerActivation, kvBytesPerToken, weightBytes } from './model.ts'
import { BYTES_PER_GB } from './units.ts'
import type { Bytes, Tokens } from './units.ts'

/** What a replica's memory holds. All bytes are for the whole tensor-parallel group. */
export type Memory = {
  /** What the devices really show, all of them together. */
  readonly usableBytes: Bytes
  readonly weightBytes: Bytes
  readonly overheadBytes: Bytes
  readonly kvBytesPerToken: Bytes
  /** Left for the cache; negative: the weights do not fit. */
  readonly freeBytes: Bytes
  /** Whole blocks only; 0 for encoders and for what does not fit. */
  readonly kvTokens: Tokens
}

const MAX_VOCABULARY_OVERHEAD = 1.3 * BYTES_PER_GB
/** Below this vocabulary a second rank shows up as 0.3 GB of its own (one row: Yi-34B TP2). */
const LARGE_VOCABULARY = 128_000
const CPU_OVERHEAD = 0.5 * BYTES_PER_GB

/**
 * Bytes beside weights and cache on one device: activations at their peak, CUDA context, captured graphs.
 * Fitted to nine start-ups of vLLM 0.15 to 0.19 (inference-sim/inference-sim, casys-kaist/LLMServingSim), all within 0.35 GB.
 */
const overheadBytesPerDevice = ({ model, accelerator, engine, tensorParallel }: Replica): Bytes => {
  if (accelerator.kind === 'cpu') return CPU_OVERHEAD
  const logits = Math.min(MAX_VOCABULARY_OVERHEAD, (0.2 + 7.5e-6 * model.vocabulary) * BYTES_PER_GB)
  const ranks = tensorParallel > 1 && model.vocabulary < LARGE_VOCABULARY ? 0.3 * BYTES_PER_GB : 0
  const batch = (0.04 * BYTES_PER_GB * Math.max(0, engine.maxBatchedTokens - 2048)) / 1024
  return logits + ranks + batch
}

/** Memory of one device: what the accelerator shows, or the machine's RAM for a CPU. */
export const deviceBytes = ({ accelerator, ramBytes }: Replica): Bytes | undefined =>
  accelerator.usableBytes ?? (accelerator.kind === 'cpu' ? ramBytes : undefined)

/**
 * Where a replica's memory goes, vLLM's sum: share x memory - weights - overhead, the rest is cache in whole blocks;
 * TensorRT-LLM takes its share of what is left after weights and overhead.
 * @param context mean tokens a sequence holds, for models with sliding windows
 */
export const memoryOf = (replica: Replica, context: Tokens = 0): Memory => {
  const { model, precision, tensorParallel, engine } = replica
  const usableBytes = (deviceBytes(replica) ?? 0) * tensorParallel
  const weights = weightBytes(model, precision, replica.attention === 'data-parallel' ? tensorParallel : 1)
  const overheadBytes = overheadBytesPerDevice(replica) * tensorParallel
  const perToken = kvBytesPerToken(replica, context)
  const freeBytes = engine.sharesFreeMemory
    ? (usableBytes - weights - overheadBytes) * engine.memoryShare
    : usableBytes * engine.memoryShare - weights - overheadBytes
  const blocks = perToken > 0 && freeBytes > 0 ? Math.floor(freeBytes / perToken / engine.blockTokens) : 0
  return {
    usableBytes,
    weightBytes: weights,
    overheadBytes,
    kvBytesPerToken: perToken,
    freeBytes,
    kvTokens: blocks * engine.blockTokens,
  }
}

/** Activations of one sequence in one encoder layer: scores of all heads and the widest matrix. */
export const encoderBytesPerSequence = ({ model, precision }: Replica, tokens: Tokens): Bytes =>
  bytesPerActivation(precision) * tokens * (2 * model.heads * tokens + 4 * model.hidden + 2 * model.ffn)
