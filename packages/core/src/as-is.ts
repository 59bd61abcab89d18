import { type ApiConditions, bandFor, type Sum } from './api-cost.ts'
import { newPools, type Pools, receiptOf } from './api-receipt.ts'
import { type ModelIndex, resolveModel } from './model-index.ts'
import { ownHostingOf, ownHostingReason, type OwnHosting } from './own-hosting.ts'
import { priceAt, tariffOf, type TariffResult } from './price.ts'
import type { IsoDate, Tokens, Usd } from './units.ts'
import { dateOf } from './units.ts'
import type { Line } from './cost.ts'
import { totalTokens } from './workload-summary.ts'
import type { Cell, Group, Workload } from './workload.ts'
import { SECONDS_PER_SLOT } from './workload.ts'

/** `own`: an open model that nobody sold by the token. It has a bill, and the log does not hold it. */
type Unpriced = { readonly model: string; readonly tokens: Tokens; readonly reason: string; readonly own?: OwnHosting }

/** A group's tariff with what is to be said of it. */
type Found = TariffResult & { readonly note?: string; readonly own?: OwnHosting }

/** The bill of the log itself, and what of it could not be priced. */
export type AsIsBill = {
  readonly usd: Usd
  readonly lines: readonly Line[]
  readonly notes: readonly string[]
  readonly unpriced: readonly Unpriced[]
}

const dateOfCell = (cell: Cell, fallback: IsoDate): IsoDate =>
  cell.slot === undefined ? fallback : dateOf(cell.slot * SECONDS_PER_SLOT)

const nameOf = ({ model }: Group): string => model ?? '(no model named)'

/** The tariff of what a row names on its date, each looked up once. */
const tariffs = (index: ModelIndex, conditions: ApiConditions): ((group: Group, on: IsoDate) => Found) => {
  const known = new Map<string, Found>()
  const lookUp = (group: Group, on: IsoDate): Found => {
    const found = resolveModel(index, group)
    if (found === undefined) {
      if (group.model === undefined) return { kind: 'unpriced', reason: 'the row names no model' }
      const own = ownHostingOf(index, group)
      return own === undefined
        ? { kind: 'unpriced', reason: 'not in the catalogue' }
        : { kind: 'unpriced', reason: ownHostingReason(own), own }
    }
    const region = conditions.region === undefined ? {} : { region: conditions.region }
    const tariff = tariffOf(found.model, { on, tier: group.tier, logged: true, ...region })
    return found.note === undefined ? tariff : { ...tariff, note: found.note }
  }
  return (group, on) => {
    const key = `${group.provider ?? ''} ${group.model ?? ''} ${on} ${group.tier}`
    let result = known.get(key)
    if (result === undefined) known.set(key, (result = lookUp(group, on)))
    return result
  }
}

/** Each call on the model it names, at its own date's price. Undefined where no row names a model. */
export const asIsBill = (workload: Workload, index: ModelIndex, conditions: ApiConditions): AsIsBill | undefined => {
  if (workload.groups.every((group) => group.model === undefined)) return undefined
  const { bound = 'base', priceFactor = 1 } = conditions
  const tariffFor = tariffs(index, conditions)
  const pools = new Map<string, Pools>()
  const notes = new Set<string>()
  const unpriced = new Map<string, Unpriced>()
  const leave = (group: Group, tokens: Tokens, reason: string, own: OwnHosting | undefined): void => {
    const name = nameOf(group)
    const entry = unpriced.get(name) ?? { model: name, tokens: 0, reason, ...(own === undefined ? {} : { own }) }
    unpriced.set(name, { ...entry, tokens: entry.tokens + tokens })
  }
  for (const cell of workload.cells) {
    const group = workload.groups[cell.group]!
    const tariff = tariffFor(group, dateOfCell(cell, conditions.on))
    if (tariff.kind === 'unpriced') {
      leave(group, totalTokens(cell.usage), tariff.reason, tariff.own)
      continue
    }
    if (tariff.note !== undefined) notes.add(tariff.note)
    for (const note of tariff.tariff.notes) notes.add(`${nameOf(group)}: ${note}`)
    const at = cell.slot === undefined ? undefined : cell.slot * SECONDS_PER_SLOT
    const price = priceAt(tariff.tariff, at)
    const sum: Sum = { group, segment: cell.segment, at, requests: cell.requests, usage: cell.usage }
    let own = pools.get(nameOf(group))
    if (own === undefined) pools.set(nameOf(group), (own = newPools()))
    own.add(price, bandFor(sum, cell.usage, price, workload.edges, 1, bound), cell.usage, cell.requests)
  }
  const lines: Line[] = []
  for (const [model, own] of pools) {
    const receipt = receiptOf(own, priceFactor)
    if (receipt.kind === 'priced')
      lines.push(...receipt.lines.map((line) => ({ ...line, item: `${model} ${line.item}` })))
    else unpriced.set(model, { model, tokens: tokensIn(workload, model), reason: receipt.reason })
  }
  return {
    usd: lines.reduce((sum, line) => sum + line.usd, 0),
    lines,
    notes: [...notes],
    unpriced: [...unpriced.values()],
  }
}

const tokensIn = (workload: Workload, model: string): Tokens =>
  workload.cells.reduce(
    (sum, cell) => sum + (nameOf(workload.groups[cell.group]!) === model ? totalTokens(cell.usage) : 0),
    0,
  )
