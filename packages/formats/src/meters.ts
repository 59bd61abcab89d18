import type { Usage } from '@breakeven/core'

type Reported = number | undefined

/** Leaves out what was not reported: absent is not zero. */
export const usageOf = (meters: {
  freshInput?: Reported
  cacheRead?: Reported
  cacheWrite5m?: Reported
  cacheWrite1h?: Reported
  output?: Reported
}): Usage => {
  const usage: { -readonly [M in keyof Usage]: Usage[M] } = {}
  if (meters.freshInput !== undefined) usage.freshInput = meters.freshInput
  if (meters.cacheRead !== undefined) usage.cacheRead = meters.cacheRead
  if (meters.cacheWrite5m !== undefined) usage.cacheWrite5m = meters.cacheWrite5m
  if (meters.cacheWrite1h !== undefined) usage.cacheWrite1h = meters.cacheWrite1h
  if (meters.output !== undefined) usage.output = meters.output
  return usage
}

/**
 * Fresh input where the file's input includes cached tokens. A number below its cached part can only have been
 * written without it (LiteLLM changed sides between versions), and is then fresh input already.
 */
export const freshOf = (input: Reported, cacheRead: Reported, cacheWrite: Reported): Reported => {
  if (input === undefined) return undefined
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0)
  return input < cached ? input : input - cached
}
