import { InputError } from '@breakeven/core'
import type { Seconds } from '@breakeven/core'
import { sumCounts } from './counts.ts'
import type { Counts, Drop } from './counts.ts'

/** Something a person should know about a file; with `kind`, `count` and `lines` it tells of entries that gave no row. */
export type Issue = {
  readonly file: string
  readonly line?: number
  readonly message: string
  readonly kind?: Drop
  readonly count?: number
  /** Every one of them: `3, 7–9`. */
  readonly lines?: string
}

export type FileReport = {
  readonly path: string
  /** Id of the format; `empty` for a file without anything in it. */
  readonly format: string
  readonly formatName: string
  readonly counts: Counts
  readonly firstAt?: Seconds
  readonly lastAt?: Seconds
  readonly grainSeconds?: Seconds
  /** Times count from the start of the trace, not from 1970. */
  readonly isRelative: boolean
  /** More pages of the same answer were not in the file. */
  readonly incompletePage: boolean
  /** Columns of a table of your own that say nothing to us. */
  readonly unusedColumns: readonly string[]
  /** Texts that a format shows as they are, such as numbers beyond 2^53. */
  readonly facts: Readonly<Record<string, string>>
  /** The format never carries tokens: what to export in its place. */
  readonly instead?: string
  readonly issues: readonly Issue[]
}

/** What came in: nothing is dropped silently. */
export type ImportReport = {
  readonly files: readonly FileReport[]
  readonly total: Counts
  readonly firstAt?: Seconds
  readonly lastAt?: Seconds
  /** The coarsest clock or bucket of the files: no peak is known below it. */
  readonly grainSeconds?: Seconds
  readonly incompletePage: boolean
  readonly issues: readonly Issue[]
}

const defined = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined)

export const reportOf = (files: readonly FileReport[], issues: readonly Issue[] = []): ImportReport => {
  const first = defined(files.map((file) => file.firstAt))
  const last = defined(files.map((file) => file.lastAt))
  const grains = defined(files.map((file) => file.grainSeconds))
  return {
    files,
    total: sumCounts(files.map((file) => file.counts)),
    ...(first.length > 0 ? { firstAt: first.reduce((a, b) => Math.min(a, b)) } : {}),
    ...(last.length > 0 ? { lastAt: last.reduce((a, b) => Math.max(a, b)) } : {}),
    ...(grains.length > 0 ? { grainSeconds: grains.reduce((a, b) => Math.max(a, b)) } : {}),
    incompletePage: files.some((file) => file.incompletePage),
    issues: [...issues, ...files.flatMap((file) => file.issues)],
  }
}

/** A trace that counts from its own start and a log with dates would seem to be half a century apart. */
const requireOneClock = ({ files }: ImportReport): void => {
  const timed = files.filter((file) => file.firstAt !== undefined)
  const relative = timed.find((file) => file.isRelative)
  const dated = timed.find((file) => !file.isRelative)
  if (relative && dated)
    throw new InputError(`Its times count from the start of the trace, those of ${dated.path} are dates.`, {
      file: relative.path,
      hint: 'Compare them one after the other.',
    })
}

/** Why a row with a time that nobody can read is left out. */
export const NO_TIME = 'no readable time'

const HINT_OF_NO_TIME =
  'If a column holds the times, name it with --map at=COLUMN. If the file has none, --undated 2026-10-01..2026-10-31 says when its calls were made.'

/** Throws `InputError` unless there is something to price: at least one call or bucket with tokens. */
export const requireTraffic = (report: ImportReport): void => {
  requireOneClock(report)
  const { total, files } = report
  if (total.input !== null && (total.rows ?? 0) > 0 && (total.input > 0 || (total.output ?? 0) > 0)) return
  const place = files.length === 1 && files[0] ? { file: files[0].path } : {}
  const instead = files.find((file) => file.instead !== undefined)
  if (instead)
    throw new InputError(`${instead.formatName}: this file has no token counts.`, {
      ...place,
      hint: instead.instead ?? '',
    })
  if (files.every((file) => file.format === 'empty'))
    throw new InputError(files.length === 1 ? 'The file is empty.' : 'The files are empty.', {
      ...place,
      hint: 'Export it again, or give the traffic as numbers: --requests-per-day, --input-tokens, --output-tokens.',
    })
  const why = report.issues.find((issue) => issue.kind === 'malformedLines')
  throw new InputError(why ? `No line could be read. ${why.message}` : 'There is a header and no traffic below it.', {
    ...place,
    ...(why?.line === undefined ? {} : { line: why.line }),
    hint:
      why?.message.includes(NO_TIME) === true
        ? HINT_OF_NO_TIME
        : 'Export a time span that has traffic; `breakeven inspect` shows what a file holds.',
  })
}

export const isoTime = (at: Seconds): string => new Date(at * 1000).toISOString()

const times = ({
  firstAt,
  lastAt,
  grainSeconds,
}: {
  firstAt?: Seconds
  lastAt?: Seconds
  grainSeconds?: Seconds
}): Record<string, unknown> => ({
  firstAt: firstAt === undefined ? null : isoTime(firstAt),
  lastAt: lastAt === undefined ? null : isoTime(lastAt),
  grainSeconds: grainSeconds ?? null,
})

/** The report as `breakeven inspect --json` prints it; times in ISO 8601. */
export const importReportJson = (report: ImportReport): Record<string, unknown> => ({
  schema: 'breakeven/import@1',
  files: report.files.map((file) => ({
    path: file.path,
    format: file.format,
    ...file.counts,
    ...file.facts,
    incompletePage: file.incompletePage,
    unusedColumns: file.unusedColumns,
    relativeTime: file.isRelative,
    ...times(file),
  })),
  total: { ...report.total, ...report.files[0]?.facts, incompletePage: report.incompletePage },
  ...times(report),
  issues: report.issues,
})
