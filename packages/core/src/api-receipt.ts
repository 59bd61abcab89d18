import type { Price } from './catalog.ts'
import type { Line } from './cost.ts'
import { unitPricesOf } from './price.ts'
import type { Tokens, Usd } from './units.ts'
import { TOKENS_PER_PRICE_UNIT } from './units.ts'
import type { FullUsage, Meter } from './usage.ts'
import { INPUT_METERS, METERS, NO_USAGE } from './usage.ts'

const METER_ITEMS: Readonly<Record<Meter, string>> = {
  freshInput: 'input',
  cacheRead: 'cached input',
  cacheWrite5m: 'cache write, 5 min',
  cacheWrite1h: 'cache write, 1 h',
  output: 'output',
}

/** What was used at one band of one price: linear there, so sums price like their calls. */
type Pool = { readonly usage: Record<Meter, Tokens>; requests: number | undefined; topUp: Tokens }

/** Usage by price and band. */
export type Pools = {
  readonly add: (price: Price, band: number, usage: FullUsage, requests: number | undefined) => void
  readonly entries: () => Iterable<readonly [Price, readonly (Pool | undefined)[]]>
}

/** A segment lies wholly below a minimum or wholly above it, as minimums are edges of the cube. */
const topUpOf = ({ minimumInputTokens }: Price, usage: FullUsage, requests: number | undefined): Tokens => {
  if (minimumInputTokens === undefined || requests === undefined) return 0
  const input = INPUT_METERS.reduce((sum, meter) => sum + usage[meter], 0)
  return Math.max(0, requests * minimumInputTokens - input)
}

export const newPools = (): Pools => {
  const byPrice = new Map<Price, (Pool | undefined)[]>()
  return {
    add: (price, band, usage, requests) => {
      let bands = byPrice.get(price)
      if (bands === undefined) byPrice.set(price, (bands = []))
      const pool = (bands[band] ??= { usage: { ...NO_USAGE }, requests: 0, topUp: 0 })
      for (const meter of METERS) pool.usage[meter] += usage[meter]
      pool.requests = pool.requests === undefined || requests === undefined ? undefined : pool.requests + requests
      pool.topUp += topUpOf(price, usage, requests)
    },
    entries: () => byPrice,
  }
}

export type Receipt =
  | { readonly kind: 'priced'; readonly lines: readonly Line[] }
  | { readonly kind: 'unpriced'; readonly reason: string }

const bandText = (price: Price, band: number): string => {
  if (price.bands.length === 1) return ''
  const above = price.bands[band]!.above
  return band === 0
    ? ` (prompts to ${price.bands[1]!.above.toLocaleString('en-US')})`
    : ` (prompts over ${above.toLocaleString('en-US')})`
}

const lineAt = (price: Price, item: string, quantity: number, unit: string, unitUsd: Usd): Line => ({
  item,
  quantity,
  unit,
  unitUsd,
  usd: quantity * unitUsd,
  source: price.source,
  asOf: price.from !== undefined && price.from > price.asOf ? price.from : price.asOf,
  sure: price.suspect === true ? 'recalled' : price.sure,
})

/** The lines of one pool; a reason where a meter that was used has no price. */
const poolLines = (price: Price, band: number, { usage, requests, topUp }: Pool, factor: number): Receipt => {
  const unit = unitPricesOf(price.bands[band]!.usdPerMillion)
  const where = bandText(price, band)
  const millions = (item: string, tokens: Tokens, usd: Usd): Line =>
    lineAt(price, item, tokens / TOKENS_PER_PRICE_UNIT, 'million tokens', usd * TOKENS_PER_PRICE_UNIT * factor)
  const lines: Line[] = []
  for (const meter of METERS) {
    if (usage[meter] === 0) continue
    if (Number.isNaN(unit[meter])) return { kind: 'unpriced', reason: `no price for ${METER_ITEMS[meter]} tokens` }
    lines.push(millions(`${METER_ITEMS[meter]}${where}`, usage[meter], unit[meter]))
  }
  if (topUp > 0) lines.push(millions('input below the minimum', topUp, unit.freshInput))
  if (price.usdPerRequest === undefined) return { kind: 'priced', lines }
  if (requests === undefined) {
    const reason = 'charges a fee per request, and the file does not say how many requests there were'
    return { kind: 'unpriced', reason }
  }
  if (requests > 0) lines.push(lineAt(price, 'request fee', requests, 'requests', price.usdPerRequest * factor))
  return { kind: 'priced', lines }
}

/** Lines of one item at one unit price are one line. */
const merged = (lines: readonly Line[]): readonly Line[] => {
  const byItem = new Map<string, Line>()
  for (const line of lines) {
    const key = `${line.item} ${line.unitUsd}`
    const known = byItem.get(key)
    const same = known && { ...known, quantity: known.quantity + line.quantity, usd: known.usd + line.usd }
    byItem.set(key, same ?? line)
  }
  return [...byItem.values()]
}

/** Pools as receipt lines, every price multiplied by `factor`. */
export const receiptOf = (pools: Pools, factor: number): Receipt => {
  const lines: Line[] = []
  for (const [price, bands] of pools.entries()) {
    for (const [band, pool] of bands.entries()) {
      if (pool === undefined) continue
      const receipt = poolLines(price, band, pool, factor)
      if (receipt.kind === 'unpriced') return receipt
      lines.push(...receipt.lines)
    }
  }
  return { kind: 'priced', lines: merged(lines) }
}
