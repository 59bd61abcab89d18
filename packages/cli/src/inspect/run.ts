import { InputError } from '@breakeven/core'
import type { ImportReport, ReadOptions } from '@breakeven/formats'
import { importReportJson, renderImportReport, requireTraffic } from '@breakeven/formats'
import { readUsage } from '@breakeven/formats/node'
import type { ReadingFlags } from '../flags/reading.ts'
import { readingOptions } from '../flags/reading.ts'
import type { Io } from '../io.ts'
import { progressOn } from '../progress.ts'
import { writeTraffic } from './write.ts'

export type InspectFlags = ReadingFlags & {
  /** A Parquet file to be written. */
  readonly out?: string
  readonly json: boolean
  readonly quiet: boolean
}

const requireFiles = (files: readonly string[]): void => {
  if (files.length > 0) return
  throw new InputError('there are no files to look into', {
    hint: 'name usage files, a folder or - for standard input, as in: breakeven inspect ~/.claude/projects',
  })
}

/** `breakeven inspect`: the import report; rows are thrown away as they come, or written as Parquet. */
export const runInspect = async (flags: InspectFlags, files: readonly string[], io: Io): Promise<void> => {
  requireFiles(files)
  const progress = progressOn(io, flags.quiet)
  const read = (onRow: ReadOptions['onRow']): Promise<ImportReport> =>
    readUsage(files, { onRow, onProgress: progress.update, ...readingOptions(flags) }).finally(progress.done)
  const show = (report: ImportReport): void =>
    io.stdout.write(flags.json ? `${JSON.stringify(importReportJson(report), null, 2)}\n` : renderImportReport(report))
  if (flags.out === undefined) {
    show(await read(() => {}))
    return
  }
  const rows = await writeTraffic(flags.out, files, async (onRow) => {
    const report = await read(onRow)
    show(report)
    requireTraffic(report)
  })
  if (!flags.quiet) io.stderr.write(`${rows.toLocaleString('en-US')} rows written to ${flags.out}\n`)
}
