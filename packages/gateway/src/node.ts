import type { Handler } from './http.ts'
import type { Limits } from './limits.ts'

export type NodeOptions = {
  /** Loopback unless told otherwise. */
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly limits?: Limits
}

export type Served = {
  /** As `http://127.0.0.1:4010`. */
  readonly url: string
  /** Takes no more requests, lets those under way end within `graceSeconds` (5), then cuts them off. */
  readonly close: (graceSeconds?: number) => Promise<void>
}

export type ServeNode = (handler: Handler, options?: NodeOptions) => Promise<Served>
