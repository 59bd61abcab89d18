import { newPools, receiptOf } from './api-receipt.ts'
import type { ApiModel, Price, TokenizerFamily } from './catalog.ts'
import type { Line } from './cost.ts'
import type { ModelIndex } from './model-index.ts'
import { tokenizerOf } from './own-hosting.ts'
import type { Tariff } from './price.ts'
import { bandOf, priceAt, tariffOf } from './price.ts'
import { SAME_TOKENS, type TokenRatio, tokenRatioOf } from './tokens.ts'
import type { IsoDate, Tokens, Usd } from './units.ts'
import { SECONDS_PER_DAY, startOfDate } from './units.ts'
import type { FullUsage, Meter } from './usage.ts'
import { INPUT_METERS, METERS } from './usage.ts'
import type { Group, Workload } from './workload.ts'
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
export type Sum = {
  group: Group
  segment: number | undefined
  at: number | undefined
  requests: number | undefined
  usage: FullUsage
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
    sources: workload.groups.map((group) => tokenizerOf(index, group)),
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

/**
 * The band a sum is priced in. Calls: exactly the segment's. Buckets, of which only sums are known: the base band
 * where no prompt can have passed the threshold, else between the base band (low) and the highest one (high), with
 * the mean prompt deciding the estimate.
 */
export const bandFor = (
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

/** Traffic that names no model is taken as each target counts. */
const ratioBetween = (
  families: readonly TokenizerFamily[],
  source: string | undefined,
  target: string | undefined,
): TokenRatio => (source === undefined ? SAME_TOKENS : tokenRatioOf(families, source, target))

/** An undated price vouches for a year before it was seen, not for the days before its model existed. */
const UNDATED_DAYS = 365

const isOutOfTime = ({ from, asOf }: Price, on: IsoDate): boolean =>
  from === undefined && startOfDate(asOf) - startOfDate(on) > UNDATED_DAYS * SECONDS_PER_DAY

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
  const { bound = 'base', outputRatio, priceFactor = 1 } = conditions
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
  const ratioOf = new Map(
    workload.groups.map((group, at) => [group, ratioBetween(families, sources[at], model.tokenizer)]),
  )
  const pools = newPools()
  const bySchedule = [...tariffs.values()].some((tariff) => tariff.scheduled.length > 0)
  for (const sum of bySchedule ? prepared.weekly() : prepared.flat) {
    const ratio = ratioOf.get(sum.group)!
    const usage = scaled(sum.usage, ratio[bound], outputRatio)
    const price = priceAt(tariffs.get(sum.group.tier)!, sum.at)
    // An edge is where the base ratio puts the threshold: bands of the ratio do not move calls between segments.
    pools.add(price, bandFor(sum, usage, price, workload.edges, ratio.base, bound), usage, sum.requests)
  }
  const receipt = receiptOf(pools, priceFactor)
  if (receipt.kind === 'unpriced') return receipt
  const { lines } = receipt
  const rows = [...tariffs.values()].flatMap(({ base, scheduled }) => [base, ...scheduled])
  const suspect = rows.some((row) => row.suspect === true || isOutOfTime(row, conditions.on))
  return { kind: 'priced', usd: lines.reduce((sum, line) => sum + line.usd, 0), lines, notes: [...notes], suspect }
}
