import type { ApiModel, Catalog, TokenizerFamily } from './catalog.ts'
import { thresholdsOf } from './price.ts'
import type { Tokens } from './units.ts'

/** How many tokens of the target one token of the source comes to, with a band. */
export type TokenRatio = { readonly base: number; readonly low: number; readonly high: number }

export const SAME_TOKENS: TokenRatio = { base: 1, low: 1, high: 1 }

const findFamily = (families: readonly TokenizerFamily[], id: string | undefined): TokenizerFamily | undefined =>
  families.find((family) => family.id === id)

/**
 * Tokens are not portable: the same text in another family's tokens. Both ratios are against one reference
 * family, so their quotient converts; the band is the widest quotient. Within one family, or where either is unknown, 1.
 */
export const tokenRatioOf = (
  families: readonly TokenizerFamily[],
  source: string | undefined,
  target: string | undefined,
): TokenRatio => {
  if (source === target) return SAME_TOKENS
  const from = findFamily(families, source)
  const to = findFamily(families, target)
  if (from === undefined || to === undefined) return SAME_TOKENS
  return { base: to.ratio / from.ratio, low: to.low / from.high, high: to.high / from.low }
}

/**
 * The edges of the usage cube: every prompt length, in any source's tokens, at which any price of the catalogue
 * changes. A threshold of 200,000 target tokens is 200,000 / ratio tokens of the log, so edges move along.
 */
export const segmentEdges = ({
  apiModels,
  tokenizers,
}: Pick<Catalog, 'apiModels' | 'tokenizers'>): readonly Tokens[] => {
  const edges = new Set<number>()
  const known = new Map<string, ApiModel>()
  for (const model of apiModels) {
    for (const threshold of thresholdsOf(model)) known.set(`${threshold} ${model.tokenizer ?? ''}`, model)
  }
  for (const model of known.values()) {
    const ratios = new Set(tokenizers.map(({ id }) => tokenRatioOf(tokenizers, id, model.tokenizer).base))
    for (const threshold of thresholdsOf(model)) for (const ratio of ratios.add(1)) edges.add(threshold / ratio)
  }
  return [...edges].toSorted((a, b) => a - b)
}
