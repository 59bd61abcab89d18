import type { CountName } from './counts.ts'
import { columnName } from './format.ts'
import type { FileContext, JsonFormat, Match, TableFormat } from './format.ts'
import type { Cells } from './text/table.ts'
import { isObject, parseJson, toNumber, toTime } from './text/value.ts'
import { parseTime } from './text/time.ts'

/** One record of an export that comes as a table or as JSON objects, by the names of its fields as `columnName` writes them. */
export type Fields = {
  /** Undefined where empty or absent. */
  readonly text: (name: string) => string | undefined
  /** Undefined where empty or absent, NaN where it is no number. */
  readonly number: (name: string) => number | undefined
  /** Seconds since 1970; NaN where there is none. */
  readonly time: (name: string) => number
  /** A value, or JSON written into a cell. */
  readonly json: (name: string) => unknown
}

export type RecordFormat = {
  readonly id: string
  readonly name: string
  readonly carries: readonly CountName[]
  readonly instead?: string
  /** From the names of the fields, and a first record or two. */
  readonly recognise: (names: ReadonlySet<string>, first: Fields | undefined) => Match
  readonly open: (context: FileContext, names: ReadonlySet<string>) => RecordReader
}
type RecordReader = { readonly record: (fields: Fields, line: number) => void; readonly end?: () => void }

const ABSENT = -1

const fieldsOfCells = (columns: readonly string[]): { at: (cells: Cells) => Fields } => {
  const positions = new Map(columns.map((name, index) => [name, index]))
  let current: Cells | undefined
  const position = (name: string): number => positions.get(name) ?? ABSENT
  const fields: Fields = {
    text: (name) => current?.name(position(name)) || undefined,
    number: (name) => current?.number(position(name)),
    time: (name) => current?.time(position(name)) ?? Number.NaN,
    json: (name) => parseJson(current?.text(position(name)) ?? ''),
  }
  return {
    at: (cells) => {
      current = cells
      return fields
    },
  }
}

const fieldsOfObjects = (keys: ReadonlyMap<string, string>): { at: (value: object) => Fields } => {
  let current: { readonly [key: string]: unknown } = {}
  const valueOf = (name: string): unknown => {
    const key = keys.get(name)
    return key === undefined ? undefined : current[key]
  }
  const fields: Fields = {
    text: (name) => {
      const value = valueOf(name)
      if (typeof value === 'string') return value === '' ? undefined : value
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
    },
    number: (name) => toNumber(valueOf(name)),
    time: (name) => toTime(valueOf(name)),
    json: (name) => {
      const value = valueOf(name)
      return typeof value === 'string' ? parseJson(value) : value
    },
  }
  return {
    at: (value) => {
      current = value as typeof current
      return fields
    },
  }
}

/** Field names of the first objects: columnName -> key as written. */
const keysOf = (values: readonly unknown[]): ReadonlyMap<string, string> => {
  const keys = new Map<string, string>()
  for (const value of values)
    if (isObject(value))
      for (const key of Object.keys(value)) {
        const name = columnName(key)
        if (!keys.has(name)) keys.set(name, key)
      }
  return keys
}

/** A row of the sample as the lexer would hand it out. */
const cellsOf = (row: readonly string[]): Cells => {
  const text = (column: number): string => row[column] ?? ''
  return {
    line: 2,
    text,
    name: text,
    number: (column) => toNumber(row[column]),
    time: (column) => parseTime(text(column)),
    equals: (column, wanted) => text(column) === wanted,
  }
}

export type TableAndJson = readonly [table: TableFormat, json: JsonFormat]

/** Both shapes, table and JSON, of a format whose records have the same field names in either. */
export const asTableAndJson = (format: RecordFormat): TableAndJson => {
  const { id, name, carries, instead } = format
  const common = { id, name, carries, ...(instead === undefined ? {} : { instead }) }
  return [
    {
      ...common,
      syntax: 'table',
      recognise: ({ columns, sample }) => {
        const row = sample[0]
        const cells = row && cellsOf(row)
        return format.recognise(new Set(columns), cells && fieldsOfCells(columns).at(cells))
      },
      open: (context, { columns }) => {
        const { record, end } = format.open(context, new Set(columns))
        const fields = fieldsOfCells(columns)
        return { row: (cells) => record(fields.at(cells), cells.line), ...(end ? { end } : {}) }
      },
    },
    {
      ...common,
      syntax: 'json',
      recognise: ({ values }) => {
        const keys = keysOf(values.slice(0, 5))
        const first = values.find(isObject)
        return format.recognise(new Set(keys.keys()), first && fieldsOfObjects(keys).at(first))
      },
      open: (context, { values }) => {
        const keys = keysOf(values)
        const { record, end } = format.open(context, new Set(keys.keys()))
        const fields = fieldsOfObjects(keys)
        return {
          value: (value, line) => {
            if (isObject(value)) record(fields.at(value), line)
            else context.drop('malformedLines', line, 'not a JSON object')
          },
          ...(end ? { end } : {}),
        }
      },
    },
  ]
}
