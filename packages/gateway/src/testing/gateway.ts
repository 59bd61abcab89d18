import { createHash } from 'node:crypto'
import { type GatewayConfig, readConfig } from '../config.ts'
import { createHandler } from '../handler.ts'
import type { GatewayResponse, Handler } from '../http.ts'
import type { Ledger, LedgerEntry } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { nodeSenders } from '../node.ts'
import type { Senders } from '../upstream.ts'

export const KEY = 'sk-a-key-of-the-tests'
export const AUTHORIZED = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
export const keyHash = (key: string): string => createHash('sha256').update(key).digest('hex')

/** Keeps entries in memory. */
export const memoryLedger = (): Ledger & { readonly entries: LedgerEntry[] } => {
  const entries: LedgerEntry[] = []
  return {
    entries,
    append: async (entry) => {
      entries.push(entry)
    },
  }
}

export type Gateway = {
  readonly handler: Handler
  readonly config: GatewayConfig
  readonly entries: readonly LedgerEntry[]
  readonly faults: readonly unknown[]
}

/** A gateway to one upstream, with a ledger in memory. */
export const gatewayTo = (
  upstream: object,
  { limits = {}, send = nodeSenders() }: { limits?: Partial<Limits>; send?: Senders } = {},
): Gateway => {
  const config = readConfig({ models: { m: upstream }, keys: [`team:${keyHash(KEY)}`], limits })
  const ledger = memoryLedger()
  const faults: unknown[] = []
  const handler = createHandler(config, {
    ledger,
    clock: () => Date.now() / 1000,
    send,
    onFault: (error) => faults.push(error),
  })
  return { handler, config, entries: ledger.entries, faults }
}

const encoder = new TextEncoder()
export const bytes = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : encoder.encode(typeof value === 'string' ? value : JSON.stringify(value))

export const textOf = async ({ body }: GatewayResponse): Promise<string> => {
  const pieces: Uint8Array[] = []
  for await (const piece of body instanceof Uint8Array ? [body] : body) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

/** Asks for a chat, and reads the answer to its end. */
export const ask = async (
  { handler }: Gateway,
  body: unknown = { model: 'm', messages: [] },
  path = '/v1/chat/completions',
): Promise<{ status: number; headers: Readonly<Record<string, string>>; text: string }> => {
  const answer = await handler({ method: 'POST', path, headers: AUTHORIZED, body: bytes(body) })
  return { status: answer.status, headers: answer.headers, text: await textOf(answer) }
}
