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

/** What a call and a bucket both say, without keys for what is not known. */
export const attributionOf = ({
  model,
  provider,
  project,
  tier,
  task = 'generate',
}: Omit<CallFacts, 'at' | 'usage'>): Pick<Call, 'model' | 'provider' | 'project' | 'tier' | 'task'> => ({
  ...(model === undefined ? {} : { model }),
  ...(provider === undefined ? {} : { provider }),
  ...(project === undefined ? {} : { project }),
  ...(tier === undefined ? {} : { tier }),
  task,
})

/** An end before the start is a clock's mistake, and says nothing. */
export const callOf = (facts: CallFacts): Call => ({
  kind: 'call',
  ...attributionOf(facts),
  at: facts.at,
  ...(facts.endAt !== undefined && facts.endAt >= facts.at ? { endAt: facts.endAt } : {}),
  status: facts.status ?? 'ok',
  usage: facts.usage,
})

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
