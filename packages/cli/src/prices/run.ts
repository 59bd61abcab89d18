import { loadCatalog } from '@breakeven/catalog'
import type { ApiModel, Catalog, IsoDate } from '@breakeven/core'
import { dateOf, didYouMean, InputError } from '@breakeven/core'
import type { Io } from '../io.ts'
import { pricesJson, renderPrices } from './render.ts'
import { machineRows, modelsLike, priceRows } from './rows.ts'

export type PricesFlags = { readonly on?: IsoDate; readonly all: boolean; readonly json: boolean }

const unknownName = ({ apiModels, instances }: Catalog, text: string): InputError => {
  const names = [...apiModels, ...instances].map(({ id }) => id)
  return new InputError(`nothing in the catalogue has "${text}" in its name`, {
    hint: didYouMean(text, names) ?? '`breakeven prices` without a name lists every model',
  })
}

/** What the dates say of a name that has no price on this day: too early, or gone since. */
const datesText = (models: readonly ApiModel[], on: IsoDate): string => {
  const retired = models.map((model) => model.retired ?? '').toSorted((a, b) => b.localeCompare(a))
  const [last] = retired
  if (last !== undefined && last !== '' && last <= on && !retired.includes(''))
    return `its seller retired it on ${last}`
  const starts = models.flatMap(({ prices }) => prices.flatMap(({ from }) => from ?? []))
  const [first] = starts.toSorted((a, b) => a.localeCompare(b))
  return first === undefined ? 'no dated row is known' : `the first known row is from ${first}`
}

const unpriced = (models: readonly ApiModel[], text: string | undefined, on: IsoDate): InputError =>
  new InputError(`no price of ${text === undefined ? 'any model' : `"${text}"`} is known to be in force on ${on}`, {
    hint: `${datesText(models, on)}; --all shows the rows of all dates`,
  })

/** `breakeven prices`: rows of the catalogue as they stand. */
export const runPrices = ({ on, all, json }: PricesFlags, text: string | undefined, io: Io): void => {
  if (all && on !== undefined)
    throw new InputError('--all and --on ask for different rows', { hint: 'give one or the other' })
  const catalog = loadCatalog()
  const date = all ? undefined : (on ?? dateOf(io.now().getTime() / 1000))
  const models = modelsLike(catalog, text)
  const machines = machineRows(catalog, text)
  const prices = priceRows(models, date)
  if (text !== undefined && models.length === 0 && machines.length === 0) throw unknownName(catalog, text)
  if (date !== undefined && prices.length === 0 && machines.length === 0) throw unpriced(models, text, date)
  const look = { width: io.stdout.columns ?? Infinity, colour: io.stdout.colour }
  io.stdout.write(
    json ? `${JSON.stringify(pricesJson(prices, machines), null, 2)}\n` : renderPrices(prices, machines, look),
  )
}
