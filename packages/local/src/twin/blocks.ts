import type { Tokens } from '@breakeven/core'
import { utf8 } from '../answer.ts'
import { BYTES_PER_TOKEN } from './tokens.ts'

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/): offset basis and prime; a second basis for the other half. */
const BASIS = 0x811c9dc5
const OTHER_BASIS = 0x01000193 ^ 0x5bd1e995
const PRIME = 0x01000193
/** 32 bits of the one and 21 of the other are the 53 that a number holds exactly. */
const OTHER_BITS = 21

/**
 * Ids of a prompt's leading blocks, equal where two prompts are equal up to the block's end: what an engine with a prefix
 * cache would find there. The text is hashed as it is written, so that chats which go on share what went before.
 */
export const blocksOf =
  (prompt: unknown): ((blockTokens: Tokens) => readonly number[]) =>
  (blockTokens) => {
    const bytes = utf8(typeof prompt === 'string' ? prompt : (JSON.stringify(prompt) ?? ''))
    const size = Math.max(1, blockTokens * BYTES_PER_TOKEN)
    const ids: number[] = []
    let [one, other] = [BASIS, OTHER_BASIS]
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      one = Math.imul(one ^ byte, PRIME)
      other = Math.imul(other ^ byte ^ 0x55, PRIME)
      if ((at + 1) % size === 0) ids.push((one >>> 0) * 2 ** OTHER_BITS + (other >>> (32 - OTHER_BITS)))
    }
    return ids
  }
