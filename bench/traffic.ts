import type { Call } from '@breakeven/core'

/** A small generator of equal numbers for equal seeds (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Calls of one month with lengths over three decades, a fifth of the prompt cached: made one at a time, never all kept. */
export function* madeCalls(count: number, seed = 1): Generator<Call> {
  const random = randomFrom(seed)
  const from = Date.parse('2026-10-01T00:00:00Z') / 1000
  for (let nth = 0; nth < count; nth += 1) {
    const input = Math.round(10 ** (1.5 + 4 * random()))
    const cacheRead = random() < 0.2 ? Math.floor(input / 2) : 0
    yield {
      kind: 'call',
      at: from + (nth * 31 * 86_400) / count,
      status: 'ok',
      task: 'generate',
      usage: { freshInput: input - cacheRead, cacheRead, output: Math.round(10 ** (1 + 2.5 * random())) },
    }
  }
}
