import { open } from 'node:fs/promises'
import { InputError } from '@breakeven/core'
import type { ColumnMap, JsonHead, TableFormat, JsonFormat, TableHead } from '../format.ts'
import { columnsOfJson, countsIn, valueAt } from '../formats/table.ts'
import { recognise, syntaxOf } from '../recognise.ts'
import type { Syntax } from '../recognise.ts'
import type { Session } from '../session.ts'
import { findColumns } from '../table/columns.ts'
import type { Columns } from '../table/columns.ts'
import type { Trace } from '../table/rows.ts'
import { decoderFor } from '../text/decode.ts'
import { csvSource, jsonLinesSource } from './source.ts'
import type { Kind, Source } from './source.ts'
import { isNumberTime } from './times.ts'

/** A table that a database reads as we do: where its columns stand, and what DuckDB must be told to read it. */
export type PlainTable = {
  readonly head: TableHead | JsonHead
  readonly format: TableFormat | JsonFormat
  readonly trace: Trace
  readonly columns: Columns
  readonly source: Source
  readonly bytesPerRow: number
}

/** As much as the streaming reader looks at, so that both see the same. */
const HEAD_BYTES = 512 * 1024
const WHOLE_BELOW = 64 * 1024

const headOf = async (path: string): Promise<{ text: string; isText: boolean }> => {
  const handle = await open(path, 'r')
  try {
    const buffer = new Uint8Array(HEAD_BYTES)
    const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0)
    const bytes = buffer.subarray(0, bytesRead)
    // Zeros: UTF-16, or no text at all.
    return { text: decoderFor(bytes).push(bytes), isText: !bytes.includes(0) }
  } finally {
    await handle.close()
  }
}

export const formatOf = (
  head: TableHead | JsonHead,
  path: string,
  session: Session,
): TableFormat | JsonFormat | undefined => {
  try {
    return recognise(head, path, session.as)
  } catch (error) {
    // The streaming reader says it, with all that belongs to it.
    if (error instanceof InputError) return undefined
    throw error
  }
}

/** Meters and sums that one row of a database's answer does not carry. */
const BEYOND_SUMS = ['cacheWrite', 'cacheWrite5m', 'cacheWrite1h', 'reasoning', 'requests'] as const

export const isSummable = (columns: Columns, map: ColumnMap): boolean =>
  columns.at >= 0 &&
  (columns.input >= 0 || columns.freshInput >= 0) &&
  BEYOND_SUMS.every((field) => columns[field] < 0) &&
  // A map that does not fit is an error, for the streaming reader to tell.
  Object.entries(map).every(
    ([field, wanted]) => wanted.startsWith('=') || (field in columns && columns[field as 'at'] >= 0),
  )

const lineLength = (text: string): number => Math.max(1, text.length / Math.max(1, text.split('\n').length - 1))

/** Counts are numbers, and so is the time where its first text is one. */
const kindsOf =
  (columns: Columns, firstTime: string) =>
  (column: number): Kind =>
    [columns.input, columns.freshInput, columns.cacheRead, columns.output].includes(column) ||
    (column === columns.at && isNumberTime(firstTime))
      ? 'number'
      : 'text'

const firstText = (values: readonly unknown[]): string | undefined => {
  const found = values.find((value) => value !== undefined && value !== null && value !== '')
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined
}

const sourceOf = (
  path: string,
  syntax: Exclude<Syntax, { kind: 'blank' }>,
  map: ColumnMap,
): { source: Source; columns: Columns } | undefined => {
  if (syntax.kind === 'table') {
    const { columns, header, delimiter, sample } = syntax.head
    // Where semicolons part the cells a point may group thousands, and a database reads 9.000 as nine.
    if (delimiter === ';') return undefined
    const found = findColumns(columns, header, map, countsIn(syntax.head))
    const time = firstText(sample.map((row) => row[found.at]?.trim()))
    if (time === undefined || !isSummable(found, map)) return undefined
    const table = { delimiter, width: header.length, headerLines: syntax.headerLines }
    return { columns: found, source: csvSource(path, table, kindsOf(found, time)) }
  }
  const { values } = syntax.head
  const { keys, columns } = columnsOfJson(values, map)
  const at = (keys[columns.at] ?? '').split('.')
  const time = firstText(values.map((value) => valueAt(value, at)))
  if (time === undefined || !isSummable(columns, map)) return undefined
  const source = jsonLinesSource(path, keys, columns, kindsOf(columns, time))
  return source && { source, columns }
}

/** The plain table that a file is; undefined where it is another kind of file, or one that only we read rightly. */
export const plainTableOf = async (path: string, session: Session): Promise<PlainTable | undefined> => {
  const { text, isText } = await headOf(path)
  const syntax = isText ? syntaxOf(text, text.length < WHOLE_BELOW) : undefined
  if (syntax === undefined || syntax.kind === 'blank' || syntax.kind === 'document') return undefined
  const format = formatOf(syntax.head, path, session)
  if (format?.plain === undefined) return undefined
  const found = sourceOf(path, syntax, session.map)
  return found && { ...found, head: syntax.head, format, trace: format.plain, bytesPerRow: lineLength(text) }
}
