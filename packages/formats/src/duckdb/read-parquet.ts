import { InputError } from '@breakeven/core'
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { columnName } from '../format.ts'
import type { TableHead } from '../format.ts'
import { giveRow, startFile } from '../intake.ts'
import type { Session } from '../session.ts'
import type { Cells } from '../text/table.ts'
import { epochSeconds, parseTime } from '../text/time.ts'
import { toNumber } from '../text/value.ts'
import { connect, quoted } from './connect.ts'

const SAMPLE_ROWS = 20
const rowsOf = (path: string): string => `SELECT * FROM read_parquet(${quoted(path)})`

/** DuckDB's own kinds of value: times with `micros` or the like, lists with `items`. */
type Rich = {
  readonly micros?: bigint
  readonly millis?: bigint
  readonly nanos?: bigint
  readonly seconds?: bigint
  readonly days?: number
  readonly items?: readonly unknown[]
  /** A DECIMAL. */
  readonly toDouble?: () => number
}

const secondsOf = (value: Rich): number | undefined => {
  if (value.micros !== undefined) return Number(value.micros) / 1e6
  if (value.millis !== undefined) return Number(value.millis) / 1e3
  if (value.nanos !== undefined) return Number(value.nanos) / 1e9
  if (value.seconds !== undefined) return Number(value.seconds)
  return value.days === undefined ? undefined : value.days * 86_400
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  const { items, toDouble } = value as Rich
  if (toDouble !== undefined) return String(numberOf(value))
  if (items !== undefined) return `[${items.map(textOf).join(',')}]`
  const seconds = secondsOf(value)
  // A struct or a map shows itself as text that is nearly JSON; no format reads one.
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString()
}

const numberOf = (value: unknown): number | undefined => {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'object' && value !== null ? ((value as Rich).toDouble?.() ?? Number.NaN) : toNumber(value)
}

const timeOf = (value: unknown): number => {
  if (typeof value === 'object' && value !== null) return secondsOf(value) ?? Number.NaN
  return typeof value === 'string' ? parseTime(value) : epochSeconds(numberOf(value) ?? Number.NaN)
}

/** The row of a chunk of columns, as a table's lexer would hand it out; its line is its number. */
const cellsOver = (): {
  cells: Cells & { line: number }
  at: (columns: readonly (readonly unknown[])[], index: number) => void
} => {
  let columns: readonly (readonly unknown[])[] = []
  let index = 0
  const valueOf = (column: number): unknown => columns[column]?.[index]
  const text = (column: number): string => textOf(valueOf(column))
  return {
    cells: {
      line: 0,
      text,
      name: text,
      number: (column) => numberOf(valueOf(column)),
      time: (column) => timeOf(valueOf(column)),
      equals: (column, wanted) => text(column) === wanted,
    },
    at: (chunk, row) => {
      columns = chunk
      index = row
    },
  }
}

/** The columns of a Parquet file, its first rows as texts, and the types that DuckDB gives them. Throws `InputError` where it is none. */
export const parquetHead = async (
  connection: DuckDBConnection,
  path: string,
): Promise<{ head: TableHead; types: readonly DuckDBType[] }> => {
  const found = await connection.runAndReadAll(`${rowsOf(path)} LIMIT ${SAMPLE_ROWS}`).catch((error: unknown) => {
    throw new InputError('This Parquet file cannot be read.', {
      file: path,
      hint: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'Write it again.',
    })
  })
  const header = found.columnNames()
  const sample = found.getRows().map((row) => row.map(textOf))
  return {
    head: { kind: 'table', delimiter: ',', header, columns: header.map(columnName), sample },
    types: found.columnTypes(),
  }
}

/** Reads a Parquet file with any of the table formats, recognised by its columns. Lines are row numbers from 1. */
export const readParquet = async (path: string, session: Session): Promise<void> => {
  const { connection, close } = await connect(path)
  try {
    const { head } = await parquetHead(connection, path)
    const { format, tally } = startFile(path, head, session)
    if (format.syntax !== 'table') throw new Error(`${format.id} was chosen for a table`)
    const reader = format.open(tally.context, head)
    const { cells, at } = cellsOver()
    const result = await connection.stream(rowsOf(path))
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const columns = chunk.getColumns()
      for (let row = 0; row < chunk.rowCount; row++) {
        at(columns, row)
        cells.line++
        giveRow(tally, reader.row, cells)
      }
    }
    reader.end?.()
  } finally {
    close()
  }
}
