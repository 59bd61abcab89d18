import type { Seconds, Tokens } from './units.ts'

/** Disjoint kinds of token: they add up. Reasoning is inside `output`. */
export type Meter = 'freshInput' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output'
export const METERS: readonly Meter[] = ['freshInput', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output']
export const INPUT_METERS: readonly Meter[] = ['freshInput', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h']

/** Tokens by meter. Absent = not reported, never zero. */
export type Usage = Readonly<Partial<Record<Meter, Tokens>>>
/** Tokens by meter, all of them known. */
export type FullUsage = Readonly<Record<Meter, Tokens>>

export type Task = 'generate' | 'embed' | 'classify'
export type CallStatus = 'ok' | 'aborted' | 'error'
/** The service tier that was served. Absent means standard. */
export type Tier = 'standard' | 'batch' | 'flex' | 'priority'

/** What a call and a bucket both say of where their tokens went. */
type Attribution = {
  readonly model?: string
  readonly provider?: string
  readonly task: Task
  readonly tier?: Tier
  readonly project?: string
}

/** One request. `prefixBlocks` are ids of the leading prompt blocks, equal where prompts share a prefix. */
export type Call = Attribution & {
  readonly kind: 'call'
  readonly at: Seconds
  readonly endAt?: Seconds
  readonly status: CallStatus
  readonly usage: Usage
  readonly prefixBlocks?: readonly number[]
}

/** A sum over an interval: many exports hold these in place of calls. Absent `requests` = not reported. */
export type Bucket = Attribution & {
  readonly kind: 'bucket'
  readonly from: Seconds
  readonly to: Seconds
  readonly requests?: number
  readonly usage: Usage
}

export type Row = Call | Bucket

/** All prompt tokens, cached ones included; meters that were not reported count as none. */
export const inputTokensOf = (usage: Usage): Tokens =>
  (usage.freshInput ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0)

export const NO_USAGE: FullUsage = { freshInput: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }
