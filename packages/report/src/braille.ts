import type { Point } from './curve-points.ts'

/** The bits of the eight dots of a braille cell, by row and column (Unicode, U+2800). */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const
const BLANK = 0x2800

export const DOTS_PER_COLUMN = 2
export const DOTS_PER_ROW = 4

/** One cell of a drawing: which dots are set, and whose the last one was. */
type Cell = { readonly mask: number; readonly owner: number }

/** A drawing of dots, by `row * columns + column`. */
export type Canvas = { readonly columns: number; readonly rows: number; readonly cells: Map<number, Cell> }

export const canvasOf = (columns: number, rows: number): Canvas => ({ columns, rows, cells: new Map() })

const setDot = ({ columns, rows, cells }: Canvas, x: number, y: number, owner: number): void => {
  const [column, row] = [Math.floor(x / DOTS_PER_COLUMN), Math.floor(y / DOTS_PER_ROW)]
  if (column < 0 || column >= columns || row < 0 || row >= rows) return
  const at = row * columns + column
  const bit = BITS[y % DOTS_PER_ROW]?.[x % DOTS_PER_COLUMN] ?? 0
  cells.set(at, { mask: (cells.get(at)?.mask ?? 0) | bit, owner })
}

/** Draws a line through points given in dots, y downwards. */
export const drawLine = (canvas: Canvas, points: readonly Point[], owner: number): void => {
  points.slice(1).forEach((to, at) => {
    const from = points[at] ?? to
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y))))
    for (let step = 0; step <= steps; step++) {
      const share = step / steps
      setDot(canvas, Math.round(from.x + (to.x - from.x) * share), Math.round(from.y + (to.y - from.y) * share), owner)
    }
  })
}

/** The character of a cell and whose it is; absent where nothing was drawn. */
export const glyphAt = (
  { columns, cells }: Canvas,
  column: number,
  row: number,
): { readonly glyph: string; readonly owner: number } | undefined => {
  const cell = cells.get(row * columns + column)
  return cell && { glyph: String.fromCodePoint(BLANK + cell.mask), owner: cell.owner }
}
