import { createHash, randomBytes } from 'node:crypto'
import { InputError } from '@breakeven/core'
import type { Io } from '../io.ts'
import type { ServeFlags } from './flags.ts'

/** The key of the server behind, out of the environment: no flag shows it. */
export const upstreamKey = ({ upstreamKeyEnv }: ServeFlags, { env }: Io): string | undefined => {
  if (upstreamKeyEnv === undefined) return undefined
  const key = env[upstreamKeyEnv]
  if (key === undefined || key === '')
    throw new InputError(`--upstream-key-env: there is no environment variable ${upstreamKeyEnv}`, {
      hint: `export ${upstreamKeyEnv}=…`,
    })
  return key
}

export type Key = { readonly value: string; readonly made: boolean; readonly sha256: string }

/** Under which a key's calls are in the ledger. */
export const PROJECT = 'local'
const KEY_BYTES = 24

/** What callers must show: as given, or made. */
export const keyOf = ({ key }: ServeFlags, { env }: Io): Key => {
  const given = key ?? (env['BREAKEVEN_KEY'] || undefined)
  const value = given ?? `bk-${randomBytes(KEY_BYTES).toString('base64url')}`
  if (/[^\u0021-\u007E]/.test(value)) throw new InputError('a key has visible ASCII characters only, and no blanks')
  return { value, made: given === undefined, sha256: createHash('sha256').update(value).digest('hex') }
}
