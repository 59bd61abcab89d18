import type { Call, CallStatus, Task, Tier, Usage } from '@breakeven/core'

type Known<T> = T | undefined

export type CallFacts = {
  readonly at: number
  readonly endAt?: Known<number>
  readonly status?: CallStatus
  readonly task?: Task
  readonly model?: Known<string>
  readonly provider?: Known<string>
  readonly project?: Known<string>
  readonly tier?: Known<Tier>
  readonly usage: Usage
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Attribution = Pick<Call, 'model' | 'provider' | 'project' | 'tier' | 'task'>

const attribute = (
  to: Mutable<Attribution>,
  { model, provider, project, tier }: Omit<CallFacts, 'at' | 'usage'>,
): void => {
  if (model !== undefined) to.model = model
  if (provider !== undefined) to.provider = provider
  if (project !== undefined) to.project = project
  if (tier !== undefined) to.tier = tier
}

/** What a call and a bucket both say, without keys for what is not known. */
export const attributionOf = (facts: Omit<CallFacts, 'at' | 'usage'>): Attribution => {
  const attribution: Mutable<Attribution> = { task: facts.task ?? 'generate' }
  attribute(attribution, facts)
  return attribution
}

/** An end before the start is a clock's mistake, and says nothing. */
export const callOf = (facts: CallFacts): Call => {
  const { at, endAt, status = 'ok', task = 'generate', usage } = facts
  const call: Mutable<Call> = { kind: 'call', task, at, status, usage }
  if (endAt !== undefined && endAt >= at) call.endAt = endAt
  attribute(call, facts)
  return call
}

const TIERS: Readonly<Record<string, Tier>> = {
  batch: 'batch',
  flex: 'flex',
  flex_discount: 'flex',
  priority: 'priority',
  priority_on_demand: 'priority',
}

/** The tier a provider names; `default`, `standard`, `auto` and unknown names are the standard tier. */
export const tierOf = (name: string | undefined): Tier | undefined =>
  name === undefined ? undefined : TIERS[name.toLowerCase()]
