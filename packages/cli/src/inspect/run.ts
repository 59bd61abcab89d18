import { importReportJson, renderImportReport } from '@breakeven/formats'
import { readUsage } from '@breakeven/formats/node'
import type { Io } from '../io.ts'
import { progressOn } from '../progress.ts'

export type InspectFlags = {
  readonly map?: Readonly<Record<string, string>>
  readonly dateOrder?: 'day-first' | 'month-first'
  readonly json: boolean
  readonly quiet: boolean
}

/** `breakeven inspect`: the import report, rows thrown away as they come. */
export const runInspect = async (flags: InspectFlags, files: readonly string[], io: Io): Promise<void> => {
  const progress = progressOn(io, flags.quiet)
  const report = await readUsage(files, {
    onRow: () => {},
    onProgress: progress.update,
    ...(flags.map === undefined ? {} : { map: flags.map }),
    ...(flags.dateOrder === undefined ? {} : { dateOrder: flags.dateOrder }),
  })
  progress.done()
  io.stdout.write(flags.json ? `${JSON.stringify(importReportJson(report), null, 2)}\n` : renderImportReport(report))
}
