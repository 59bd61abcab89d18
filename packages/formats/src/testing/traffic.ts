/** One call of the traffic that every sample file holds. Input includes its cached parts, output its reasoning. */
export type BaseCall = {
  readonly at: number
  readonly seconds: number
  readonly model: string
  readonly input: number
  readonly cacheRead: number
  readonly write5m: number
  readonly write1h: number
  readonly output: number
  readonly reasoning: number
}

const SHAPES: readonly Omit<BaseCall, 'at' | 'seconds'>[] = [
  { model: 'gpt-5-mini', input: 500, cacheRead: 0, write5m: 0, write1h: 0, output: 40, reasoning: 0 },
  { model: 'gpt-5-mini', input: 4000, cacheRead: 3072, write5m: 0, write1h: 0, output: 300, reasoning: 100 },
  { model: 'claude-sonnet-4-5', input: 9000, cacheRead: 6000, write5m: 1000, write1h: 0, output: 700, reasoning: 0 },
  { model: 'claude-sonnet-4-5', input: 20_000, cacheRead: 18_000, write5m: 0, write1h: 500, output: 90, reasoning: 0 },
]

/** 2026-09-14T08:00:00Z, a Monday. */
export const START = 1_789_372_800

/** 24 calls, 6 of each shape, one every 75 seconds, the first four a second apart. */
export const BASE: readonly BaseCall[] = Array.from({ length: 24 }, (_, i) => {
  const shape = SHAPES[i % SHAPES.length]!
  return { ...shape, input: shape.input + i, at: START + (i < 4 ? i : 75 * i), seconds: 0.5 + shape.output / 100 }
})

/**
 * By hand: input 6 * (500 + 4000 + 9000 + 20000) + (0 + 1 + … + 23 = 276) = 201,276;
 * cache read 6 * (3072 + 6000 + 18000) = 162,432; written 6 * 1000 for five minutes and 6 * 500 for an hour;
 * output 6 * (40 + 300 + 700 + 90) = 6,780; reasoning 6 * 100.
 */
export const TOTALS = {
  requests: 24,
  input: 201_276,
  cacheRead: 162_432,
  cacheWrite: 9000,
  output: 6780,
  reasoning: 600,
} as const

export const iso = (at: number): string => new Date(at * 1000).toISOString()
