import { didYouMean, InputError } from '@breakeven/core'
import type { Place } from '@breakeven/core'
import { LineCounter, isMap, isNode, isPair, isScalar, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { z } from 'zod'

import { parseCsv } from './csv.ts'
import { explainIssue } from './explain-issue.ts'

type Path = readonly PropertyKey[]

/** What a file holds, checked, and where each part of it stands. */
export type SourceFile<Value> = {
  readonly value: Value
  /** Line and column of what stands at a path: `[row, 'column']` in CSV, keys and indices in YAML. */
  readonly placeAt: (path: Path) => Place
}

const check = <Value>(raw: unknown, schema: z.ZodType<Value>, placeAt: (path: Path) => Place): SourceFile<Value> => {
  const result = schema.safeParse(raw, { reportInput: true })
  if (result.success) return { value: result.data, placeAt }
  const { issues } = result.error
  // A misspelt key is also a missing one: the spelling is the better thing to say.
  const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (!first) throw result.error
  // A group that is refused because something inside it is wrong is the same problem.
  const more = issues.filter(({ path: outer }) => !outer.every((step, depth) => step === first.path[depth]))
  const { path, message, hint } = explainIssue(first, schema)
  const others =
    more.length > 0 ? ` (and ${more.length} more ${more.length === 1 ? 'problem' : 'problems'} in this file)` : ''
  throw new InputError(message + others, { ...placeAt(path), ...(hint === undefined ? {} : { hint }) })
}

const keyOf = (path: Path): { key?: string } => {
  const key = path.findLast((step) => typeof step === 'string')
  return key === undefined ? {} : { key }
}

/**
 * Reads CSV with a header row; each further row becomes an object for `row` to check, an empty cell an absent key.
 * All cells are text: `csvPositive` and its like turn it into numbers.
 * Throws `InputError` with line, column and key for the first thing that does not pass.
 */
export const readCsv = <Row>(text: string, file: string, row: z.ZodType<Row>): SourceFile<readonly Row[]> => {
  const [header, ...records] = parseCsv(text, file)
  if (!header) throw new InputError('the file is empty', { file, hint: 'expected a header row' })
  const twice = header.cells.findIndex((cell, index) => header.cells.indexOf(cell) < index)
  if (twice >= 0)
    throw new InputError(`two columns are called ${header.cells[twice]}`, {
      file,
      line: header.line,
      column: header.columns[twice] ?? 1,
    })
  const raw = records.map(({ cells, line }) => {
    if (cells.length !== header.cells.length) {
      throw new InputError(`the row has ${cells.length} cells, the header ${header.cells.length}`, {
        file,
        line,
        hint: 'put cells that hold a comma in quotes',
      })
    }
    const entries: [string, string][] = []
    header.cells.forEach((name, index) => {
      const cell = cells[index]
      if (cell) entries.push([name, cell])
    })
    return Object.fromEntries(entries)
  })
  return check(raw, z.array(row), (path) => {
    const [index, key] = path
    const record = typeof index === 'number' ? (records[index] ?? header) : header
    const column = record.columns[header.cells.indexOf(String(key))]
    return { file, line: record.line, ...(column === undefined ? {} : { column }), ...keyOf(path) }
  })
}

/** The offset of the key (or item) at a path; of the nearest thing above it where it is absent. */
const offsetAt = (document: Document, path: Path): number => {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true)
    const step = path[depth - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step)
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0]
    } else {
      const item = document.getIn(path.slice(0, depth), true)
      if (isNode(item) && item.range) return item.range[0]
    }
  }
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0
}

/** Reads YAML and checks it. Throws `InputError` with line, column and key for the first thing that does not pass. */
export const readYaml = <Value>(text: string, file: string, schema: z.ZodType<Value>): SourceFile<Value> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [broken] = document.errors
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw new InputError(`not YAML: ${broken.message}`, { file, line, column: col })
  }
  const placeAt = (path: Path): Place => {
    const { line, col } = lines.linePos(offsetAt(document, path))
    return { file, line, column: col, ...keyOf(path) }
  }
  return check(document.toJS(), schema, placeAt)
}

/** Refuses a name that nothing known goes by. */
export const refuseUnknown = (what: string, name: string, known: ReadonlySet<string>, place: Place): void => {
  if (known.has(name)) return
  const hint = didYouMean(name, known) ?? `known: ${[...known].slice(0, 30).join(', ')}${known.size > 30 ? ', …' : ''}`
  throw new InputError(`${what} "${name}" is not in the catalogue`, { ...place, hint })
}
