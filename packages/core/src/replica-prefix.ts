import type { Prefixes } from './replica-terms.ts'
import type { Tokens } from './units.ts'

/** Which leading tokens of prompts are still in the cache from others, as vLLM's automatic prefix caching keeps them. */
export type PrefixCache = {
  /** Tokens of this request's prompt that need not be computed; and its prefix is the last used from now on. */
  readonly use: (request: number, freeTokens: Tokens) => Tokens
}

/**
 * Leading blocks are kept, the least recently used going first, as long as the free part of the cache has room for them:
 * running requests come before remembered prefixes. A hit spares the computing; the memory of shared blocks is counted for
 * each request, which is on the safe side.
 */
export const prefixCache = ({ blocks, blockTokens }: Prefixes): PrefixCache => {
  // A set keeps the order of insertion: what is used again is put at the end.
  const kept = new Set<number>()
  const touch = (block: number): void => {
    kept.delete(block)
    kept.add(block)
  }
  const dropOldest = (room: number): void => {
    for (const oldest of kept) {
      if (kept.size <= room) return
      kept.delete(oldest)
    }
  }
  return {
    use: (request, freeTokens) => {
      const prefix = blocks[request] ?? []
      dropOldest(Math.floor(freeTokens / blockTokens))
      let hits = 0
      while (hits < prefix.length && kept.has(prefix[hits] ?? NaN)) hits++
      for (const block of prefix) touch(block)
      return hits * blockTokens
    },
  }
}
