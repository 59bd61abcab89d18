import type { Comparison } from '@breakeven/core'
import { percentText } from './numbers.ts'

/** What the log names and has no price, with its share of all and, where the catalogue is not to blame, whose bill it is. */
export const unpricedText = (
  { model, share, reason }: Comparison['unpriced'][number],
  /** As written where there is much room, or little. */
  tokens: string,
): string => `${model}: ${tokens} tokens, ${percentText(share)} of all${reason === undefined ? '' : `; ${reason}`}`
