import type { Accelerator, Engine, OpenModel, Precision } from './catalog.ts'
import type { Bytes, Seconds, Sure, Tokens } from './units.ts'

/** One replica: a model on one tensor-parallel group of accelerators under one engine. */
export type Replica = {
  readonly model: OpenModel
  readonly accelerator: Accelerator
  readonly tensorParallel: number
  readonly precision: Precision
  readonly engine: Engine
  /** RAM of the machine: the memory of a CPU replica. */
  readonly ramBytes?: Bytes
}

/** Mean prompt and completion of one request. */
export type RequestShape = { readonly input: Tokens; readonly output: Tokens }

/** The latency that a user must see: time to first token and seconds per further token. */
export type LatencyTarget = { readonly ttftSeconds: Seconds; readonly tpotSeconds: Seconds }

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
