import type { Seconds, Tokens } from './units.ts'
import type { FullUsage, Task, Tier } from './usage.ts'

/** Prices change with the half hour at the finest: DeepSeek's off-peak began at 16:30 UTC. */
export const SECONDS_PER_SLOT = 1800

/** Where tokens went: one model in one tier and project. */
export type Group = {
  readonly model?: string
  readonly provider?: string
  readonly tier: Tier
  readonly project?: string
  readonly task: Task
}

/**
 * One cell of the usage cube: what one group sent in one half hour with prompts of one length segment.
 * Every price is linear inside a cell, so pricing the cell's sums is pricing each of its calls.
 */
export type Cell = {
  /** Index into `Workload.groups`. */
  readonly group: number
  /** Half hours since 1970 UTC; absent where traffic was given as numbers. */
  readonly slot?: number
  /** Prompts longer than `edges[segment - 1]` and at most `edges[segment]` tokens; absent where only sums are known (buckets). */
  readonly segment?: number
  /** Absent: not reported. */
  readonly requests?: number
  /** Sums of what was reported. */
  readonly usage: FullUsage
}

/** A length pair that stands for `weight` requests. */
export type LengthSample = { readonly input: Tokens; readonly output: Tokens; readonly weight: number }

/** Requests by minute over the watched time, gaps included as zero. */
export type Arrivals = { readonly startAt: Seconds; readonly stepSeconds: number; readonly requests: Float64Array }

/** Traffic, compact, and exact for pricing. */
export type Workload = {
  readonly groups: readonly Group[]
  /** Ascending prompt lengths at which any price may change; the last segment has no end. */
  readonly edges: readonly Tokens[]
  readonly cells: readonly Cell[]
  /** Absent: traffic given as numbers or as buckets of an hour or more. */
  readonly arrivals?: Arrivals
  readonly lengths: readonly LengthSample[]
  /** Absent: no file said how many requests there were; the axis is then tokens per day. */
  readonly requests?: number
  readonly usage: FullUsage
  /** Requests that reported their prompt and their answer, where some did not: a mean is over these, never over all. */
  readonly reporting?: { readonly input: number; readonly output: number }
  /** Rows that did not report all their tokens: the sums are "at least". */
  readonly rowsWithoutUsage: number
  readonly errors: number
  readonly aborted: number
  readonly firstAt?: Seconds
  readonly lastAt?: Seconds
  /** The resolution of the clock, or the width of the buckets; numbers: a day. */
  readonly grainSeconds: Seconds
  /** First to last row plus one grain; divides every sum into a rate. */
  readonly watchedSeconds: Seconds
  /** Where the volume was given beside the files: the requests a day that the files themselves come to. */
  readonly ownRequestsPerDay?: number
  /** Peak rate over mean rate, and where it comes from. */
  readonly peak: {
    readonly factor: number
    readonly low: number
    readonly high: number
    readonly origin: 'observed' | 'assumed' | 'given'
  }
}
