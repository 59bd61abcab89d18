import type { Columns } from '../table/columns.ts'
import { quoted } from './connect.ts'

/** How a column is to come: as it is written, or as a number. */
export type Kind = 'text' | 'number'

/** A table and where DuckDB finds its columns; null where the file leaves them empty. */
export type Source = {
  /** `read_csv(…)` or `read_json(…)`. */
  readonly from: string
  readonly valueOf: (column: number) => string
  /** Of the first rows, for the clock, where it is another. */
  readonly firstValueOf?: (column: number) => string
  /** The time is a timestamp, and not what it is written as. */
  readonly hasTimestamps?: boolean
  /** What else each row must fulfil to be plain. */
  readonly only?: string
}

/** A name inside SQL. */
const named = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Text is cheap to refuse, and a count beyond 2^53 is refused in any case: all numbers are DOUBLE. */
const TYPES: Readonly<Record<Kind, string>> = { text: 'VARCHAR', number: 'DOUBLE' }

/**
 * The rows of a delimited file. DuckDB must not guess: what is not exactly such a table, and a number that is none, is an
 * error here, and is then read by the streaming reader, which says what is wrong and where.
 */
export const csvSource = (
  path: string,
  table: { delimiter: string; width: number; headerLines: number },
  kindOf: (column: number) => Kind,
): Source => {
  const columns = Array.from({ length: table.width }, (_, column) => `'c${column}': '${TYPES[kindOf(column)]}'`)
  return {
    from: `read_csv(${quoted(path)}, auto_detect = false, header = false, skip = ${table.headerLines},
      delim = ${quoted(table.delimiter)}, quote = '"', escape = '"',
      strict_mode = true, null_padding = false, ignore_errors = false, columns = {${columns.join(', ')}})`,
    valueOf: (column) => `c${column}`,
  }
}

type Tree = Map<string, Tree | Kind>

/** The keys that are needed, nested as the file nests them; undefined where one is inside another or differs only by case. */
const treeOf = (paths: readonly { readonly keys: readonly string[]; readonly kind: Kind }[]): Tree | undefined => {
  const root: Tree = new Map()
  for (const { keys, kind } of paths) {
    let at = root
    for (const [depth, key] of keys.entries()) {
      const isLeaf = depth === keys.length - 1
      const known = at.get(key)
      if (known !== undefined && (isLeaf || typeof known === 'string')) return undefined
      const next: Tree | Kind = known ?? (isLeaf ? kind : new Map())
      at.set(key, next)
      if (typeof next !== 'string') at = next
    }
  }
  return root
}

const hasCaseTwins = (tree: Tree): boolean =>
  new Set([...tree.keys()].map((key) => key.toLowerCase())).size < tree.size ||
  [...tree.values()].some((inner) => typeof inner !== 'string' && hasCaseTwins(inner))

const typeOf = (tree: Tree | Kind): string =>
  typeof tree === 'string'
    ? TYPES[tree]
    : `STRUCT(${[...tree].map(([key, inner]) => `${named(key)} ${typeOf(inner)}`).join(', ')})`

/** The values of JSON Lines under the keys that are needed. Undefined where DuckDB cannot tell the keys apart. */
export const jsonLinesSource = (
  path: string,
  keys: readonly string[],
  columns: Columns,
  kindOf: (column: number) => Kind,
): Source | undefined => {
  const used = [
    ...new Set(Object.values(columns).filter((column) => typeof column === 'number' && column >= 0) as number[]),
  ]
  const tree = treeOf(used.map((column) => ({ keys: (keys[column] ?? '').split('.'), kind: kindOf(column) })))
  // DuckDB takes names for the same whatever their case, and these might be told apart further down the file.
  const all = new Set(keys.map((key) => key.toLowerCase()))
  if (tree === undefined || all.size < keys.length || hasCaseTwins(tree)) return undefined
  const types = [...tree].map(([key, inner]) => `${quoted(key)}: ${quoted(typeOf(inner))}`).join(', ')
  return {
    from: `read_json(${quoted(path)}, format = 'newline_delimited', records = true, ignore_errors = false, columns = {${types}})`,
    valueOf: (column) => (keys[column] ?? '').split('.').map(named).join('.'),
  }
}
