import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'

import { loadCatalog } from '@breakeven/catalog'
import { type Catalog, didYouMean, InputError } from '@breakeven/core'

import type { Io } from '../io.ts'
import { progressOn } from '../progress.ts'
import { readCsv } from './csv.ts'
import { holdsKv, type KvRow, kvRowsOf } from './kv.ts'
import { type Checked, renderValidation, validationJson, validationMarkdown } from './output.ts'
import { type Run, runOf } from './runs.ts'
import { validate, type Validation } from './validate.ts'

export type ValidateFlags = { readonly json: boolean; readonly markdown?: string; readonly quiet: boolean }

const RUN = '.requests.jsonl'
/** Without these no row can be predicted; the others may be absent. */
const NEEDED = ['model', 'engine', 'gpu', 'input_tokens', 'output_tokens'] as const

const textOf = async (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`cannot read the file (${error.code ?? error.message})`, { file })
  })

const requireColumns = (csv: string, file: string): void => {
  const [first] = readCsv(csv)
  if (first === undefined) throw new InputError('there are no rows of measurements in it', { file })
  const names = [...first.keys()]
  const lacking = NEEDED.find((name) => !first.has(name))
  if (lacking === undefined) return
  throw new InputError(`there is no column ${lacking}`, {
    file,
    line: 1,
    hint: didYouMean(lacking, names) ?? `needed are ${NEEDED.join(', ')}; found ${names.slice(0, 6).join(', ')}, …`,
  })
}

const NOTHING: Validation = { rows: 0, predicted: 0, residuals: [], skipped: [] }

const joined = (one: Validation, other: Validation): Validation => ({
  rows: one.rows + other.rows,
  predicted: one.predicted + other.predicted,
  residuals: [...one.residuals, ...other.residuals],
  skipped: [...one.skipped, ...other.skipped],
})

const checkedOf = async (files: readonly string[], catalog: Catalog, io: Io, quiet: boolean): Promise<Checked> => {
  let validation = NOTHING
  const kv: KvRow[] = []
  const runs: Run[] = []
  for (const file of files) {
    // One after the other, so that progress speaks of one file.
    const text = await textOf(file)
    if (file.endsWith(RUN)) {
      const meta = await textOf(`${file.slice(0, -RUN.length)}.meta.json`)
      runs.push(runOf(basename(file, RUN), text, meta, catalog))
    } else if (holdsKv(text)) kv.push(...kvRowsOf(text, catalog))
    else {
      requireColumns(text, file)
      const progress = progressOn(io, quiet)
      const onRow = (done: number, of: number): void =>
        progress.update({ file: basename(file), bytesRead: done, bytesTotal: of, rows: done })
      validation = joined(validation, validate(text, catalog, onRow))
      progress.done()
    }
  }
  return { validation, kv, runs }
}

/** What stands in a Markdown file between its words and the tables that are made. */
const MARK = '<!-- Below this line everything is made by `breakeven validate … --markdown`. -->'

const writeMarkdown = async (file: string, checked: Checked): Promise<void> => {
  const before = await readFile(file, 'utf8').catch(() => `# Accuracy\n\n${MARK}\n`)
  const cut = before.indexOf(MARK)
  if (cut < 0)
    throw new InputError('this file has no line that says where the tables begin', {
      file,
      hint: `put ${MARK} on a line of its own, or name a new file`,
    })
  await writeFile(file, `${before.slice(0, cut)}${MARK}\n\n${validationMarkdown(checked)}`)
}

/** `breakeven validate`: the capacity model against measurements. */
export const runValidate = async (flags: ValidateFlags, files: readonly string[], io: Io): Promise<void> => {
  const checked = await checkedOf(files, loadCatalog(), io, flags.quiet)
  if (flags.markdown !== undefined) await writeMarkdown(flags.markdown, checked)
  const look = { width: io.stdout.columns ?? Infinity, colour: io.stdout.colour }
  io.stdout.write(
    flags.json ? `${JSON.stringify(validationJson(checked), null, 2)}\n` : renderValidation(checked, look),
  )
}
