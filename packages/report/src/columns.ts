import type { Paint, Style } from './paint.ts'
import { paintFor } from './paint.ts'
import { cellsOf, clean, padEnd, padStart, truncate } from './text.ts'

/** One column of a table of plain text. */
export type Column<Row> = {
  readonly head: string
  readonly cell: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** Where there is no room, the column with the highest number goes first. Absent: it stays. */
  readonly expendable?: number
  /** A column that gives up width by an ellipsis; others go before it has less than `flexTo` cells. */
  readonly flexTo?: number
  readonly style?: (row: Row) => Style | undefined
}

export type ColumnsOptions = { readonly width: number; readonly colour?: boolean }

const GAP = '  '

const widthsOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): number[] =>
  columns.map((column) => Math.max(cellsOf(column.head), ...rows.map((row) => cellsOf(clean(column.cell(row))))))

const leastWidth = <Row>(columns: readonly Column<Row>[], widths: readonly number[]): number =>
  columns.reduce(
    (sum, column, at) => sum + Math.min(widths[at] ?? 0, column.flexTo ?? Infinity),
    (columns.length - 1) * GAP.length,
  )

/** The columns that fit: the most expendable one goes, then the next. */
const fitting = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): readonly Column<Row>[] => {
  let kept = columns
  while (leastWidth(kept, widthsOf(kept, rows)) > width) {
    const most = Math.max(...kept.map((column) => column.expendable ?? 0))
    if (most === 0) return kept
    kept = kept.filter((column) => column.expendable !== most)
  }
  return kept
}

/** With nothing left to drop, flexible columns still keep this much. */
const LEAST_CELLS = 8

/** Narrows the widest flexible column, cell by cell, until the table fits: first to what it asks for, then to the least. */
const shrunk = <Row>(columns: readonly Column<Row>[], natural: readonly number[], width: number): number[] => {
  const widths = [...natural]
  let over = widths.reduce((sum, one) => sum + one, (columns.length - 1) * GAP.length) - width
  for (const floorOf of [(flexTo: number) => flexTo, () => LEAST_CELLS]) {
    while (over > 0) {
      const spare = columns.flatMap(({ flexTo }, at) =>
        flexTo !== undefined && (widths[at] ?? 0) > floorOf(flexTo) ? [at] : [],
      )
      const widest = spare.toSorted((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0))[0]
      if (widest === undefined) break
      widths[widest] = (widths[widest] ?? 0) - 1
      over -= 1
    }
  }
  return widths
}

/**
 * An aligned table of plain text for a terminal `width` cells wide: heads, a rule, rows. Columns go or shrink as the
 * column says; control characters in cells are made harmless. No trailing spaces, no final newline.
 */
export const renderColumns = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, colour = false }: ColumnsOptions,
): string => {
  const kept = fitting(columns, rows, width)
  const widths = shrunk(kept, widthsOf(kept, rows), width)
  const paint: Paint = paintFor(colour)
  const line = (texts: readonly string[], style: (at: number) => Style | undefined): string =>
    texts
      .map((text, at) => {
        const cells = widths[at] ?? 0
        const last = at === texts.length - 1
        const fit = truncate(text, cells)
        const padded = kept[at]?.align === 'right' ? padStart(fit, cells) : last ? fit : padEnd(fit, cells)
        const wanted = style(at)
        return wanted === undefined ? padded : paint(wanted, padded)
      })
      .join(GAP)
      .trimEnd()
  return [
    line(
      kept.map((column) => column.head),
      () => 'bold',
    ),
    paint('dim', widths.map((cells) => '─'.repeat(cells)).join(GAP)),
    ...rows.map((row) =>
      line(
        kept.map((column) => clean(column.cell(row))),
        (at) => kept[at]?.style?.(row),
      ),
    ),
  ].join('\n')
}
