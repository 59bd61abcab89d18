import type { Bytes, Seconds } from '@breakeven/core'
import { InputError } from '@breakeven/core'
import { isObject, only } from './value.ts'

/** What one caller may cost us. */
export type Limits = {
  /** A request's body; more is 413. API Gateway itself takes 10 MB. */
  readonly bodyBytes: Bytes
  /** The bodies of all requests at a time, on one server; more is 503 with Retry-After. */
  readonly heldBytes: Bytes
  /** A request's line and headers together; more is 431. */
  readonly headerBytes: Bytes
  /** An answer that is not streamed; more is 502. */
  readonly answerBytes: Bytes
  /** Calls upstream at a time; more is 503 with Retry-After. */
  readonly calls: number
  /** In which a client must have sent its request; else it is cut off. */
  readonly requestSeconds: Seconds
  /** In which a client must take what waits for it; else it is cut off, and the call upstream stopped. */
  readonly stallSeconds: Seconds
  /** Until the upstream begins to answer; else 504. */
  readonly answerSeconds: Seconds
  /** Between two pieces of the upstream's answer. */
  readonly idleSeconds: Seconds
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 10 * 1024 * 1024,
  heldBytes: 256 * 1024 * 1024,
  headerBytes: 16 * 1024,
  answerBytes: 64 * 1024 * 1024,
  calls: 1024,
  requestSeconds: 30,
  stallSeconds: 30,
  // What OpenAI's own clients wait by default.
  answerSeconds: 600,
  idleSeconds: 120,
}

/** The given limits over the usual ones. @throws InputError for what is no positive number. */
export const readLimits = (value: unknown): Limits => {
  if (!isObject(value)) throw new InputError('limits is no object.', { key: 'limits' })
  only(value, Object.keys(DEFAULT_LIMITS), 'limits')
  for (const [name, limit] of Object.entries(value))
    if (typeof limit !== 'number' || !(limit > 0) || !Number.isFinite(limit))
      throw new InputError(`limits.${name} is no positive number.`, { key: `limits.${name}` })
  return { ...DEFAULT_LIMITS, ...value }
}
