import { InputError } from '@breakeven/core'
import type { ApiModel, CapabilityClass, IsoDate, Task } from '@breakeven/core'
import { z } from 'zod'

import { csvPositive, csvProvenance, text } from '../cells.ts'
import { readCsv } from '../source-file.ts'
import type { PricedModel } from './merge.ts'
import { commonName } from './model-name.ts'

const rowShape = z.strictObject({
  name: text,
  class: z.enum(['frontier', 'large', 'medium', 'small']).exactOptional(),
  benchmark: text.exactOptional(),
  score: csvPositive.exactOptional(),
  open_model: text.exactOptional(),
  tokenizer: text.exactOptional(),
  ...csvProvenance,
})

/** What is known of the models that go by a common name, whoever sells them. */
export type ClassRow = {
  /** Matches the whole common name. */
  readonly name: RegExp
  readonly class?: CapabilityClass
  readonly benchmark?: string
  readonly score?: number
  readonly openModel?: string
  readonly tokenizer?: string
  readonly asOf: IsoDate
  readonly sure: string
  readonly source: string
}

/** Reads data/api-classes.csv. Throws `InputError` with line, column and key. */
export const readClasses = (csv: string, file: string): readonly ClassRow[] => {
  const { value, placeAt } = readCsv(csv, file, rowShape)
  return value.map(({ name, open_model, as_of, ...row }, index) => {
    try {
      const match = new RegExp(`^(?:${name})$`)
      return { ...row, name: match, asOf: as_of, ...(open_model === undefined ? {} : { openModel: open_model }) }
    } catch {
      throw new InputError(`"${name}" is not a regular expression`, {
        ...placeAt([index, 'name']),
        hint: 'write it for the whole common name, lower case: gpt-4o(-2024-08-06)?',
      })
    }
  })
}

const EMBEDS = /embed|^voyage-|^bge-|^e5-|^gte-|minilm|^uae-|m2-bert|-similarity-|^plamo-|nomic|retriev|arctic/
const ENCODER_SOURCE = 'sold for embedding: compared with encoders only'

const taskOf = (common: string, { prices }: PricedModel): Task =>
  EMBEDS.test(common) ||
  (/rerank|distilbert|moderation|guard/.test(common) && !prices.some(({ bands }) => bands[0]?.usdPerMillion.output))
    ? 'embed'
    : 'generate'

const classSource = ({ benchmark, score, source, sure }: ClassRow): string => {
  const grade = sure === 'published' ? '' : ` (${sure})`
  return `${benchmark === undefined ? '' : `${benchmark} ${score}: `}${source}${grade}`
}

/** The release dates by common name: a reseller's undated price does not reach back beyond the model's release. */
const releases = (models: readonly PricedModel[]): ReadonlyMap<string, IsoDate> => {
  const dates = new Map<string, IsoDate>()
  for (const { model, released } of models) {
    const name = commonName(model)
    const known = dates.get(name)
    if (released !== undefined && (known === undefined || released < known)) dates.set(name, released)
  }
  return dates
}

const hasUndated = ({ prices }: PricedModel): boolean => prices.some(({ from }) => from === undefined)

const described = (model: PricedModel, rows: readonly ClassRow[], released: IsoDate | undefined): ApiModel => {
  const name = commonName(model.model)
  const task = taskOf(name, model)
  const matching = task === 'embed' ? [] : rows.filter((row) => row.name.test(name))
  const classed = matching.find((row) => row.class !== undefined)
  const openModel = matching.find((row) => row.openModel !== undefined)?.openModel
  const tokenizer = matching.find((row) => row.tokenizer !== undefined)?.tokenizer
  const { aliases, ...rest } = model
  return {
    id: `${model.provider}/${model.model}`,
    ...rest,
    ...(aliases.length === 0 ? {} : { aliases }),
    task,
    ...(classed?.class === undefined ? {} : { capability: { class: classed.class, source: classSource(classed) } }),
    ...(task === 'embed' ? { capability: { class: 'encoder', source: ENCODER_SOURCE } } : {}),
    ...(openModel === undefined ? {} : { openModel }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(model.released === undefined && released !== undefined && hasUndated(model) ? { released } : {}),
  }
}

/** Adds task, class, open model, tokeniser family and, for undated prices, the release. */
export const describeModels = (models: readonly PricedModel[], rows: readonly ClassRow[]): readonly ApiModel[] => {
  const dates = releases(models)
  return models.map((model) => described(model, rows, dates.get(commonName(model.model))))
}
