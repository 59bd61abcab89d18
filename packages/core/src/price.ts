import type { ApiModel, MeterPrices, Price, PriceHours } from './catalog.ts'
import type { IsoDate, Seconds, Tokens, Usd } from './units.ts'
import { SECONDS_PER_DAY, TOKENS_PER_PRICE_UNIT } from './units.ts'
import type { FullUsage, Meter, Tier } from './usage.ts'
import { inputTokensOf } from './usage.ts'

/** The rows that price one model on one date: the one that holds all day, and those that hold at certain hours. */
export type Tariff = {
  readonly base: Price
  readonly scheduled: readonly Price[]
  /** What a reader must know: undated rows, a tier or region that was not found. */
  readonly notes: readonly string[]
}

export type TariffResult =
  | { readonly kind: 'priced'; readonly tariff: Tariff }
  | { readonly kind: 'unpriced'; readonly reason: string }

export type TariffQuery = {
  readonly on: IsoDate
  readonly tier?: Tier
  readonly region?: string
  /** A logged call proves that the model was served, whatever day its retirement was announced for. */
  readonly logged?: boolean
}

const inForce = (price: Price, on: IsoDate): boolean =>
  (price.from ?? '') <= on && (price.to === undefined || on < price.to)

const newestFirst = (a: Price, b: Price): number => (b.from ?? '').localeCompare(a.from ?? '')

/** The seller's rows for a region: the region asked for, else the row for everywhere, else the global one, else what there is. */
const inRegion = (prices: readonly Price[], region: string | undefined): { rows: readonly Price[]; note?: string } => {
  for (const wanted of [region, undefined, 'global', 'global-standard']) {
    const rows = prices.filter((price) => price.region === wanted)
    if (rows.length > 0) return { rows }
  }
  const first = prices.map((price) => price.region ?? '').toSorted((a, b) => a.localeCompare(b))[0]
  if (first === undefined) return { rows: [] }
  return {
    rows: prices.filter((price) => price.region === first),
    note: `priced in region ${first}: no other is published`,
  }
}

const firstDated = (prices: readonly Price[]): IsoDate | undefined =>
  prices
    .map((price) => price.from)
    .filter((from) => from !== undefined)
    .toSorted((a, b) => a.localeCompare(b))[0]

/** The date before which nothing is known of the model: its release, else its first dated row. */
const knownSince = (model: ApiModel): IsoDate | undefined => model.released ?? firstDated(model.prices)

/**
 * The prices of a model on a date. Dated rows win over undated ones; a model is unpriced before its release
 * (or its first dated row) and in the gaps between its rows. A tier that the seller does not price apart
 * falls back to standard, with a note.
 */
export const tariffOf = (
  model: ApiModel,
  { on, tier = 'standard', region, logged = false }: TariffQuery,
): TariffResult => {
  const since = knownSince(model)
  if (since !== undefined && on < since) return { kind: 'unpriced', reason: `not sold before ${since}` }
  if (model.retired !== undefined && on >= model.retired && !logged)
    return { kind: 'unpriced', reason: `retired on ${model.retired}` }
  const ofTier = model.prices.filter((price) => price.tier === tier)
  if (tier !== 'standard' && !ofTier.some((price) => inForce(price, on))) {
    const standard = tariffOf(model, { on, tier: 'standard', ...(region === undefined ? {} : { region }) })
    if (standard.kind === 'unpriced') return standard
    const notes = [...standard.tariff.notes, `no ${tier} price published: priced as standard`]
    return { kind: 'priced', tariff: { ...standard.tariff, notes } }
  }
  const { rows, note } = inRegion(
    ofTier.filter((price) => inForce(price, on)),
    region,
  )
  const base = rows.filter((price) => price.hours === undefined).toSorted(newestFirst)[0]
  if (base === undefined) return { kind: 'unpriced', reason: unpricedReason(ofTier, on) }
  const scheduled = rows.filter((price) => price.hours !== undefined).toSorted(newestFirst)
  return { kind: 'priced', tariff: { base, scheduled, notes: notesOf(base, note) } }
}

const unpricedReason = (ofTier: readonly Price[], on: IsoDate): string => {
  if (ofTier.length === 0) return 'no price published'
  const first = firstDated(ofTier)
  if (first !== undefined && on < first) return `no price known before ${first}`
  const last = ofTier
    .map((price) => price.to)
    .filter((to) => to !== undefined)
    .toSorted((a, b) => b.localeCompare(a))[0]
  const goesOn = ofTier.some((price) => price.to === undefined)
  return !goesOn && last !== undefined && on >= last ? `no price known from ${last} on` : `no price known on ${on}`
}

const notesOf = (base: Price, regionNote: string | undefined): readonly string[] => {
  const notes = [...(base.flags ?? [])]
  if (regionNote !== undefined) notes.push(regionNote)
  if (base.from === undefined) notes.push(`undated price, seen ${base.asOf}`)
  return notes
}

/** Whether a schedule holds at a moment. Over midnight, the day is the one on which the span began. */
export const holdsAt = ({ fromMinute, toMinute, days }: PriceHours, at: Seconds): boolean => {
  const minute = Math.floor((((at % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY) / 60)
  const day = (((Math.floor(at / SECONDS_PER_DAY) + 4) % 7) + 7) % 7 // 1970-01-01 was a Thursday
  const overMidnight = fromMinute > toMinute
  const inside = overMidnight ? minute >= fromMinute || minute < toMinute : minute >= fromMinute && minute < toMinute
  const startedOn = overMidnight && minute < toMinute ? (day + 6) % 7 : day
  return inside && (days === undefined || days.includes(startedOn))
}

/** The row of a tariff that holds at a moment; without a moment, the one that holds all day. */
export const priceAt = ({ base, scheduled }: Tariff, at: Seconds | undefined): Price =>
  (at === undefined ? undefined : scheduled.find((price) => price.hours !== undefined && holdsAt(price.hours, at))) ??
  base

/**
 * USD of sums of tokens whose prompts all lie in one band. `prompts` counts requests, for fees and minimums.
 * NaN where a meter that was used has no price: missing is not zero.
 */
type BandPrice = (usage: FullUsage, prompts: number) => Usd

/** The index of the band for one prompt length. */
export const bandOf = (price: Price, promptTokens: Tokens): number => {
  let band = 0
  while (band + 1 < price.bands.length && promptTokens > price.bands[band + 1]!.above) band += 1
  return band
}

/**
 * USD per token of each meter. What the seller does not price apart costs what it then is: a cached or
 * cache-writing token is an ordinary input token; an hour-long write without a price of its own is a write.
 */
export const unitPricesOf = (prices: MeterPrices): Readonly<Record<Meter, number>> => {
  const input = prices.freshInput ?? Number.NaN
  const write = prices.cacheWrite5m ?? input
  const perMillion = {
    freshInput: input,
    cacheRead: prices.cacheRead ?? input,
    cacheWrite5m: write,
    cacheWrite1h: prices.cacheWrite1h ?? write,
    output: prices.output ?? Number.NaN,
  }
  return {
    freshInput: perMillion.freshInput / TOKENS_PER_PRICE_UNIT,
    cacheRead: perMillion.cacheRead / TOKENS_PER_PRICE_UNIT,
    cacheWrite5m: perMillion.cacheWrite5m / TOKENS_PER_PRICE_UNIT,
    cacheWrite1h: perMillion.cacheWrite1h / TOKENS_PER_PRICE_UNIT,
    output: perMillion.output / TOKENS_PER_PRICE_UNIT,
  }
}

/** 0 x an unknown price is still 0: only what was used must have a price. */
const product = (tokens: Tokens, unit: Usd): Usd => (tokens === 0 ? 0 : tokens * unit)

/** One band of a price as a closure over plain numbers: linear in its arguments, so sums price like their parts. */
const compileBand = (price: Price, band: number): BandPrice => {
  const unit = unitPricesOf(price.bands[band]!.usdPerMillion)
  const fee = price.usdPerRequest ?? 0
  return (usage, prompts) =>
    product(usage.freshInput, unit.freshInput) +
    product(usage.cacheRead, unit.cacheRead) +
    product(usage.cacheWrite5m, unit.cacheWrite5m) +
    product(usage.cacheWrite1h, unit.cacheWrite1h) +
    product(usage.output, unit.output) +
    prompts * fee
}

/**
 * A price compiled once: USD of one request. Context tiers reprice the whole request; prompts below the minimum are
 * topped up with fresh input.
 */
export const compilePrice = (price: Price): ((usage: FullUsage) => Usd) => {
  const bands = price.bands.map((_, band) => compileBand(price, band))
  const minimum = price.minimumInputTokens ?? 0
  return (usage) => {
    const prompt = inputTokensOf(usage)
    const missing = Math.max(0, minimum - prompt)
    const billed = missing === 0 ? usage : { ...usage, freshInput: usage.freshInput + missing }
    return bands[bandOf(price, prompt + missing)]!(billed, 1)
  }
}

/** Every prompt length at which some price of a model changes: tier thresholds and minimums. */
export const thresholdsOf = (model: ApiModel): readonly Tokens[] => [
  ...new Set(
    model.prices.flatMap((price) => [
      ...price.bands.slice(1).map((band) => band.above),
      ...(price.minimumInputTokens === undefined ? [] : [price.minimumInputTokens - 1, price.minimumInputTokens]),
    ]),
  ),
]
