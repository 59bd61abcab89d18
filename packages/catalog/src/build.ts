import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { InputError, placeText } from '@breakeven/core'
import type { ApiModel, Catalog } from '@breakeven/core'

import { readApiBook } from './api/read-api-models.ts'
import { readCatalogFiles } from './catalog-files.ts'
import type { CatalogFiles } from './catalog-files.ts'
import { snapshotOf } from './snapshot.ts'
import type { ShippedCatalog } from './snapshot.ts'
import { refuseUnknown } from './source-file.ts'

// Compiles data/ into generated/catalog.json, which everything else loads. Run by set-up and by `npm run catalog`.

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const newestOf = (rows: Iterable<{ readonly asOf: string }>): string => {
  let newest = ''
  for (const { asOf } of rows) if (asOf > newest) newest = asOf
  return newest
}

const newestDate = ({
  apiModels,
  instances,
  services,
  accelerators,
  openModels,
}: Omit<Catalog, 'hash' | 'asOf'>): string =>
  newestOf([
    ...apiModels.flatMap(({ prices }) => prices),
    ...instances.flatMap(({ rates }) => rates),
    ...services,
    ...accelerators,
    ...openModels,
  ])

/** The price book names tokeniser families and open models that other files define. */
const refuseUnknownNames = (apiModels: readonly ApiModel[], { tokenizers, openModels }: CatalogFiles): void => {
  const families = new Set(tokenizers.map(({ id }) => id))
  const models = new Set(openModels.map(({ id }) => id))
  for (const { id, tokenizer, openModel } of apiModels) {
    const place = { file: `the price book, ${id}` }
    if (tokenizer !== undefined) refuseUnknown('tokeniser family', tokenizer, families, place)
    if (openModel !== undefined) refuseUnknown('open model', openModel, models, place)
  }
}

const build = async (): Promise<void> => {
  const started = performance.now()
  const dataFolder = here('../../../data')
  const [files, { models: apiModels, leftOut }] = await Promise.all([
    readCatalogFiles(dataFolder),
    readApiBook(dataFolder),
  ])
  refuseUnknownNames(apiModels, files)
  const content = { apiModels, ...files }
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)
  const catalog: ShippedCatalog = { hash, asOf: newestDate(content), ...content }
  const json = snapshotOf(catalog)
  mkdirSync(here('../generated'), { recursive: true })
  writeFileSync(here('../generated/catalog.json'), json)
  const rates = files.instances.reduce((sum, instance) => sum + instance.rates.length, 0)
  process.stderr.write(
    `catalogue ${hash} as of ${catalog.asOf}: ${apiModels.length} API models (${leftOut.length} more are not sold by text tokens), ${files.openModels.length} open models, ${files.instances.length} machines with ${rates} prices; ` +
      `${Math.round(json.length / 1024)} KB (${Math.round(gzipSync(json).length / 1024)} KB gzip) in ${Math.round(performance.now() - started)} ms\n`,
  )
}

try {
  await build()
} catch (error) {
  if (!(error instanceof InputError)) throw error
  process.stderr.write(
    `${placeText(error.place)}: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}\n`,
  )
  process.exitCode = 2
}
