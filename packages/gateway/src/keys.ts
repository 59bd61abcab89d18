import { hash, timingSafeEqual } from 'node:crypto'
import type { GatewayConfig } from './config.ts'
import { Fault } from './fault.ts'

const HEX_LENGTH = 64
/** Enough of the hash to tell keys apart in a ledger, too little to be of use otherwise. */
const ID_LENGTH = 8

const shownKey = (headers: Readonly<Record<string, string>>): string | undefined => {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  return bearer ?? headers['x-api-key'] ?? headers['api-key']
}

/** Who calls, by the key that is shown. @throws Fault 401 */
export type Callers = (headers: Readonly<Record<string, string>>, caller: string | undefined) => string | undefined

/**
 * Keys are kept as hashes, and all of them are compared, each in constant time: neither a key nor its place in the
 * list shows in how long an answer takes.
 */
export const callersOf = ({ auth, keys }: Pick<GatewayConfig, 'auth' | 'keys'>): Callers => {
  const known = keys.map((key) => {
    const hex = key.slice(-HEX_LENGTH)
    return { digest: Buffer.from(hex, 'hex'), project: key.slice(0, -HEX_LENGTH - 1) || hex.slice(0, ID_LENGTH) }
  })
  return (headers, caller) => {
    if (auth === 'front') return caller
    const key = shownKey(headers)
    if (key === undefined)
      throw new Fault(401, 'No API key. Send it as: Authorization: Bearer KEY', { code: 'missing_api_key' })
    // By way of hex: asked for bytes, `hash` takes six times as long.
    const digest = Buffer.from(hash('sha256', key), 'hex')
    let project: string | undefined
    for (const one of known) if (timingSafeEqual(digest, one.digest)) project = one.project
    if (project === undefined) throw new Fault(401, 'This API key is not known here.', { code: 'invalid_api_key' })
    return project
  }
}
