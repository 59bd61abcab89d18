import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { InputError } from '@breakeven/core'
import type { ApiModel } from '@breakeven/core'

import { withContexts } from './contexts.ts'
import { importGenaiPrices } from './genai-prices.ts'
import { mergeModels } from './merge.ts'
import type { PricedModel } from './merge.ts'
import { readPriceFile } from './price-file.ts'
import type { PriceRow } from './price-file.ts'
import { pricesOf } from './price-rows.ts'
import { withInferenceProfiles } from './inference-profiles.ts'
import { doubtUnproven } from './unproven.ts'
import { describeModels, readClasses } from './classes.ts'

const PRICE_FOLDER = 'api-prices'
const CLASS_FILE = 'api-classes.csv'

/** A model's release and retirement stand on its rows; they must not contradict each other. */
const soleDate = (
  rows: readonly PriceRow[],
  key: 'released' | 'retired',
): { readonly [Key in typeof key]?: string } => {
  const dates = new Set(rows.flatMap((row) => row[key] ?? []))
  const [first, second] = dates
  if (second !== undefined) {
    const place = rows.find((row) => row[key] === second)?.place ?? {}
    throw new InputError(`${rows[0]?.model}: ${key} both ${first} and ${second}`, {
      ...place,
      key,
      hint: 'a model has one date',
    })
  }
  return first === undefined ? {} : { [key]: first }
}

const modelsOf = (provider: string, rows: readonly PriceRow[]): readonly PricedModel[] =>
  [...Map.groupBy(rows, ({ model }) => model)].map(([model, own]) => ({
    provider,
    model,
    aliases: [],
    prices: pricesOf(own),
    ...soleDate(own, 'released'),
    ...soleDate(own, 'retired'),
  }))

const readOwnModels = async (dataFolder: string): Promise<readonly PricedModel[]> => {
  const folder = join(dataFolder, PRICE_FOLDER)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.csv')).toSorted()
  const files = await Promise.all(
    names.map(async (name) => {
      const rows = readPriceFile(await readFile(join(folder, name), 'utf8'), `data/${PRICE_FOLDER}/${name}`)
      return modelsOf(name.slice(0, -'.csv'.length), rows)
    }),
  )
  return files.flat()
}

/** The price book, and what of genai-prices is not in it because it is not sold by text tokens. */
type ApiBook = { readonly models: readonly ApiModel[]; readonly leftOut: readonly string[] }

/**
 * Reads data/api-prices and data/api-classes.csv and lays them over genai-prices. For set-up time: it needs Node.
 * Throws `InputError` with file, line and key where a row is wrong or two rows contradict each other.
 */
export const readApiBook = async (dataFolder: string): Promise<ApiBook> => {
  const [own, { models: imported, leftOut }, classText] = await Promise.all([
    readOwnModels(dataFolder),
    importGenaiPrices(),
    readFile(join(dataFolder, CLASS_FILE), 'utf8'),
  ])
  const priced = mergeModels(withInferenceProfiles(own), imported).map(doubtUnproven)
  return { models: withContexts(describeModels(priced, readClasses(classText, `data/${CLASS_FILE}`))), leftOut }
}
