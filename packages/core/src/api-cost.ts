import type { ApiModel, Price, TokenizerFamily } from './catalog.ts'
import type { Line } from './cost.ts'
import type { Tariff } from './price.ts'
import { bandOf, priceAt, tariffOf, unitPricesOf } from './price.ts'
import { resolveModel, type ModelIndex } from './model-index.ts'
import { SAME_TOKENS, tokenRatioOf, type TokenRatio } from './tokens.ts'
import type { IsoDate, Tokens, Usd } from './units.ts'
import { dateOf, SECONDS_PER_DAY, TOKENS_PER_PRICE_UNIT } from './units.ts'
import type { FullUsage, Meter } from './usage.ts'
import { INPUT_METERS, METERS } from './usage.ts'
import type { Cell, Group, Workload } from './workload.ts'
import { SECONDS_PER_SLOT } from './workload.ts'

/** Which end of a band to price at. */
export type Bound = 'base' | 'low' | 'high'

export type ApiConditions = {
  readonly on: IsoDate
  readonly region?: string
  /** Output tokens of the target for one of the log. */
  readonly outputRatio: number
  /** Multiplies every price: what if they all moved? */
  readonly priceFactor?: number
  readonly bound?: Bound
}

/** What one option comes to over the watched time: receipt lines in watched-time quantities. */
export type ApiBill =
  | {
      readonly kind: 'priced'
      readonly usd: Usd
      readonly lines: readonly Line[]
      readonly notes: readonly string[]
      /** Some price in it is known to be odd. */
      readonly suspect: boolean
    }
  | { readonly kind: 'unpriced'; readonly reason: string }

/** Cells of one group with one kind of row, summed over what does not change their price. */
type Sum = {
  group: Group
  segment: number | undefined
  at: number | undefined
  requests: number | undefined
  usage: FullUsage
}

const METER_ITEMS: Readonly<Record<Meter, string>> = {
  freshInput: 'input',
  cacheRead: 'cached input',
  cacheWrite5m: 'cache write, 5 min',
  cacheWrite1h: 'cache write, 1 h',
  output: 'output',
}

const SLOTS_PER_WEEK = (7 * SECONDS_PER_DAY) / SECONDS_PER_SLOT

/** Cells summed by group and segment, and by half hour of the week where a schedule needs it. */
const sumCells = (workload: Workload, bySlot: boolean): readonly Sum[] => {
  const sums = new Map<string, Sum & { usage: Record<Meter, number> }>()
  for (const cell of workload.cells) {
    const slot = bySlot && cell.slot !== undefined ? cell.slot % SLOTS_PER_WEEK : undefined
    const key = `${cell.group} ${cell.segment ?? ''} ${slot ?? ''}`
    const sum = sums.get(key)
    if (sum === undefined) {
      const at = slot === undefined ? undefined : slot * SECONDS_PER_SLOT
      sums.set(key, {
        group: workload.groups[cell.group]!,
        segment: cell.segment,
        at,
        requests: cell.requests,
        usage: { ...cell.usage },
      })
      continue
    }
    sum.requests = sum.requests === undefined || cell.requests === undefined ? undefined : sum.requests + cell.requests
    for (const meter of METERS) sum.usage[meter] += cell.usage[meter]
  }
  return [...sums.values()]
}

/** A workload made ready to be priced on many models: sums without time, and by half hour of the week. */
export type Prepared = {
  readonly workload: Workload
  readonly flat: readonly Sum[]
  readonly weekly: () => readonly Sum[]
  readonly sources: readonly (string | undefined)[]
}

/** Sums once what every model then prices; `sources` are the tokeniser families of the workload's groups. */
export const prepare = (workload: Workload, index: ModelIndex): Prepared => {
  let weekly: readonly Sum[] | undefined
  return {
    workload,
    flat: sumCells(workload, false),
    weekly: () => (weekly ??= sumCells(workload, true)),
    sources: workload.groups.map((group) => resolveModel(index, group)?.model.tokenizer),
  }
}

const scaled = (usage: FullUsage, input: number, output: number): FullUsage => ({
  freshInput: usage.freshInput * input,
  cacheRead: usage.cacheRead * input,
  cacheWrite5m: usage.cacheWrite5m * input,
  cacheWrite1h: usage.cacheWrite1h * input,
  output: usage.output * output,
})

const inputOf = (usage: FullUsage): Tokens => INPUT_METERS.reduce((sum, meter) => sum + usage[meter], 0)

/** The prompt that stands for a segment: any length inside it prices alike; a little above the lower edge is one. */
const promptOf = (edges: readonly Tokens[], segment: number, ratio: number): Tokens => {
  const above = segment === 0 ? 0 : edges[segment - 1]!
  const below = edges[segment] ?? above * 2 + 2
  return ((above + below) / 2) * ratio
}

/** Receipt lines collected by item and unit price. */
type Tally = Map<string, { item: string; unitUsd: Usd; quantity: number; unit: string; price: Price }>

const addLine = (tally: Tally, item: string, quantity: number, unit: string, unitUsd: Usd, price: Price): void => {
  if (quantity === 0) return
  const key = `${item} ${unitUsd}`
  const line = tally.get(key)
  if (line === undefined) tally.set(key, { item, unitUsd, quantity, unit, price })
  else line.quantity += quantity
}

const linesOf = (tally: Tally): readonly Line[] =>
  [...tally.values()].map(({ item, unitUsd, quantity, unit, price }) => ({
    item,
    quantity,
    unit,
    unitUsd,
    usd: quantity * unitUsd,
    source: price.source,
    asOf: price.from !== undefined && price.from > price.asOf ? price.from : price.asOf,
    sure: price.suspect === true ? 'recalled' : price.sure,
  }))

/** Adds one sum at one price to the receipt; a reason where a meter that was used has no price. */
const addSum = (
  tally: Tally,
  sum: Sum,
  usage: FullUsage,
  price: Price,
  band: number,
  factor: number,
): string | undefined => {
  const unit = unitPricesOf(price.bands[band]!.usdPerMillion)
  const where = bandText(price, band)
  for (const meter of METERS) {
    const tokens = usage[meter]
    if (tokens === 0) continue
    if (Number.isNaN(unit[meter])) return `no price for ${METER_ITEMS[meter]} tokens`
    addLine(
      tally,
      `${METER_ITEMS[meter]}${where}`,
      tokens / TOKENS_PER_PRICE_UNIT,
      'million tokens',
      unit[meter] * TOKENS_PER_PRICE_UNIT * factor,
      price,
    )
  }
  const topUp = minimumTopUp(sum, usage, price)
  if (topUp > 0)
    addLine(
      tally,
      'input below the minimum',
      topUp / TOKENS_PER_PRICE_UNIT,
      'million tokens',
      unit.freshInput * TOKENS_PER_PRICE_UNIT * factor,
      price,
    )
  if (price.usdPerRequest === undefined) return undefined
  if (sum.requests === undefined)
    return 'charges a fee per request, and the file does not say how many requests there were'
  addLine(tally, 'request fee', sum.requests, 'requests', price.usdPerRequest * factor, price)
  return undefined
}

/** A segment lies wholly below a minimum or wholly above it, as minimums are edges of the cube. */
const minimumTopUp = (sum: Sum, usage: FullUsage, price: Price): Tokens => {
  if (price.minimumInputTokens === undefined || sum.requests === undefined) return 0
  return Math.max(0, sum.requests * price.minimumInputTokens - inputOf(usage))
}

const bandText = (price: Price, band: number): string => {
  if (price.bands.length === 1) return ''
  const above = price.bands[band]!.above
  return band === 0
    ? ` (prompts to ${price.bands[1]!.above.toLocaleString('en-US')})`
    : ` (prompts over ${above.toLocaleString('en-US')})`
}

/**
 * The band a sum is priced in. Calls: exactly the segment's. Buckets, of which only sums are known: the base band
 * where no prompt can have passed the threshold, else between the base band (low) and the highest one (high), with
 * the mean prompt deciding the estimate.
 */
const bandFor = (
  sum: Sum,
  usage: FullUsage,
  price: Price,
  edges: readonly Tokens[],
  ratio: number,
  bound: Bound,
): number => {
  if (price.bands.length === 1) return 0
  if (sum.segment !== undefined) return bandOf(price, promptOf(edges, sum.segment, ratio))
  const highest = bandOf(price, inputOf(usage))
  if (bound === 'low') return 0
  if (bound === 'high' || sum.requests === undefined || sum.requests === 0) return bound === 'high' ? highest : 0
  return Math.min(highest, bandOf(price, inputOf(usage) / sum.requests))
}

const ratioAt = (ratio: TokenRatio, bound: Bound): number => ratio[bound]

/**
 * What a workload costs on one model at one date's prices: each call's own band and hour, the target's own tokens.
 * Exact for calls, as every price is linear inside a segment; a range (by `bound`) for buckets.
 */
export const apiBill = (
  prepared: Prepared,
  model: ApiModel,
  families: readonly TokenizerFamily[],
  conditions: ApiConditions,
): ApiBill => {
  const { workload, sources } = prepared
  const { bound = 'base', outputRatio, priceFactor } = conditions
  const factor = priceFactor ?? 1
  const tally: Tally = new Map()
  const notes = new Set<string>()
  const tariffs = new Map<string, Tariff>()
  for (const tier of new Set(workload.groups.map((group) => group.tier))) {
    const found = tariffOf(model, {
      on: conditions.on,
      tier,
      ...(conditions.region === undefined ? {} : { region: conditions.region }),
    })
    if (found.kind === 'unpriced') return found
    tariffs.set(tier, found.tariff)
    for (const note of found.tariff.notes) notes.add(note)
  }
  const sourceOf = new Map(workload.groups.map((group, at) => [group, sources[at]]))
  const bySchedule = [...tariffs.values()].some((tariff) => tariff.scheduled.length > 0)
  for (const sum of bySchedule ? prepared.weekly() : prepared.flat) {
    const source = sourceOf.get(sum.group)
    const ratio = ratioAt(source === undefined ? SAME_TOKENS : tokenRatioOf(families, source, model.tokenizer), bound)
    const usage = scaled(sum.usage, ratio, outputRatio)
    const price = priceAt(tariffs.get(sum.group.tier)!, sum.at)
    // An edge is where the base ratio puts the threshold: bands of the ratio do not move calls between segments.
    const band = bandFor(
      sum,
      usage,
      price,
      workload.edges,
      source === undefined ? 1 : tokenRatioOf(families, source, model.tokenizer).base,
      bound,
    )
    const problem = addSum(tally, sum, usage, price, band, factor)
    if (problem !== undefined) return { kind: 'unpriced', reason: problem }
  }
  const lines = linesOf(tally)
  const suspect = [...tariffs.values()].some(({ base, scheduled }) => [base, ...scheduled].some((row) => row.suspect))
  return { kind: 'priced', usd: lines.reduce((sum, line) => sum + line.usd, 0), lines, notes: [...notes], suspect }
}

/** The bill of the log itself, and what of it could not be priced. */
export type AsIsBill = {
  readonly usd: Usd
  readonly lines: readonly Line[]
  readonly notes: readonly string[]
  readonly unpriced: readonly { readonly model: string; readonly tokens: Tokens; readonly reason: string }[]
}

const dateOfCell = (cell: Cell, fallback: IsoDate): IsoDate =>
  cell.slot === undefined ? fallback : dateOf(cell.slot * SECONDS_PER_SLOT)

/** Each call on the model it names, at its own date's price. Undefined where no row names a model. */
export const asIsBill = (workload: Workload, index: ModelIndex, conditions: ApiConditions): AsIsBill | undefined => {
  if (workload.groups.every((group) => group.model === undefined)) return undefined
  const { bound = 'base', priceFactor } = conditions
  const tally: Tally = new Map()
  const notes = new Set<string>()
  const unpriced = new Map<string, { model: string; tokens: Tokens; reason: string }>()
  const tariffs = new Map<string, ReturnType<typeof tariffOf>>()
  for (const cell of workload.cells) {
    const group = workload.groups[cell.group]!
    const tokens = METERS.reduce((sum, meter) => sum + cell.usage[meter], 0)
    const found = resolveModel(index, group)
    const name = group.model ?? '(no model named)'
    const leave = (reason: string): void => {
      const entry = unpriced.get(name) ?? { model: name, tokens: 0, reason }
      entry.tokens += tokens
      unpriced.set(name, entry)
    }
    if (found === undefined) {
      leave(group.model === undefined ? 'the row names no model' : 'not in the catalogue')
      continue
    }
    const on = dateOfCell(cell, conditions.on)
    const key = `${found.model.id} ${on} ${group.tier}`
    let tariff = tariffs.get(key)
    if (tariff === undefined) {
      tariff = tariffOf(found.model, {
        on,
        tier: group.tier,
        logged: true,
        ...(conditions.region === undefined ? {} : { region: conditions.region }),
      })
      tariffs.set(key, tariff)
    }
    if (tariff.kind === 'unpriced') {
      leave(tariff.reason)
      continue
    }
    if (found.note !== undefined) notes.add(found.note)
    for (const note of tariff.tariff.notes) notes.add(`${name}: ${note}`)
    const at = cell.slot === undefined ? undefined : cell.slot * SECONDS_PER_SLOT
    const price = priceAt(tariff.tariff, at)
    const sum: Sum = { group, segment: cell.segment, at, requests: cell.requests, usage: cell.usage }
    const band = bandFor(sum, cell.usage, price, workload.edges, 1, bound)
    const own: Tally = new Map()
    const problem = addSum(own, sum, cell.usage, price, band, priceFactor ?? 1)
    if (problem !== undefined) {
      leave(problem)
      continue
    }
    for (const line of own.values())
      addLine(tally, `${name} ${line.item}`, line.quantity, line.unit, line.unitUsd, line.price)
  }
  const lines = linesOf(tally)
  return {
    usd: lines.reduce((sum, line) => sum + line.usd, 0),
    lines,
    notes: [...notes],
    unpriced: [...unpriced.values()],
  }
}
