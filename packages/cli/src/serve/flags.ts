import type { HostChoice, Seconds } from '@breakeven/core'

/** What `breakeven serve` was asked, parsed one by one. */
export type ServeFlags = {
  readonly upstream?: string
  readonly upstreamKeyEnv?: string
  readonly model?: string
  readonly twin?: readonly HostChoice[]
  readonly outputTokens: number
  readonly replicas?: number
  readonly local: boolean
  readonly front?: 'rest' | 'http'
  readonly requestsPerSecond?: number
  readonly startsIn?: Seconds
  readonly labels?: string
  readonly config?: string
  readonly key?: string
  readonly ledger: string
  readonly port: number
  readonly host: string
  readonly calls: boolean
  readonly quiet: boolean
}
