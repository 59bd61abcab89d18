import type { Sure } from '@breakeven/core'

/** The fuller the mark, the surer the figure. */
export const SURE_MARK: Readonly<Record<Sure, string>> = {
  published: '●',
  measured: '◕',
  derived: '◑',
  recalled: '◔',
  assumed: '○',
  'formula-only': '◌',
}

/** What each grade means, for legends. */
export const SURE_MEANING: Readonly<Record<Sure, string>> = {
  published: 'published by the seller',
  measured: 'measured by someone who ran it',
  derived: 'derived from published figures',
  recalled: 'recalled, to be checked',
  assumed: 'assumed for want of data',
  'formula-only': 'computed, without any measured backing',
}
