import { waitForUpdate } from '@pydantic/genai-prices'
import type { MatchLogic, ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices'
import type { IsoDate, Meter, Price, PriceBand } from '@breakeven/core'

/** The release that is imported, and the day on which its prices were last edited. */
export const GENAI_PRICES: { readonly version: string; readonly asOf: IsoDate } = {
  version: '0.1.8',
  asOf: '2026-09-23',
}

/** One model of genai-prices in our terms. Its first price has no start: it is what was last known, not since when. */
export type ImportedModel = {
  readonly provider: string
  readonly model: string
  /** Every other spelling that its matcher names in full, lower case. */
  readonly aliases: readonly string[]
  readonly contextTokens?: number
  readonly free?: true
  /** Standard tier, no region, ascending by date. */
  readonly prices: readonly Price[]
  /** It is billed by the hour of day, which genai-prices cannot date: not to be held against dated rows. */
  readonly hourly: boolean
}

type GenaiImport = {
  readonly models: readonly ImportedModel[]
  /** `provider/model` of those that are not sold by text tokens: speech by the hour, pages of documents, images. */
  readonly leftOut: readonly string[]
}

const PROVIDERS: Readonly<Record<string, string>> = {
  'x-ai': 'xai',
  aws: 'amazon-bedrock',
  azure: 'azure-openai',
  moonshotai: 'moonshot',
}

/** Under `google` stand Gemini's API and the models of others that Vertex AI resells. */
const providerOf = (provider: Provider, { id }: ModelInfo): string =>
  provider.id === 'google'
    ? id.startsWith('claude')
      ? 'google-vertex'
      : 'google-gemini-api'
    : (PROVIDERS[provider.id] ?? provider.id)

/** In-region Bedrock prices stand under a prefix that no request ever carries. */
const nameOf = ({ id }: ModelInfo): string => id.replace(/^regional\./, 'us.')

const METER_KEYS: readonly (readonly [Meter, string])[] = [
  ['freshInput', 'input_mtok'],
  ['cacheRead', 'cache_read_mtok'],
  ['cacheWrite5m', 'cache_write_mtok'],
  ['cacheWrite1h', 'cache_write_1h_mtok'],
  ['output', 'output_mtok'],
]

/** What is billed beside text tokens and stays outside our meters. */
const BESIDE_TEXT: readonly (readonly [string, string])[] = [
  ['input_audio_mtok', 'text tokens only: audio is priced apart'],
  ['output_audio_mtok', 'text tokens only: audio is priced apart'],
  ['output_image_mtok', 'text tokens only: images are priced apart'],
  ['output_reasoning_mtok', 'reasoning tokens have a price of their own, which is not counted'],
  ['output_citation_mtok', 'citation tokens have a price of their own, which is not counted'],
]

/** A seller's prices that were not kept up: seeing one there again proves nothing. */
export const STALE = 'genai-prices has not followed this seller: models and prices of 2023 and 2024'
/** Defects of single sellers and models, found by comparing with other tables. */
const DEFECTS: readonly {
  readonly provider: string
  readonly model: RegExp
  readonly flag: string
  readonly suspect?: true
}[] = [
  {
    provider: 'openai',
    model: /^gpt-oss-/,
    flag: "OpenAI does not sell this model: looks like a reseller's price",
    suspect: true,
  },
  { provider: 'together', model: /./, flag: STALE },
  { provider: 'novita', model: /./, flag: STALE },
  { provider: 'zhipuai', model: /./, flag: 'converted from yuan at 7.25, and only the price of short prompts' },
]

const defectsOf = (provider: string, model: string): Pick<Price, 'suspect'> & { readonly flags: readonly string[] } => {
  const found = DEFECTS.filter((defect) => defect.provider === provider && defect.model.test(model))
  return { flags: found.map(({ flag }) => flag), ...(found.some(({ suspect }) => suspect) ? { suspect: true } : {}) }
}

const priceAbove = (value: ModelPrice[string], above: number): number | undefined => {
  if (value === undefined || typeof value === 'number') return value
  let price = value.base
  for (const tier of value.tiers) if (tier.start <= above) price = tier.price
  return price
}

/** A tier reprices the whole request once its prompt is longer than the tier's start, on every meter. */
const bandsOf = (prices: ModelPrice): readonly PriceBand[] => {
  const starts = new Set([-1])
  for (const [, key] of METER_KEYS) {
    const value = prices[key]
    if (typeof value === 'object') for (const tier of value.tiers) starts.add(tier.start)
  }
  return [...starts]
    .toSorted((a, b) => a - b)
    .map((above) => {
      const usdPerMillion: Partial<Record<Meter, number>> = {}
      for (const [meter, key] of METER_KEYS) {
        const price = priceAbove(prices[key], above)
        // A cache price of zero is "not published" in the tables this comes from.
        if (price !== undefined && (price > 0 || meter === 'freshInput' || meter === 'output'))
          usdPerMillion[meter] = price
      }
      return { above, usdPerMillion }
    })
}

/** Names that a matcher spells out; a prefix counts as one, since logs carry the bare family name too. */
const namesIn = (match: MatchLogic): readonly string[] => {
  if ('or' in match) return match.or.flatMap(namesIn)
  if ('equals' in match) return [match.equals]
  if ('starts_with' in match) return [match.starts_with]
  // Bedrock's identifiers are matched in the middle, between region and version.
  if ('contains' in match && /^[a-z]+\.[a-z0-9]+\./.test(match.contains)) return [match.contains]
  return []
}

const aliasesOf = (model: ModelInfo): readonly string[] => {
  const names = new Set(namesIn(model.match).map((name) => name.toLowerCase()))
  names.delete(nameOf(model).toLowerCase())
  return [...names].filter((name) => /[a-z0-9]$/.test(name))
}

type DatedPrices = { readonly from?: IsoDate; readonly prices: ModelPrice }

const datedPrices = ({ prices }: ModelInfo): readonly DatedPrices[] => {
  if (!Array.isArray(prices)) return [{ prices }]
  return prices.flatMap(({ constraint, prices: row }): readonly DatedPrices[] => {
    if (constraint === undefined) return [{ prices: row }]
    return constraint.type === 'start_date' ? [{ from: constraint.start_date, prices: row }] : []
  })
}

const isHourly = ({ prices }: ModelInfo): boolean =>
  Array.isArray(prices) && prices.some(({ constraint }) => constraint?.type === 'time_of_date')

const flagsOf = (prices: ModelPrice): readonly string[] => {
  const beside = BESIDE_TEXT.filter(([key]) => prices[key] !== undefined).map(([, flag]) => flag)
  const output = priceAbove(prices.output_mtok, -1)
  const free = output === 0 ? ['output tokens at zero: taken as unknown'] : []
  return [...beside, ...free]
}

const pricesOf = (provider: Provider, model: ModelInfo): readonly Price[] => {
  const rows = datedPrices(model)
  const seller = providerOf(provider, model)
  const defects = defectsOf(seller, nameOf(model))
  return rows.map(({ from, prices }, index) => {
    const flags = new Set([...defects.flags, ...flagsOf(prices)])
    const fee = priceAbove(prices.requests_kcount, -1)
    const to = rows[index + 1]?.from
    return {
      tier: 'standard',
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      bands: bandsOf(prices),
      ...(fee === undefined ? {} : { usdPerRequest: fee / 1000 }),
      source: `genai-prices ${GENAI_PRICES.version}: ${provider.pricing_urls?.[0] ?? provider.id}`,
      asOf: GENAI_PRICES.asOf,
      sure: seller === 'zhipuai' ? 'derived' : 'published',
      ...(flags.size === 0 ? {} : { flags: [...flags] }),
      ...(defects.suspect || priceAbove(prices.output_mtok, -1) === 0 ? { suspect: true } : {}),
    }
  })
}

const FREE = /:free$/
const isZero = (prices: ModelPrice): boolean =>
  priceAbove(prices.input_mtok, -1) === 0 && !priceAbove(prices.output_mtok, -1)

/** Models that cost nothing stay in, marked, with a price of zero: they are listed apart and never win. */
const freePrice = (provider: Provider): Price => ({
  tier: 'standard',
  bands: [{ above: -1, usdPerMillion: { freshInput: 0, output: 0 } }],
  source: `genai-prices ${GENAI_PRICES.version}: ${provider.pricing_urls?.[0] ?? provider.id}`,
  asOf: GENAI_PRICES.asOf,
  sure: 'published',
  flags: ['free of charge: limited, on trial or within a subscription'],
})

const importModel = (provider: Provider, model: ModelInfo): ImportedModel | undefined => {
  const last = datedPrices(model).at(-1)?.prices ?? {}
  const free = FREE.test(model.id) || isZero(last)
  if (!free && last.input_mtok === undefined) return undefined
  return {
    provider: providerOf(provider, model),
    model: nameOf(model),
    aliases: aliasesOf(model),
    ...(model.context_window === undefined ? {} : { contextTokens: model.context_window }),
    ...(free ? { free } : {}),
    prices: free ? [freePrice(provider)] : pricesOf(provider, model),
    hourly: isHourly(model),
  }
}

/** Everything that the installed genai-prices knows, without asking the network. */
export const importGenaiPrices = async (): Promise<GenaiImport> => {
  const providers = await waitForUpdate()
  if (providers === null) throw new Error('genai-prices holds no providers')
  const models: ImportedModel[] = []
  const leftOut: string[] = []
  for (const provider of providers) {
    for (const model of provider.models) {
      const imported = importModel(provider, model)
      if (imported === undefined) leftOut.push(`${provider.id}/${model.id}`)
      else models.push(imported)
    }
  }
  return { models, leftOut }
}
