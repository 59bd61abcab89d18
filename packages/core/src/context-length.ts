import type { ApiModel, Catalog } from './catalog.ts'
import { withoutDate } from './model-index.ts'
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

/** How much a model reads: `stated` by someone, or at least known to be no less. */
type Context = { readonly tokens: Tokens; readonly stated: boolean }
export type ContextBook = ReadonlyMap<ApiModel, Context>

/** `accounts/fireworks/models/Llama-3:free` and `llama-3` are one name. */
const bareName = ({ model }: ApiModel): string => (model.split('/').at(-1) ?? model).toLowerCase().replace(/:.*$/, '')

const makeBook = ({ apiModels, openModels }: Pick<Catalog, 'apiModels' | 'openModels'>): ContextBook => {
  const ofOpenModel = new Map(openModels.map(({ id, contextTokens }) => [id, contextTokens]))
  const ofName = new Map<string, Tokens>()
  for (const model of apiModels) {
    const { contextTokens } = model
    if (contextTokens === undefined) continue
    const name = bareName(model)
    for (const key of new Set([name, withoutDate(name)])) ofName.set(key, Math.max(ofName.get(key) ?? 0, contextTokens))
  }
  /** The seller's own limit, else that of the open model it serves, else the longest stated of a model of the same name. */
  const statedOf = (model: ApiModel): Tokens | undefined => {
    const own = model.contextTokens ?? (model.openModel === undefined ? undefined : ofOpenModel.get(model.openModel))
    return own ?? ofName.get(bareName(model)) ?? ofName.get(withoutDate(bareName(model)))
  }
  return new Map(
    apiModels.map((model) => {
      const stated = statedOf(model)
      // A price for prompts above a length shows that prompts may be as long.
      const least = Math.max(SURELY_READ_TOKENS, ...thresholdsOf(model))
      return [model, stated === undefined ? { tokens: least, stated: false } : { tokens: stated, stated: true }]
    }),
  )
}

const books = new WeakMap<readonly ApiModel[], ContextBook>()
/** What models read, by all that the catalogue knows of them; worked out once a catalogue. */
export const contextBook = (catalog: Pick<Catalog, 'apiModels' | 'openModels'>): ContextBook => {
  const known = books.get(catalog.apiModels) ?? makeBook(catalog)
  books.set(catalog.apiModels, known)
  return known
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

export const readsRequests = (book: ContextBook, lengths: SortedLengths, model: ApiModel): Reads => {
  const { tokens, stated } = book.get(model) ?? { tokens: model.contextTokens ?? SURELY_READ_TOKENS, stated: false }
  const share = shareOver(lengths, tokens)
  if (share === undefined) return { reads: 'yes' }
  const longer = `${percent(share)} of requests are longer`
  return stated
    ? {
        reads: 'no',
        reason: `its context is ${tokensText(tokens)} tokens: ${longer} (to ${tokensText(lengths[0]?.tokens ?? 0)})`,
      }
    : {
        reads: 'unknown',
        reason: `no seller states how much it reads, and ${longer} than ${tokensText(tokens)} tokens`,
      }
}
