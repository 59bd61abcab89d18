import { InputError } from '@breakeven/core'

/** One record of a CSV file: its cells, the line it begins on, and the column (from 1) at which each cell begins. */
type CsvRecord = {
  readonly cells: readonly string[]
  readonly line: number
  readonly columns: readonly number[]
}

/**
 * Cells of a CSV text after RFC 4180: quotes hold commas, line ends and doubled quotes. Empty lines are skipped.
 * Throws `InputError` on a quote that never closes, or on text after a closing quote.
 */
export const parseCsv = (text: string, file: string): readonly CsvRecord[] => {
  const records: CsvRecord[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  let line = 1
  let lineStart = at
  while (at < text.length) {
    const cells: string[] = []
    const columns: number[] = []
    const firstLine = line
    for (;;) {
      columns.push(at - lineStart + 1)
      if (text[at] === '"') {
        const open = { file, line, column: at - lineStart + 1 }
        let cell = ''
        let from = at + 1
        for (;;) {
          const quote = text.indexOf('"', from)
          if (quote < 0)
            throw new InputError('a quoted cell is never closed', {
              ...open,
              hint: 'close it with ", and write a quote inside it as ""',
            })
          cell += text.slice(from, quote)
          if (text[quote + 1] !== '"') {
            at = quote + 1
            break
          }
          cell += '"'
          from = quote + 2
        }
        for (let end = cell.indexOf('\n'); end >= 0; end = cell.indexOf('\n', end + 1)) line += 1
        if (line !== open.line) lineStart = text.lastIndexOf('\n', at - 1) + 1
        cells.push(cell)
        if (at < text.length && !',\r\n'.includes(text[at] ?? '')) {
          throw new InputError('text after a quoted cell', {
            file,
            line,
            column: at - lineStart + 1,
            hint: 'expected a comma or the end of the line',
          })
        }
      } else {
        const start = at
        while (at < text.length && text[at] !== ',' && text[at] !== '\n') at += 1
        cells.push(text.slice(start, text[at - 1] === '\r' && at > start ? at - 1 : at))
      }
      if (text[at] !== ',') break
      at += 1
    }
    if (text[at] === '\r') at += 1
    at += 1
    line += 1
    lineStart = at
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, line: firstLine, columns })
  }
  return records
}
