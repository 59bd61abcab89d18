import { InputError } from '@breakeven/core'

/** One record of a CSV file: its cells, the line it begins on, and the column (from 1) at which each cell begins. */
type CsvRecord = {
  readonly cells: readonly string[]
  readonly line: number
  readonly columns: readonly number[]
}

type Cell = { readonly value: string; readonly end: number }

const columnOf = (text: string, at: number): number => at - text.lastIndexOf('\n', at - 1)

const lineEndsIn = (text: string): number => text.split('\n').length - 1

/** From the opening quote to after the closing one; `""` inside is a quote. */
const quotedCell = (text: string, start: number, file: string, line: number): Cell => {
  let value = ''
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) {
      throw new InputError('a quoted cell is never closed', {
        file,
        line,
        column: columnOf(text, start),
        hint: 'close it with ", and write a quote inside it as ""',
      })
    }
    value += text.slice(from, quote)
    if (text[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    from = quote + 2
  }
}

const plainCell = (text: string, start: number): Cell => {
  let end = start
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1
  // The last cell of a line that ends as on Windows.
  if (end > start && text[end - 1] === '\r' && text[end] !== ',') end -= 1
  return { value: text.slice(start, end), end }
}

/**
 * Cells of a CSV text after RFC 4180: quotes hold commas, line ends and doubled quotes. Empty lines are skipped.
 * Throws `InputError` on a quote that never closes, or on text after a closing quote.
 */
export const parseCsv = (withMark: string, file: string): readonly CsvRecord[] => {
  const text = withMark.startsWith('\uFEFF') ? withMark.slice(1) : withMark
  const records: CsvRecord[] = []
  let line = 1
  for (let at = 0; at < text.length; at += 1) {
    const record = { cells: [] as string[], line, columns: [] as number[] }
    for (; ; at += 1) {
      record.columns.push(columnOf(text, at))
      const cell = text[at] === '"' ? quotedCell(text, at, file, line) : plainCell(text, at)
      line += lineEndsIn(text.slice(at, cell.end))
      record.cells.push(cell.value)
      at = cell.end
      if (text[at] !== ',') break
    }
    if (text[at] === '\r') at += 1
    if (at < text.length && text[at] !== '\n') {
      const hint = 'expected a comma or the end of the line'
      throw new InputError('text after a quoted cell', { file, line, column: columnOf(text, at), hint })
    }
    line += 1
    if (record.cells.length > 1 || record.cells[0] !== '') records.push(record)
  }
  return records
}
