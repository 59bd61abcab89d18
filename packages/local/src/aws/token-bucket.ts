import type { Seconds } from '@breakeven/core'

/** A usage plan's throttle: so many requests a second on average, so many at once. */
export type Throttle = { readonly requestsPerSecond: number; readonly burst: number }

/** Asked for a token at a moment: 0 where there is one, else the seconds until there will be. */
export type TokenBucket = (at: Seconds) => Seconds

/** A full bucket of `burst` tokens, filled at the rate, never above `burst` (API Gateway throttles by this algorithm). */
export const tokenBucket = ({ requestsPerSecond, burst }: Throttle): TokenBucket => {
  let tokens = burst
  let filledAt: Seconds | undefined
  return (at) => {
    tokens = Math.min(burst, tokens + (at - (filledAt ?? at)) * requestsPerSecond)
    filledAt = at
    if (tokens < 1) return (1 - tokens) / requestsPerSecond
    tokens -= 1
    return 0
  }
}
