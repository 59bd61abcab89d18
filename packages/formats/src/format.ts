import type { CallSum, Row, Seconds, Tokens } from '@breakeven/core'
import type { CountName, Drop } from './counts.ts'
import type { Trace } from './table/rows.ts'
import type { Cells } from './text/table.ts'
import type { DateOrder } from './text/time.ts'

/** Column or key names that a person gives by `--map`: ours on the left, the file's on the right. `=gpt-4o` on the right is a constant. */
export type ColumnMap = Readonly<Record<string, string>>

export type ReadOptions = {
  readonly onRow: (row: Row) => void
  readonly map?: ColumnMap
  /** Reads every file as this format, by its id in `FORMATS`, where content would be recognised as another. */
  readonly as?: string
  /** What moment the relative times of a trace count from; 0 by default. */
  readonly relativeTo?: Seconds
  /** When calls without a time were made; such calls are left out where nobody says. */
  readonly undated?: { readonly from: Seconds; readonly to: Seconds }
  /** How dates such as `01/10/2026` are read, where a table does not show it itself. */
  readonly dateOrder?: DateOrder
  readonly onProgress?: (progress: Progress) => void
  /** Big plain tables are added up by DuckDB, where it is installed; the rest still comes as rows. In Node only. */
  readonly big?: BigTables
}

export type BigTables = {
  /** The prompt lengths at which segments end, as the summary has them. */
  readonly edges: readonly Tokens[]
  readonly onSum: (sum: CallSum) => void
  /** Files of fewer bytes are streamed; 64 MB by default. */
  readonly fromBytes?: number
}

export type Progress = {
  readonly file: string
  readonly bytesRead: number
  readonly bytesTotal?: number
  readonly rows: number
}

/** What a row does not carry and the report counts. */
export type RowExtra = {
  readonly reasoning?: number | undefined
  /** The part of `cacheWrite5m` of which the file does not say for how long it was kept. */
  readonly unsplitWrite?: number | undefined
  readonly webSearch?: number | undefined
}

/** What a reader says about one file. Every entry ends in `row`, `drop` or `defer`. */
export type FileContext = {
  readonly file: string
  readonly map: ColumnMap
  readonly relativeTo: Seconds
  readonly dateOrder: DateOrder | undefined
  /** Whether a row may come without a time (NaN): somebody said when such calls were made. */
  readonly takesUndated: boolean
  /** A row without a readable time is dropped, unless `takesUndated`. */
  readonly row: (row: Row, line: number, extra?: RowExtra) => void
  readonly drop: (kind: Drop, line: number, reason?: string) => void
  /** One line or value held this many entries. */
  readonly expand: (entries: number) => void
  readonly count: (name: CountName, amount?: number) => void
  /** Said once a file, however often it is found. */
  readonly note: (message: string, line?: number) => void
  /** A text of the file that the report shows by this name. */
  readonly fact: (name: string, value: string) => void
  /** Columns that say nothing to the reader. */
  readonly notUsed: (columns: readonly string[]) => void
  /** The file is one page of several. */
  readonly morePages: () => void
  /** This file cannot be read as it is: an `InputError` with file and line. */
  readonly fail: (message: string, options?: { line?: number; key?: string; hint?: string }) => never
  /** Whether this id came up before, in any file of this run. */
  readonly seen: (id: string) => boolean
  /**
   * One row for each id, over all files: of several, the one with the highest rank, the others are duplicates.
   * Rows are handed out when all files are read.
   */
  readonly defer: (id: string, rank: number, row: Row, line: number, extra?: RowExtra) => void
  /** State that the files of one run share. */
  readonly shared: <T>(make: () => T) => T
  /** Runs when all files are read. */
  readonly atEnd: (finish: () => void) => void
}

export type TableHead = {
  readonly kind: 'table'
  readonly delimiter: string
  /** As written, trimmed. */
  readonly header: readonly string[]
  /** Lower case, words joined by `_`. */
  readonly columns: readonly string[]
  readonly sample: readonly (readonly string[])[]
}
export type JsonHead = { readonly kind: 'json'; readonly values: readonly unknown[] }

type TableReader = { readonly row: (cells: Cells) => void; readonly end?: () => void }
type JsonReader = {
  readonly value: (value: unknown, line: number, raw: string) => void
  readonly end?: () => void
}

/** How sure a format is of a file: not at all, could be, by its family, by its exact signature. The highest wins. */
export type Match = 0 | 1 | 2 | 3

type Common = {
  /** As in `--read-as ID`. */
  readonly id: string
  readonly name: string
  /** Counts that begin at zero: what the format can say. The others are null until a row says them. */
  readonly carries: readonly CountName[]
  /** The format never has tokens: what to export instead. */
  readonly instead?: string
  /** Each row is one call by the values of its columns alone, so that a database may add up many. */
  readonly plain?: Trace
}
export type TableFormat = Common & {
  readonly syntax: 'table'
  readonly recognise: (head: TableHead) => Match
  readonly open: (context: FileContext, head: TableHead) => TableReader
}
export type JsonFormat = Common & {
  readonly syntax: 'json'
  readonly recognise: (head: JsonHead) => Match
  readonly open: (context: FileContext, head: JsonHead) => JsonReader
}
/** One way of writing usage down. Two shapes, by syntax; a product with both has one of each. */
export type Format = TableFormat | JsonFormat

/** `Prompt Tokens`, `promptTokens` and `PROMPT_TOKENS` are one name. */
export const columnName = (header: string): string =>
  header
    .trim()
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
