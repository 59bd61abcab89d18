import type { DuckDBConnection } from '@duckdb/node-api'
import type { TableHead } from '../format.ts'
import { countsIn } from '../formats/table.ts'
import { trafficTable } from '../formats/traffic.ts'
import type { Session } from '../session.ts'
import { findColumns } from '../table/columns.ts'
import type { Columns } from '../table/columns.ts'
import { quoted } from './connect.ts'
import { formatOf, isSummable } from './plain-table.ts'
import type { PlainTable } from './plain-table.ts'
import { parquetHead } from './read-parquet.ts'
import { NAME_FIELDS } from './sum-sql.ts'
import { isNumberTime } from './times.ts'

const IS_NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/
const IS_TIMESTAMP = /^TIMESTAMP( WITH TIME ZONE|_S|_MS)?$/
/** What is the same text in the database and here. */
const IS_NAME = /^(VARCHAR|ENUM\(.*\)|U?(TINY|SMALL|BIG)INT|U?INTEGER)$/

/** Our own rows: what a sum does not carry makes a row odd. */
const ONLY_CALLS =
  "kind = 'call' AND cache_write_5m IS NULL AND cache_write_1h IS NULL AND prefix_blocks IS NULL AND requests IS NULL"
const trafficColumns = (names: readonly string[]): Columns => ({
  ...findColumns([], [], {}, () => true),
  ...Object.fromEntries(NAME_FIELDS.map((field) => [field, names.indexOf(field)])),
  at: names.indexOf('start_seconds'),
  freshInput: names.indexOf('fresh_input'),
  cacheRead: names.indexOf('cache_read'),
  output: names.indexOf('output'),
})

const named = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The types under which columns are read alike; undefined where one is of another type, for the streaming reader. */
const kindsOf = (columns: Columns, types: readonly string[]): { hasTimestamps: boolean } | undefined => {
  const typeOf = (column: number): string => types[column] ?? ''
  const counts = [columns.input, columns.freshInput, columns.cacheRead, columns.output].filter((column) => column >= 0)
  const names = NAME_FIELDS.map((field) => columns[field]).filter((column) => column >= 0)
  const time = typeOf(columns.at)
  const isReadAlike =
    counts.every((column) => IS_NUMBER.test(typeOf(column))) &&
    names.every((column) => IS_NAME.test(typeOf(column))) &&
    (time === 'VARCHAR' || IS_NUMBER.test(time) || IS_TIMESTAMP.test(time))
  return isReadAlike ? { hasTimestamps: IS_TIMESTAMP.test(time) } : undefined
}

const firstTime = ({ sample }: TableHead, { at }: Columns): string =>
  sample.map((row) => row[at] ?? '').find((text) => text !== '') ?? ''

/** The plain table that a Parquet file is; undefined where only the streaming reader reads it rightly. */
export const plainParquetOf = async (
  connection: DuckDBConnection,
  path: string,
  bytes: number,
  session: Session,
): Promise<PlainTable | undefined> => {
  const { head, types } = await parquetHead(connection, path)
  const format = formatOf(head, path, session)
  if (format?.plain === undefined) return undefined
  const isOurs = format.id === trafficTable.id
  const columns = isOurs
    ? trafficColumns(head.columns)
    : findColumns(head.columns, head.header, session.map, countsIn(head))
  const kinds = kindsOf(columns, types.map(String))
  if (kinds === undefined || !isSummable(columns, isOurs ? {} : session.map)) return undefined
  const { hasTimestamps } = kinds
  const time = firstTime(head, columns)
  if (time === '') return undefined
  const isNumber = isNumberTime(time)
  const column = (index: number): string => named(head.header[index] ?? '')
  const asRead = (index: number): string => {
    if (index === columns.at && !isNumber) return hasTimestamps ? `${column(index)}::TIMESTAMPTZ` : column(index)
    return NAME_FIELDS.some((field) => columns[field] === index)
      ? `${column(index)}::VARCHAR`
      : `${column(index)}::DOUBLE`
  }
  const from = `read_parquet(${quoted(path)})`
  const [[rows] = []] = (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${from}`)).getRows()
  return {
    head,
    format,
    columns,
    trace: format.plain,
    bytesPerRow: bytes / Math.max(1, Number(rows)),
    source: {
      from,
      valueOf: asRead,
      hasTimestamps,
      ...(hasTimestamps ? { firstValueOf: (index) => `epoch_us(${asRead(index)})::DOUBLE / 1e6` } : {}),
      ...(isOurs ? { only: ONLY_CALLS } : {}),
    },
  }
}
