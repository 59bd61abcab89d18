import { columnName } from '../format.ts'
import type { ColumnMap, FileContext, JsonFormat, TableFormat, TableHead } from '../format.ts'
import { findColumns, holdsNumbers, noteUnused, requireColumns } from '../table/columns.ts'
import type { Columns } from '../table/columns.ts'
import { rowMaker } from '../table/rows.ts'
import type { Trace, Values } from '../table/rows.ts'
import { isObject, toNumber, toTime } from '../text/value.ts'

export const COUNTS_OF_TABLES = ['requests', 'input', 'output'] as const

/** Which columns of a table may be counts, by its first rows. */
export const countsIn =
  ({ sample }: TableHead) =>
  (column: number): boolean =>
    holdsNumbers(sample.map((row) => row[column]))

/** Reads any table by its columns. */
export const openTable =
  (trace: Trace): TableFormat['open'] =>
  (context, head) => {
    const canCount = countsIn(head)
    const columns = findColumns(head.columns, head.header, context.map, canCount, context)
    requireColumns(context, columns, head.header)
    noteUnused(context, columns, head.header, canCount)
    const { give, end } = rowMaker(context, columns, trace, head.header, head.delimiter)
    return { row: (cells) => give(cells, cells.line), end }
  }

/** Any table that has a time and token counts, under one of the usual names or those of `--map`. */
export const genericTable: TableFormat = {
  id: 'table',
  name: 'table of calls',
  syntax: 'table',
  carries: COUNTS_OF_TABLES,
  plain: {},
  recognise: (head) => {
    const found = findColumns(head.columns, head.columns, {}, countsIn(head))
    const tokens = found.input >= 0 || found.freshInput >= 0 || found.output >= 0
    return tokens ? 1 : 0
  },
  open: openTable({}),
}

/** Keys of an object and of the objects in it, as `usage.prompt_tokens`. */
const flatten = (value: unknown, prefix: string, depth: number, into: Map<string, unknown>): void => {
  if (!isObject(value)) return
  for (const key of Object.keys(value)) {
    const inner = value[key]
    if (isObject(inner) && depth < 3) flatten(inner, `${prefix}${key}.`, depth + 1, into)
    else into.set(prefix + key, inner)
  }
}

const IS_TEXT_TOO = /(^|\.)(input|output)$/
const keysOf = (values: readonly unknown[]): string[] => {
  const keys = new Set<string>()
  for (const value of values) {
    const flat = new Map<string, unknown>()
    flatten(value, '', 0, flat)
    // `input` and `output` are as often the texts themselves.
    for (const [key, inner] of flat)
      if (!(IS_TEXT_TOO.test(key) && Number.isNaN(toNumber(inner) ?? Number.NaN))) keys.add(key)
  }
  return [...keys].toSorted((a, b) => a.split('.').length - b.split('.').length)
}

/** `usage.prompt_tokens` counts as `prompt_tokens` too. */
const lastPart = (key: string): string => columnName(key.slice(key.lastIndexOf('.') + 1))

export const valueAt = (value: unknown, path: readonly string[]): unknown => {
  let inner = value
  for (const key of path) {
    if (!isObject(inner)) return undefined
    inner = inner[key]
  }
  return inner
}

const MOST_KEYS = 500
const VALUES_LOOKED_AT = 20

/** The keys of JSON objects, nested ones joined by dots, and which of them say what. */
export const columnsOfJson = (
  values: readonly unknown[],
  map: ColumnMap,
  context?: FileContext,
): { keys: readonly string[]; columns: Columns; canCount: (column: number) => boolean } => {
  const keys = keysOf(values).slice(0, MOST_KEYS)
  const canCount = (column: number): boolean => {
    const path = (keys[column] ?? '').split('.')
    return holdsNumbers(values.slice(0, VALUES_LOOKED_AT).map((value) => valueAt(value, path)))
  }
  return { keys, columns: findColumns(keys.map(lastPart), keys, map, canCount, context), canCount }
}

/** Any JSON Lines or JSON array whose objects have a time and token counts. */
export const genericJson: JsonFormat = {
  id: 'table',
  name: 'JSON lines of calls',
  syntax: 'json',
  carries: COUNTS_OF_TABLES,
  plain: {},
  recognise: ({ values }) => {
    const { columns } = columnsOfJson(values, {})
    const tokens = columns.input >= 0 || columns.freshInput >= 0 || columns.output >= 0
    return tokens ? 1 : 0
  },
  open: (context, { values }) => {
    const { keys, columns, canCount } = columnsOfJson(values, context.map, context)
    requireColumns(context, columns, keys)
    noteUnused(context, columns, keys, canCount)
    const paths = keys.map((key) => key.split('.'))
    const { give, end } = rowMaker(context, columns, {}, keys)
    let current: unknown
    const fieldOf = (column: number): unknown => {
      const path = paths[column]
      return path === undefined ? undefined : valueAt(current, path)
    }
    const textOf = (column: number): string => {
      const value = fieldOf(column)
      return typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'boolean'
          ? String(value)
          : ''
    }
    const reader: Values = {
      text: textOf,
      name: textOf,
      time: (column) => toTime(fieldOf(column)),
      number: (column) => {
        const value = fieldOf(column)
        // As Python and DuckDB have it.
        return typeof value === 'boolean' ? Number(value) : toNumber(value)
      },
    }
    return {
      value: (value, line) => {
        current = value
        give(reader, line)
        current = undefined
      },
      end,
    }
  },
}
