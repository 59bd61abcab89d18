import type { Seconds } from '@breakeven/core'
import type { FileContext } from '../format.ts'
import { isRelative, parseCompactDate, parseNumericDate, parseSpreadsheetDay, swapDayAndMonth } from '../text/time.ts'
import type { DateOrder } from '../text/time.ts'
import type { Values } from './rows.ts'

/** How one table writes its moments, told from the first of them. `plain` says by itself what it means. */
type Style = 'plain' | 'numeric' | 'compact' | 'spreadsheet'

/** Columns whose numbers are dates where they can be a spreadsheet's days; under other names they may be seconds of a trace. */
const IS_DATE_COLUMN = /date|day|created/i

const styleOf = (text: string, column: string): Style => {
  if (parseNumericDate(text)) return 'numeric'
  if (!Number.isNaN(parseCompactDate(text))) return 'compact'
  return IS_DATE_COLUMN.test(column) && !Number.isNaN(parseSpreadsheetDay(text)) ? 'spreadsheet' : 'plain'
}

/** Whether a moment needs more than its own text to be read. */
export const needsDateReader = (text: string): boolean =>
  [parseNumericDate(text)?.seconds, parseCompactDate(text), parseSpreadsheetDay(text)].some(
    (seconds) => seconds !== undefined && !Number.isNaN(seconds),
  )

/** Rows that may wait until one shows whether the day or the month stands first. */
const ROWS_HELD = 200_000

export type DateReader = {
  /** Looks at the dates of the row that is about to be read: one of them may tell how all are meant. */
  readonly look: (values: Values) => void
  readonly timeAt: (values: Values, column: number) => Seconds
  /** Hands the start and end of the row on: at once, or when the order of its dates is known. */
  readonly give: (start: Seconds, end: Seconds | undefined, use: Use) => void
  /** No more rows come: decides what is still open. */
  readonly end: () => void
}

type Use = (start: Seconds, end: Seconds | undefined) => void
type Held = { readonly start: Seconds; readonly end: Seconds | undefined; readonly use: Use }

/**
 * Reads the times of one table. `01/10/2026` is October or January by the habit of who wrote it, and a table has one habit:
 * rows wait until a date such as `13/10/2026` shows it. Where none does, `--date-order` says it, else a semicolon between the cells
 * means a country with the day first, and the month stands first otherwise; the report then says what was taken for granted.
 */
export const dateReader = (
  context: FileContext,
  columnName: string,
  columns: { readonly at: number; readonly endAt: number },
  usual: DateOrder,
): DateReader => {
  let style: Style | undefined
  let order = context.dateOrder
  let example = ''
  let held: Held[] = []

  const turned = (at: Seconds): Seconds => (order === 'day-first' ? swapDayAndMonth(at) : at)
  /** An end that was reckoned from a duration keeps it: only a date of its own turns. */
  const turnedEnd = (start: Seconds, end: Seconds): Seconds =>
    columns.endAt >= 0 ? turned(end) : turned(start) + (end - start)
  const settle = (found: DateOrder): void => {
    order = found
    const waiting = held
    held = []
    for (const { start, end, use } of waiting) use(turned(start), end === undefined ? end : turnedEnd(start, end))
  }
  const takeUsual = (): void => {
    const [taken, other] = usual === 'day-first' ? ['day', 'month'] : ['month', 'day']
    context.note(
      `Dates such as ${example} may begin with the day or with the month, and no date tells; they are read with the ${taken} first. --date-order ${other}-first reads them the other way.`,
    )
    settle(usual)
  }

  const chooseStyle = (text: string): void => {
    style = styleOf(text, columnName)
    if (style === 'spreadsheet') context.note(`Times such as ${text} are read as the days of a spreadsheet.`)
    if (style === 'plain' && !Number.isNaN(parseSpreadsheetDay(text)))
      context.note(
        `Times such as ${text} are read as seconds from the start of a trace. If they are the days of a spreadsheet, format the column as a date and save it again.`,
      )
  }

  /** Whether the dates of this row are open, if they do not settle the order themselves. */
  let isOpen = false
  const lookAt = (text: string): void => {
    const date = parseNumericDate(text)
    // With dots the day always stands first, which tells nothing of a date with slashes.
    if (date === undefined || date.separator === '.') return
    if (date.order !== undefined) settle(date.order)
    else if (order === undefined) {
      isOpen = true
      example ||= text
    }
  }
  const numericTime = (text: string): Seconds => {
    const date = parseNumericDate(text, order)
    if (date === undefined) return Number.NaN
    // A date against the habit of its file is no date: better a line that is reported than a row months away.
    const isOdd = date.separator !== '.' && date.order !== undefined && order !== undefined && date.order !== order
    return isOdd ? Number.NaN : date.seconds
  }
  const READERS: Record<Exclude<Style, 'plain'>, (text: string) => Seconds> = {
    numeric: numericTime,
    compact: parseCompactDate,
    spreadsheet: parseSpreadsheetDay,
  }

  return {
    look: (values) => {
      if (style === undefined) {
        const text = values.text(columns.at).trim()
        if (text !== '') chooseStyle(text)
      }
      if (style !== 'numeric' || order !== undefined) return
      isOpen = false
      lookAt(values.text(columns.at).trim())
      if (columns.endAt >= 0 && order === undefined) lookAt(values.text(columns.endAt).trim())
    },
    timeAt: (values, column) => {
      if (style === undefined || style === 'plain') return values.time(column)
      const at = READERS[style](values.text(column).trim())
      if (!Number.isNaN(at) || style === 'numeric') return at
      // One cell written otherwise than the first, such as a real date among serial days.
      const plain = values.time(column)
      return isRelative(plain) ? Number.NaN : plain
    },
    give: (start, end, use) => {
      if (!isOpen || order !== undefined) use(start, end)
      else if (held.push({ start, end, use }) >= ROWS_HELD) takeUsual()
    },
    end: () => {
      if (held.length > 0) takeUsual()
    },
  }
}
