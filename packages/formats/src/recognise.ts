import { didYouMean, InputError } from '@breakeven/core'
import { columnName } from './format.ts'
import type { Format, JsonFormat, JsonHead, Match, TableFormat, TableHead } from './format.ts'
import { FORMATS } from './formats/index.ts'
import { jsonDocumentLexer } from './text/json.ts'
import { tableLexer } from './text/table.ts'

/** What the first text of a file is written in. */
export type Syntax =
  | { readonly kind: 'blank' }
  | { readonly kind: 'table'; readonly head: TableHead; readonly headerLines: number }
  | { readonly kind: 'lines' | 'document'; readonly head: JsonHead }

const SAMPLE_ROWS = 20
const SAMPLE_VALUES = 200
const DELIMITERS: readonly string[] = [',', ';', '\t', '|']

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const firstRows = (text: string, delimiter: string, width: number, most: number): string[][] => {
  const rows: string[][] = []
  const lexer = tableLexer(delimiter, width, {
    row: (cells) => {
      if (rows.length < most) rows.push(Array.from({ length: width }, (_, column) => cells.text(column)))
      return true
    },
    malformed: () => {},
  })
  lexer.push(text)
  lexer.end()
  return rows
}

const cellsOf = (line: string, delimiter: string): string[] => {
  const width = line.split(delimiter).length
  for (let w = width; w > 0; w--) {
    const row = firstRows(line, delimiter, w, 1)[0]
    if (row) return row
  }
  return []
}

const tableSyntax = (text: string): Syntax => {
  const lines = text.split('\n', 4)
  // Excel writes `sep=;` above the header.
  let skip = /^sep=.\r?$/.test(lines[0] ?? '') ? 1 : 0
  while (skip < lines.length && (lines[skip] ?? '').trim() === '') skip++
  const first = (lines[skip] ?? '').replace(/\r$/, '')
  const byDelimiter = DELIMITERS.map((delimiter) => ({ delimiter, header: cellsOf(first, delimiter) }))
  const best = byDelimiter.reduce((a, b) => (b.header.length > a.header.length ? b : a))
  const header = best.header.map((cell) => cell.trim())
  const body = text.slice(lines.slice(0, skip + 1).join('\n').length + 1)
  return {
    kind: 'table',
    headerLines: skip + 1,
    head: {
      kind: 'table',
      delimiter: best.delimiter,
      header,
      columns: header.map(columnName),
      sample: firstRows(body, best.delimiter, header.length, SAMPLE_ROWS),
    },
  }
}

const MOST_LINES_TRIED = 20

/** Whether each line is a value of its own: at least half of the first whole lines are. */
const isJsonLines = (text: string, isWhole: boolean): boolean => {
  const lines = text.split('\n', MOST_LINES_TRIED + 1)
  if (!isWhole || lines.length > MOST_LINES_TRIED) lines.pop()
  const full = lines.filter((line) => line.trim() !== '')
  if (full.length === 0) return false
  const good = full.filter((line) => line.trimStart().startsWith('{') && tryParse(line) !== undefined).length
  return good * 2 >= full.length
}

const firstValues = (text: string, layout: 'lines' | 'document', isWhole: boolean): unknown[] => {
  const values: unknown[] = []
  if (layout === 'lines') {
    const lines = text.split('\n')
    if (!isWhole) lines.pop()
    for (const line of lines) {
      const value = line.trim() === '' ? undefined : tryParse(line)
      if (value !== undefined) values.push(value)
      if (values.length >= SAMPLE_VALUES) break
    }
    return values
  }
  const lexer = jsonDocumentLexer({
    value: (value) => void (values.length < SAMPLE_VALUES && values.push(value)),
    malformed: () => {},
  })
  lexer.push(text)
  if (isWhole) lexer.end()
  return values
}

/**
 * Looks at the first text of a file. Undefined: more of it is needed.
 * `isWhole`: there is no more.
 */
export const syntaxOf = (text: string, isWhole: boolean): Syntax | undefined => {
  const start = text.trimStart()[0]
  if (start === undefined) return isWhole ? { kind: 'blank' } : undefined
  if (start !== '{' && start !== '[') return isWhole || text.trimStart().includes('\n') ? tableSyntax(text) : undefined
  const kind = start === '{' && isJsonLines(text, isWhole) ? 'lines' : 'document'
  const values = firstValues(text, kind, isWhole)
  if (values.length === 0 && !isWhole) return undefined
  return { kind, head: { kind: 'json', values } }
}

const matchOf = (format: Format, head: TableHead | JsonHead): Match => {
  if (format.syntax === 'table') return head.kind === 'table' ? format.recognise(head) : 0
  return head.kind === 'json' ? format.recognise(head) : 0
}

const whatWeRead = (): string =>
  `We read: ${[...new Set(FORMATS.map(({ name }) => name))].join(', ')}. Any table with a time and token columns works with --map at=COLUMN,input=COLUMN,output=COLUMN.`

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}…` : text)

/** Bytes that are no UTF-8 come as this character: a few are an odd encoding, many are no text. */
const NO_TEXT = '\uFFFD'
const isBinary = (text: string): boolean =>
  text.includes('\0') || text.split(NO_TEXT).length > Math.max(4, text.length / 20)

const describe = (head: TableHead | JsonHead): string => {
  if (head.kind === 'table' && isBinary(head.header.join(''))) return 'it is binary, not text'
  if (head.kind === 'table') return `its columns are ${shorten(head.header.join(', '))}`
  const first = head.values.find((value) => typeof value === 'object' && value !== null)
  return first === undefined
    ? 'it holds no JSON object that can be read'
    : `its keys are ${shorten(Object.keys(first).join(', '))}`
}

const unknownFormat = (wanted: string): InputError => {
  const ids = [...new Set(FORMATS.map(({ id }) => id))]
  return new InputError(`There is no format ${JSON.stringify(wanted)}.`, {
    hint: `${didYouMean(wanted, ids) ?? ''} The formats: ${ids.join(', ')}.`.trim(),
  })
}

/** The one format that fits best, by content alone. Throws `InputError` where none or several do. */
export const recognise = (head: TableHead | JsonHead, file: string, wanted?: string): TableFormat | JsonFormat => {
  if (wanted !== undefined) {
    const syntax = head.kind
    const format = FORMATS.find(({ id, syntax: its }) => id === wanted && its === syntax)
    if (format) return format
    if (FORMATS.some(({ id }) => id === wanted))
      throw new InputError(
        `${wanted} is never written as ${head.kind === 'table' ? 'a table' : 'JSON'}, as this file is.`,
        {
          file,
          line: 1,
          hint: `Leave out --read-as, and the file is read by what is in it; ${describe(head)}.`,
        },
      )
    throw unknownFormat(wanted)
  }
  const matches = FORMATS.map((format) => ({ format, match: matchOf(format, head) }))
  const best = matches.reduce((most, { match }) => Math.max(most, match), 0)
  const found = matches.filter(({ match }) => match === best).map(({ format }) => format)
  const [format, other] = found
  if (best === 0 || !format)
    throw new InputError(`This is no usage file that we know: ${describe(head)}.`, {
      file,
      line: 1,
      hint: whatWeRead(),
    })
  if (other)
    throw new InputError(`This could be ${found.map(({ name }) => name).join(' or ')}.`, {
      file,
      line: 1,
      hint: `--read-as ${format.id} or ${found
        .slice(1)
        .map(({ id }) => id)
        .join(
          ' or ',
        )} says which. One file may hold one format: if it holds two, split it and name the parts together.`,
    })
  return format
}
