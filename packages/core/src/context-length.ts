import type { ApiModel } from './catalog.ts'
import { thresholdsOf } from './price.ts'
import type { Tokens } from './units.ts'
import type { Workload } from './workload.ts'

/** A few overlong prompts are a note for the user's engineers; more than this share rules a model out. */
const OVERLONG_SHARE = 0.01

/** What any model that is sold for text reads today; of one whose limit nobody wrote down, no more is taken for granted. */
const SURELY_READ_TOKENS = 8192

/** Whole lengths of requests, longest first, with the share of requests at least that long. */
export type SortedLengths = readonly { readonly tokens: Tokens; readonly share: number }[]

export const sortLengths = ({ lengths }: Workload): SortedLengths => {
  const all = lengths.reduce((sum, { weight }) => sum + weight, 0)
  let over = 0
  return lengths
    .map(({ input, output, weight }) => ({ tokens: input + output, weight }))
    .toSorted((a, b) => b.tokens - a.tokens)
    .map(({ tokens, weight }) => {
      over += weight
      return { tokens, share: over / all }
    })
}

/** The share of requests longer than this, where it is more than a few. */
const shareOver = (lengths: SortedLengths, tokens: Tokens): number | undefined => {
  const [longest] = lengths
  if (longest === undefined || longest.tokens <= tokens) return undefined
  let last = 0
  for (let from = 0, to = lengths.length; from < to;) {
    const middle = (from + to) >> 1
    if (lengths[middle]!.tokens > tokens) from = (last = middle) + 1
    else to = middle
  }
  const { share } = lengths[last]!
  return share <= OVERLONG_SHARE ? undefined : share
}

const tokensText = (tokens: Tokens): string => Math.round(tokens).toLocaleString('en-US')
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** Whether a model reads these requests: `no` rules it out, `unknown` sets it apart. */
export type Reads = { readonly reads: 'yes' } | { readonly reads: 'no' | 'unknown'; readonly reason: string }

/** By the seller's own limit, else that of the open weights it serves. */
export const readsRequests = (
  model: ApiModel,
  lengths: SortedLengths,
  openContexts: ReadonlyMap<string, Tokens>,
): Reads => {
  const open = model.openModel === undefined ? undefined : openContexts.get(model.openModel)
  const stated = model.contextTokens ?? open
  // A price for prompts above a length shows that prompts may be as long.
  const tokens = stated ?? Math.max(SURELY_READ_TOKENS, ...thresholdsOf(model))
  const share = shareOver(lengths, tokens)
  if (share === undefined) return { reads: 'yes' }
  const longer = `${percent(share)} of requests are longer`
  return stated === undefined
    ? {
        reads: 'unknown',
        reason: `no seller states how much it reads, and ${longer} than ${tokensText(tokens)} tokens`,
      }
    : {
        reads: 'no',
        reason: `its context is ${tokensText(tokens)} tokens: ${longer} (to ${tokensText(lengths[0]?.tokens ?? 0)})`,
      }
}
