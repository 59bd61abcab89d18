import type { Columns } from '../table/columns.ts'
import { quoted } from './connect.ts'

/** A field of a table and where DuckDB finds its text; null where the file leaves it empty. */
export type Source = {
  /** `read_csv(…)` or `read_json(…)`. */
  readonly from: string
  readonly textOf: (column: number) => string
}

/** A name inside SQL. */
const named = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * The rows of a delimited file as texts. DuckDB must not guess: what is not exactly such a table is an error here, and
 * is then read by the streaming reader, which says what is wrong and where.
 */
export const csvSource = (path: string, table: { delimiter: string; width: number; headerLines: number }): Source => {
  const columns = Array.from({ length: table.width }, (_, column) => `'c${column}': 'VARCHAR'`).join(', ')
  return {
    from: `read_csv(${quoted(path)}, auto_detect = false, header = false, skip = ${table.headerLines},
      delim = ${quoted(table.delimiter)}, quote = '"', escape = '"',
      strict_mode = true, null_padding = false, ignore_errors = false, columns = {${columns}})`,
    textOf: (column) => `c${column}`,
  }
}

type Tree = Map<string, Tree | undefined>

/** The keys that are needed, nested as the file nests them; undefined where one is inside another or differs only by case. */
const treeOf = (paths: readonly (readonly string[])[]): Tree | undefined => {
  const root: Tree = new Map()
  for (const path of paths) {
    let at = root
    for (const [depth, key] of path.entries()) {
      const isLeaf = depth === path.length - 1
      const known = at.get(key)
      if (at.has(key) && (isLeaf || known === undefined)) return undefined
      const next = known ?? (isLeaf ? undefined : new Map())
      at.set(key, next)
      if (next) at = next
    }
  }
  return root
}

const hasCaseTwins = (tree: Tree): boolean =>
  new Set([...tree.keys()].map((key) => key.toLowerCase())).size < tree.size ||
  [...tree.values()].some((inner) => inner !== undefined && hasCaseTwins(inner))

const typeOf = (tree: Tree | undefined): string =>
  tree === undefined
    ? 'VARCHAR'
    : `STRUCT(${[...tree].map(([key, inner]) => `${named(key)} ${typeOf(inner)}`).join(', ')})`

/** The values of JSON Lines under the keys that are needed, as texts. Undefined where DuckDB cannot tell the keys apart. */
export const jsonLinesSource = (path: string, keys: readonly string[], columns: Columns): Source | undefined => {
  const used = [
    ...new Set(Object.values(columns).filter((column) => typeof column === 'number' && column >= 0) as number[]),
  ]
  const paths = used.map((column) => (keys[column] ?? '').split('.'))
  const tree = treeOf(paths)
  // DuckDB takes names for the same whatever their case, and these might be told apart further down the file.
  const all = new Set(keys.map((key) => key.toLowerCase()))
  if (tree === undefined || all.size < keys.length || hasCaseTwins(tree)) return undefined
  const types = [...tree].map(([key, inner]) => `${quoted(key)}: ${quoted(typeOf(inner))}`).join(', ')
  return {
    from: `read_json(${quoted(path)}, format = 'newline_delimited', records = true, ignore_errors = false, columns = {${types}})`,
    textOf: (column) => `nullif(${(keys[column] ?? '').split('.').map(named).join('.')}, '')`,
  }
}
