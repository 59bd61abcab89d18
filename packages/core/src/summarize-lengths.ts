import type { Seconds, Tokens } from './units.ts'
import type { LengthSample } from './workload.ts'

/** Length pairs kept for simulation. */
export const LENGTHS_KEPT = 4096

/** Odd numbers of mixed bits: 2^32 over the golden ratio, and primes of xxHash (github.com/Cyan4973/xxHash, BSD-2). */
export const HASH_FACTORS = {
  at: 2_654_435_761,
  input: 2_246_822_519,
  output: 3_266_489_917,
  mix: 668_265_263,
} as const

/** A number below 2^32 that depends on the call alone: the smallest of them are a fair sample that no order of rows changes. */
const sampleHash = (at: Seconds, input: Tokens, output: Tokens): number => {
  const mixed =
    Math.imul(Math.floor(at), HASH_FACTORS.at) +
    Math.imul(input, HASH_FACTORS.input) +
    Math.imul(output, HASH_FACTORS.output)
  const folded = (mixed >>> 0) ^ ((mixed >>> 0) >>> 15)
  const again = Math.imul(folded, HASH_FACTORS.mix) >>> 0
  return (again ^ (again >>> 13)) >>> 0
}

type Drawn = { readonly hash: number; readonly input: Tokens; readonly output: Tokens }

const byHash = (a: Drawn, b: Drawn): number => a.hash - b.hash || a.input - b.input || a.output - b.output

/** Keeps the pairs with the smallest hashes, in memory that does not grow with their number. */
export const newLengthSample = (): {
  readonly add: (at: Seconds, input: Tokens, output: Tokens) => void
  /** The sample, standing for this many calls. */
  readonly of: (calls: number) => readonly LengthSample[]
} => {
  let drawn: Drawn[] = []
  let most = Number.POSITIVE_INFINITY
  const cut = (): void => {
    drawn = drawn.toSorted(byHash).slice(0, LENGTHS_KEPT)
  }
  return {
    add: (at, input, output) => {
      const hash = sampleHash(at, input, output)
      if (hash > most) return
      drawn.push({ hash, input, output })
      if (drawn.length < LENGTHS_KEPT * 2) return
      cut()
      most = drawn.at(-1)!.hash
    },
    of: (calls) => {
      cut()
      const weight = calls / Math.max(1, drawn.length)
      return drawn.map(({ input, output }) => ({ input, output, weight }))
    },
  }
}
