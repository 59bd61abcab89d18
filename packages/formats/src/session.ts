import { InputError } from '@breakeven/core'
import type { CallSum, Row, Seconds } from '@breakeven/core'
import type { ColumnMap, FileContext, ReadOptions, RowExtra } from './format.ts'
import type { FileReport } from './report.ts'
import type { DateOrder } from './text/time.ts'

/** A row that waits to be the best of its id. */
type Deferred = {
  readonly rank: number
  readonly context: FileContext
  readonly row: Row
  readonly line: number
  readonly extra: RowExtra | undefined
}

/** What the files of one run share: who was seen, what waits for the end, where rows go. */
export type Session = {
  readonly map: ColumnMap
  /** The format that every file is read as; undefined: by content. */
  readonly as: string | undefined
  readonly relativeTo: Seconds
  readonly dateOrder: DateOrder | undefined
  readonly undated: ReadOptions['undated']
  readonly onRow: (row: Row) => void
  readonly onSum: (sum: CallSum) => void
  readonly rows: () => number
  /** The ids that one format has met. */
  readonly seen: (formatId: string) => Set<string>
  readonly deferred: (formatId: string) => Map<string, Deferred>
  readonly shared: <T>(formatId: string, make: () => T) => T
  readonly atEnd: (finish: () => void) => void
  /** A file is done; its report is asked for when all are. */
  readonly addFile: (report: () => FileReport) => void
  /** Hands out what waited, then the reports in the order of the files. */
  readonly finish: () => readonly FileReport[]
}

const orNew = <T>(all: Map<string, T>, key: string, make: () => T): T => {
  let one = all.get(key)
  if (one === undefined) all.set(key, (one = make()))
  return one
}

export const newSession = (options: ReadOptions): Session => {
  const seen = new Map<string, Set<string>>()
  const deferred = new Map<string, Map<string, Deferred>>()
  const states = new Map<string, unknown>()
  const finishers: (() => void)[] = []
  const files: (() => FileReport)[] = []
  let rows = 0
  return {
    map: options.map ?? {},
    // Who names columns means a table.
    as: options.as ?? (Object.keys(options.map ?? {}).length > 0 ? 'table' : undefined),
    relativeTo: options.relativeTo ?? 0,
    dateOrder: options.dateOrder,
    undated: options.undated,
    onRow: (row) => {
      rows++
      options.onRow(row)
    },
    onSum: (sum) => {
      rows += sum.calls
      options.big?.onSum(sum)
    },
    rows: () => rows,
    seen: (formatId) => orNew(seen, formatId, () => new Set()),
    deferred: (formatId) => orNew(deferred, formatId, () => new Map()),
    shared: <T>(formatId: string, make: () => T): T => {
      if (!states.has(formatId)) states.set(formatId, make())
      return states.get(formatId) as T
    },
    atEnd: (finish) => {
      finishers.push(finish)
    },
    addFile: (report) => {
      files.push(report)
    },
    finish: () => {
      for (const finish of finishers) finish()
      for (const entries of deferred.values())
        for (const { context, row, line, extra } of entries.values()) context.row(row, line, extra)
      return files.map((report) => report())
    },
  }
}

/** Files that could not be read at all, told as one message. */
export const nothingFound = (names: readonly string[]): InputError =>
  new InputError(`No usage file in ${names.join(', ')}.`, {
    hint: 'Name a file of token usage, or a folder that holds some.',
  })
