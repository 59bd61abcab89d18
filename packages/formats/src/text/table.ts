import { copyOf } from './copy.ts'
import { parseTime, parseTimeAt } from './time.ts'

/** One row of a table, valid only while it is handed out. Columns count from 0; -1 is a column that the file lacks. */
export type Cells = {
  readonly line: number
  /** '' where the cell is empty or absent. */
  readonly text: (column: number) => string
  /** Undefined where empty or absent, NaN where it is no number. Thousands commas are read. */
  readonly number: (column: number) => number | undefined
  /** As `text`, the same string for the same text: for what recurs, such as names. */
  readonly name: (column: number) => string
  /** Seconds since 1970, NaN where the cell is no time. */
  readonly time: (column: number) => number
  readonly equals: (column: number, text: string) => boolean
}

export type Lexer = { readonly push: (text: string) => void; readonly end: () => void }

export type TableSink = {
  /** False: the row makes no sense. If it spans several lines, they are tried one by one. */
  readonly row: (cells: Cells) => boolean
  /** A line that is no row, with the reason. */
  readonly malformed: (line: number, reason: string) => void
}

const NEWLINE = 10
const RETURN = 13
const QUOTE = 34

/** A row longer than this is no row: a lost quote, or not a table at all. */
const LONGEST_ROW = 16 * 1024 * 1024
const MOST_NAMES = 20_000
const TOO_LONG = 'a row is longer than 16 MiB'

/**
 * Splits delimited text into rows of `width` cells, as RFC 4180 with the usual liberties: LF or CRLF, blank lines,
 * quotes inside unquoted cells. A lost quote would swallow good lines; a row of the wrong width that spans several
 * lines is therefore given up for its first line alone, and reading goes on with the next.
 */
export const tableLexer = (delimiter: string, width: number, sink: TableSink, firstLine = 1): Lexer => {
  const delimiterCode = delimiter.charCodeAt(0)
  let text = ''
  let waiting: string[] = []
  let waitingLength = 0
  let skipping = false
  let line = firstLine
  let cellCount = 0
  let starts = new Int32Array(64)
  let ends = new Int32Array(64)
  let escaped = new Uint8Array(64)

  const cellText = (column: number): string => {
    if (column < 0 || column >= cellCount) return ''
    const cell = text.slice(starts[column], ends[column])
    return escaped[column] === 1 ? cell.replaceAll('""', '"') : cell
  }
  const equals = (column: number, wanted: string): boolean => {
    if (column < 0 || column >= cellCount) return wanted === ''
    const start = starts[column] ?? 0
    if ((ends[column] ?? 0) - start !== wanted.length) return false
    for (let i = 0; i < wanted.length; i++) if (text.charCodeAt(start + i) !== wanted.charCodeAt(i)) return false
    return true
  }

  /** One copy of each name: a slice would keep the whole chunk of the file alive. */
  const names = new Map<string, string>()
  const lastNames: string[] = []
  const nameOf = (column: number): string => {
    const last = lastNames[column]
    if (last !== undefined && equals(column, last)) return last
    const cell = cellText(column)
    let name = names.get(cell)
    if (name === undefined) {
      name = copyOf(cell)
      if (names.size < MOST_NAMES) names.set(name, name)
    }
    if (column >= 0) lastNames[column] = name
    return name
  }

  const cells = {
    line,
    text: cellText,
    name: nameOf,
    equals,
    time: (column: number): number => {
      if (column < 0 || column >= cellCount) return Number.NaN
      if (escaped[column] === 1) return parseTime(cellText(column))
      return parseTimeAt(text, starts[column] ?? 0, ends[column] ?? 0)
    },
    number: (column: number): number | undefined => {
      if (column < 0 || column >= cellCount) return undefined
      const start = starts[column] ?? 0
      const end = ends[column] ?? 0
      if (end === start) return undefined
      if (end - start < 16) {
        let value = 0
        let i = start
        for (; i < end; i++) {
          const code = text.charCodeAt(i) - 48
          if (code < 0 || code > 9) break
          value = value * 10 + code
        }
        if (i === end) return value
      }
      const trimmed = cellText(column).trim()
      if (trimmed === '') return undefined
      if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed)) return Number(trimmed.replaceAll(',', ''))
      // `1_000`, as Python and DuckDB write and read it.
      return Number(trimmed.replaceAll(/(?<=\d)_(?=\d)/g, ''))
    },
  }

  const addCell = (start: number, end: number, isEscaped: boolean): void => {
    if (cellCount === starts.length) {
      const grow = <A extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(from: A, to: A): A => (
        to.set(from),
        to
      )
      starts = grow(starts, new Int32Array(cellCount * 2))
      ends = grow(ends, new Int32Array(cellCount * 2))
      escaped = grow(escaped, new Uint8Array(cellCount * 2))
    }
    starts[cellCount] = start
    ends[cellCount] = end
    escaped[cellCount] = isEscaped ? 1 : 0
    cellCount++
  }

  let linesInRow = 1
  /** Finds the cells of the row at `start`; where the next row starts, or -1 when the text ends first. */
  const scanRow = (start: number, isLast: boolean): number => {
    const n = text.length
    cellCount = 0
    linesInRow = 1
    let cellStart = start
    let i = start
    while (i < n) {
      const code = text.charCodeAt(i)
      if (code === delimiterCode) {
        addCell(cellStart, i, false)
        cellStart = ++i
      } else if (code === NEWLINE) {
        addCell(cellStart, i > cellStart && text.charCodeAt(i - 1) === RETURN ? i - 1 : i, false)
        return i + 1
      } else if (code === QUOTE && i === cellStart) {
        let close = i + 1
        let doubled = false
        for (;;) {
          close = text.indexOf('"', close)
          if (close < 0) return -1
          if (text.charCodeAt(close + 1) !== QUOTE) break
          doubled = true
          close += 2
        }
        if (close + 1 >= n && !isLast) return -1
        for (let at = text.indexOf('\n', i); at >= 0 && at < close; at = text.indexOf('\n', at + 1)) linesInRow++
        const after = text.charCodeAt(close + 1)
        if (close + 1 >= n || after === delimiterCode || after === NEWLINE || after === RETURN) {
          addCell(i + 1, close, doubled)
          let next = close + 1
          if (after === RETURN) next++
          if (next < n && text.charCodeAt(next) === delimiterCode) {
            cellStart = i = next + 1
            continue
          }
          if (next >= n) return isLast ? n : -1
          return text.charCodeAt(next) === NEWLINE ? next + 1 : next
        }
        i = close + 1
      } else i++
    }
    if (!isLast) return -1
    addCell(cellStart, n > cellStart && text.charCodeAt(n - 1) === RETURN ? n - 1 : n, false)
    return n
  }

  const skipFirstLine = (start: number, reason: string): number => {
    sink.malformed(line, reason)
    line++
    const newline = text.indexOf('\n', start)
    return newline < 0 ? text.length : newline + 1
  }

  const isBlank = (): boolean => cellCount === 0 || (cellCount === 1 && width > 1 && cellText(0).trim() === '')

  const scan = (isLast: boolean): void => {
    let position = 0
    while (position < text.length) {
      const next = scanRow(position, isLast)
      if (next < 0 && !isLast) break
      if (next < 0) {
        position = skipFirstLine(position, 'a quote is opened and never closed')
        continue
      }
      if (cellCount > width) while (cellCount > width && cellText(cellCount - 1) === '') cellCount--
      if (cellCount === width || (width === 1 && !isBlank())) {
        cells.line = line
        const lines = linesInRow
        if (sink.row(cells) || lines === 1) {
          line += lines
          position = next
        } else {
          line++
          position = text.indexOf('\n', position) + 1
        }
      } else if (isBlank()) {
        line += linesInRow
        position = next
      } else {
        position = skipFirstLine(position, `the row has ${cellCount} cells where the header has ${width}`)
      }
    }
    text = position === 0 ? text : text.slice(position)
  }

  const giveUpLongRow = (): void => {
    if (text.includes('\n')) text = text.slice(skipFirstLine(0, TOO_LONG))
    else {
      sink.malformed(line, TOO_LONG)
      text = ''
      skipping = true
    }
  }

  const takeWaiting = (): void => {
    if (waiting.length === 0) return
    text += waiting.join('')
    waiting = []
    waitingLength = 0
  }

  return {
    push: (more) => {
      let fresh = more
      if (skipping) {
        const newline = fresh.indexOf('\n')
        if (newline < 0) return
        fresh = fresh.slice(newline + 1)
        skipping = false
        line++
      }
      if (text !== '' && !fresh.includes('\n')) {
        // It cannot complete a row: it waits unscanned, so that one endless line costs linear time.
        waiting.push(fresh)
        waitingLength += fresh.length
        if (text.length + waitingLength <= LONGEST_ROW) return
      }
      takeWaiting()
      if (text === '') text = fresh
      else if (fresh.includes('\n')) text += fresh
      scan(false)
      if (text.length > LONGEST_ROW) giveUpLongRow()
    },
    end: () => {
      takeWaiting()
      if (!skipping) scan(true)
      text = ''
    },
  }
}
