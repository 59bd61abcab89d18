import type { Latencies, Replica, Slo, Workload } from '@breakeven/core'

export type SimulateRequest = {
  readonly replica: Replica
  readonly replicas: number
  readonly slo: Slo
  readonly workload: Workload
  readonly peakRequestsPerSecond?: number
}

export type Simulated = {
  readonly kind: 'simulated'
  readonly latencies: Latencies
  readonly holds: boolean
  readonly origin: 'watched' | 'peak'
  /** Replicas that each hour would need, where hours were watched. */
  readonly hourly?: { readonly startAt: number; readonly byHour: readonly number[]; readonly replicaHours: number }
}

export type SimulateReply = Simulated | { readonly kind: 'not-simulated'; readonly reason: string }
