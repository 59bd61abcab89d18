import type { Seconds, Tokens } from './units.ts'
import type { CallStatus, Task, Tier, Usage } from './usage.ts'

/** When a call came and how long it was: what the sample of lengths is drawn from. */
export type SampledCall = { readonly at: Seconds; readonly input: Tokens; readonly output: Tokens }

/** Calls of one group in one half hour, with prompts of one segment, already added up. */
export type CallSum = {
  readonly model?: string
  readonly provider?: string
  readonly task: Task
  readonly tier?: Tier
  readonly project?: string
  readonly status: CallStatus
  /** Half hours since 1970 UTC. */
  readonly slot: number
  /** How many calls of the group came in each of its thirty minutes, whatever their prompts; empty in all but one sum of a half hour. */
  readonly minutes: readonly number[]
  /** Index into the segments of the edges. */
  readonly segment: number
  readonly calls: number
  /** Those of them that did not report all their tokens. */
  readonly withoutUsage: number
  /** Sums of what was reported. */
  readonly usage: Usage
  readonly firstAt: Seconds
  readonly lastAt: Seconds
  /** Every time is a multiple of it: 60, 1, 0.001 or 0.000001. */
  readonly clockSeconds: Seconds
  /** At least those of its calls whose hash (summarize-lengths.ts) is among the smallest of the whole traffic. */
  readonly sample: readonly SampledCall[]
}
