import { InputError } from '@breakeven/core'
import type { Row, Seconds } from '@breakeven/core'
import type { ColumnMap, ReadOptions } from './format.ts'
import type { FileReport } from './report.ts'

type Deferred = { readonly give: () => void; readonly lose: () => void }

/** What the files of one run share: who was seen, what waits for the end, where rows go. */
export type Session = {
  readonly map: ColumnMap
  readonly format: string | undefined
  readonly relativeTo: Seconds
  readonly onRow: (row: Row) => void
  readonly rows: () => number
  readonly seen: (formatId: string, id: string) => boolean
  readonly defer: (key: string, rank: number, entry: Deferred) => void
  readonly shared: <T>(formatId: string, make: () => T) => T
  readonly atEnd: (finish: () => void) => void
  /** A file is done; its report is asked for when all are. */
  readonly addFile: (report: () => FileReport) => void
  /** Hands out what waited, then the reports in the order of the files. */
  readonly finish: () => readonly FileReport[]
}

export const newSession = (options: ReadOptions): Session => {
  const seen = new Map<string, Set<string>>()
  const deferred = new Map<string, { rank: number; entry: Deferred }>()
  const states = new Map<string, unknown>()
  const finishers: (() => void)[] = []
  const files: (() => FileReport)[] = []
  let rows = 0
  return {
    map: options.map ?? {},
    // Who names columns means a table.
    format: options.format ?? (Object.keys(options.map ?? {}).length > 0 ? 'table' : undefined),
    relativeTo: options.relativeTo ?? 0,
    onRow: (row) => {
      rows++
      options.onRow(row)
    },
    rows: () => rows,
    seen: (formatId, id) => {
      let ids = seen.get(formatId)
      if (!ids) seen.set(formatId, (ids = new Set()))
      if (ids.has(id)) return true
      ids.add(id)
      return false
    },
    defer: (key, rank, entry) => {
      const known = deferred.get(key)
      if (known && known.rank >= rank) {
        entry.lose()
        return
      }
      known?.entry.lose()
      deferred.set(key, { rank, entry })
    },
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
      for (const { entry } of deferred.values()) entry.give()
      return files.map((report) => report())
    },
  }
}

/** Files that could not be read at all, told as one message. */
export const nothingFound = (names: readonly string[]): InputError =>
  new InputError(`No usage file in ${names.join(', ')}.`, {
    hint: 'Name a file of token usage, or a folder that holds some.',
  })
