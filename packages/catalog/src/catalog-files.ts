import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { InputError } from '@breakeven/core'
import type { ArticlePreset, Catalog, Container } from '@breakeven/core'
import { z } from 'zod'

import { readMachines, readServices } from './aws.ts'
import type { NamedText } from './aws.ts'
import { readContainers } from './containers.ts'
import { acceleratorRow, engineRow, modelRow, openModelOf, presetFile, tokenizerRow } from './rows.ts'
import { readYaml, refuseUnknown } from './source-file.ts'
import type { SourceFile } from './source-file.ts'

/** Everything but the prices of commercial APIs. */
export type CatalogFiles = Omit<Catalog, 'hash' | 'asOf' | 'apiModels'> & {
  readonly presets: readonly ArticlePreset[]
  readonly containers: readonly Container[]
}

const rowsOf = <Row extends { id: string }>(
  { text, file }: NamedText,
  row: z.ZodType<Row>,
): SourceFile<readonly Row[]> => {
  const rows = readYaml(text, file, z.array(row))
  const ids = new Set<string>()
  rows.value.forEach(({ id }, index) => {
    if (ids.has(id))
      throw new InputError(`${id} stands here twice`, {
        ...rows.placeAt([index, 'id']),
        hint: 'ids are unique in a file',
      })
    ids.add(id)
  })
  return rows
}

const idsOf = (rows: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(rows.map(({ id }) => id))

/** Reads data/, checks every row and every name that one file uses of another. Throws `InputError` at the first that is wrong. */
export const readCatalogFiles = async (dataFolder: string): Promise<CatalogFiles> => {
  const open = async (name: string): Promise<NamedText> => ({
    text: await readFile(join(dataFolder, name), 'utf8'),
    file: `data/${name}`,
  })
  const [instances, rates, uplift, cpus, services, containers, accelerators, models, engines, tokenizers, article] =
    await Promise.all([
      open('aws/instances.csv'),
      open('aws/rates.csv'),
      open('aws/uplift.csv'),
      open('aws/cpus.csv'),
      open('aws/services.csv'),
      open('aws/containers.csv'),
      open('accelerators.yaml'),
      open('models.yaml'),
      open('engines.yaml'),
      open('tokenizers.yaml'),
      open('presets/article-2023.yaml'),
    ])
  const families = rowsOf(tokenizers, tokenizerRow).value
  const devices = rowsOf(accelerators, acceleratorRow).value
  const modelRows = rowsOf(models, modelRow)
  const familyIds = idsOf(families)
  modelRows.value.forEach(({ tokenizer }, index) =>
    refuseUnknown('tokeniser family', tokenizer, familyIds, modelRows.placeAt([index, 'tokenizer'])),
  )
  const machines = readMachines({ instances, rates, uplift, cpus, accelerators: idsOf(devices) })
  const preset = readYaml(article.text, article.file, presetFile)
  const modelIds = idsOf(modelRows.value)
  const instanceIds = idsOf(machines.instances)
  for (const part of ['host', 'smallHost'] as const) {
    refuseUnknown('model', preset.value[part].model, modelIds, preset.placeAt([part, 'model']))
    refuseUnknown('instance', preset.value[part].instance, instanceIds, preset.placeAt([part, 'instance']))
  }
  const engineRows = rowsOf(engines, engineRow).value
  return {
    openModels: modelRows.value.map(openModelOf),
    accelerators: [...devices, ...machines.cpus],
    instances: machines.instances,
    engines: engineRows,
    services: readServices(services),
    tokenizers: families,
    presets: [preset.value],
    containers: readContainers(containers, idsOf(engineRows)),
  }
}
