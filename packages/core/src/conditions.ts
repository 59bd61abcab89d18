import type { Capacity } from './capacity.ts'
import type { CapabilityClass, Precision, Purchase } from './catalog.ts'
import type { Front, ReplicaPolicy } from './option.ts'
import type { IsoDate, Seconds, Usd } from './units.ts'
import type { Task } from './usage.ts'

/** A named hosted option: a model on a machine, a model on any, any model on a machine; perhaps how it is run there. */
export type HostChoice = {
  readonly model?: string
  readonly instance?: string
  readonly precision?: Precision
  readonly tensorParallel?: number
}

/** Everything a comparison is made under, all of it handed in. */
export type Conditions = {
  readonly on: IsoDate
  readonly region: string
  /** Named API models (`openai/gpt-4o`, or a bare name); empty: the field. */
  readonly api: readonly string[]
  /** Named hosted options; empty: the field. */
  readonly host: readonly HostChoice[]
  /** The renter of a hybrid's overflow; absent: the cheapest one of the same open model. */
  readonly overflow?: string
  readonly class?: CapabilityClass
  readonly task?: Task
  readonly ttftSeconds: Seconds
  readonly tpotSeconds: Seconds
  readonly purchase: Purchase
  readonly replicas: ReplicaPolicy
  /** Absent: REST with streaming for generation, HTTP API for encoders. */
  readonly front?: Front
  readonly precision?: Precision
  readonly outputRatio: number
  /** Capacity of the best hosted options: by formula alone, or simulated in a second look. */
  readonly estimate: 'closed-form' | 'simulated'
  /** Share of a replica's sustainable rate that the peak may use. */
  readonly utilisation: number
  readonly lambdaMemoryGb: number
  readonly people: { readonly hoursPerMonth: number; readonly usdPerHour: Usd }
  readonly fineTuning: { readonly hours: number; readonly months: number }
  /** What the user says they paid over the watched time. */
  readonly billUsd?: Usd
}

export const DEFAULT_CONDITIONS: Omit<Conditions, 'on'> = {
  region: 'us-east-1',
  api: [],
  host: [],
  ttftSeconds: 2,
  tpotSeconds: 0.1,
  purchase: 'on-demand',
  replicas: 'fixed',
  outputRatio: 1,
  estimate: 'closed-form',
  utilisation: 0.85,
  lambdaMemoryGb: 0.125,
  people: { hoursPerMonth: 0, usdPerHour: 0 },
  fineTuning: { hours: 0, months: 12 },
}

export type FittingCapacity = Extract<Capacity, { fits: true }>
