import type { Comparison, OptionId } from '@breakeven/core'
import type { Canvas } from './braille.ts'
import { DOTS_PER_COLUMN, DOTS_PER_ROW, canvasOf, drawLine, glyphAt } from './braille.ts'
import type { ChartSubject, Tone } from './chart-model.ts'
import { chartSubject, crossingText } from './chart-model.ts'
import { renderColumns } from './columns.ts'
import { pointsOf } from './curve-points.ts'
import type { LogScale } from './log-scale.ts'
import { positionOf, ticksOf } from './log-scale.ts'
import { phraseOf } from './names.ts'
import { compactText, compactUsdText, countText, usdText } from './numbers.ts'
import type { Paint, Style } from './paint.ts'
import { paintFor } from './paint.ts'
import { unitOf, volumeOf } from './side.ts'
import { spread } from './spread.ts'
import { clean, padEnd, padStart, wrap } from './text.ts'

export type TerminalChartOptions = {
  readonly width?: number
  readonly colour?: boolean
  readonly show?: readonly OptionId[]
}

const STYLES: Readonly<Record<Tone['family'], readonly [Style, Style, Style]>> = {
  rent: ['yellow', 'red', 'white'],
  run: ['cyan', 'blue', 'green'],
  mix: ['magenta', 'magenta', 'magenta'],
  asIs: ['white', 'white', 'white'],
}
const CIRCLED = ['①', '②', '③', '④', '⑤', '⑥', '⑦']
const LETTERS = 'ABCDEFGH'

/** Room for `$100k ┤` on the left and a letter on the right. */
const LEFT = 9
const RIGHT = 2

type Series = { readonly letter: string; readonly style: Style; readonly lastY: number }
type Mark = { readonly column: number; readonly row: number; readonly glyph: string; readonly text: string }
type Drawing = {
  readonly subject: ChartSubject
  readonly x: LogScale
  readonly y: LogScale
  readonly canvas: Canvas
  readonly series: readonly Series[]
  readonly marks: readonly Mark[]
  readonly paint: Paint
}

const columnOf = (x: LogScale, perDay: number): number => Math.floor(positionOf(x, perDay) / DOTS_PER_COLUMN)
const rowOf = (y: LogScale, usd: number): number => Math.floor(positionOf(y, usd) / DOTS_PER_ROW)

const marksOf = ({ crossings }: ChartSubject, unit: string, x: LogScale, y: LogScale): Mark[] => {
  const free: { column: number; row: number; perDay: number; text: string }[] = []
  for (const crossing of crossings) {
    const [column, row] = [columnOf(x, crossing.perDay), rowOf(y, crossing.usd)]
    const clash = free.some((other) => Math.abs(other.column - column) < 2 && Math.abs(other.row - row) < 2)
    if (!clash && row >= 0)
      free.push({
        column,
        row,
        perDay: crossing.perDay,
        text: `${countText(crossing.perDay)} ${unit} a day: ${crossingText(crossing)}`,
      })
  }
  return free
    .toSorted((one, other) => one.perDay - other.perDay)
    .flatMap(({ column, row, text }, at) => {
      const glyph = CIRCLED[at]
      return glyph === undefined ? [] : [{ column, row, glyph, text }]
    })
}

const drawingOf = (comparison: Comparison, width: number, show: readonly OptionId[], paint: Paint): Drawing => {
  const subject = chartSubject(comparison, show)
  const columns = width - LEFT - RIGHT
  const rows = Math.max(10, Math.min(20, Math.round(columns * 0.24)))
  const x: LogScale = { ...subject.span, start: 0, end: columns * DOTS_PER_COLUMN - 1 }
  const y: LogScale = { ...subject.usd, start: rows * DOTS_PER_ROW - 1, end: 0 }
  const canvas = canvasOf(columns, rows)
  const drawn = subject.shown.map((option, at) => {
    const tone = subject.tones.get(option.id) ?? { family: 'rent', index: 0 }
    const points = pointsOf(option.curve, x, y)
    return {
      points,
      letter: LETTERS[at] ?? '?',
      style: STYLES[tone.family][tone.index % 3] ?? 'white',
      lastY: points.at(-1)?.y ?? y.start,
    }
  })
  // The cheapest is drawn last: where lines share a cell its colour wins.
  for (const [at, { points }] of [...drawn.entries()].toReversed()) drawLine(canvas, points, at)
  return { subject, x, y, canvas, series: drawn, marks: marksOf(subject, unitOf(comparison), x, y), paint }
}

/** Which letter stands at the right end of which row, neighbours apart. */
const lettersByRow = ({ series, canvas }: Drawing): Map<number, Series> => {
  const ordered = series.toSorted((one, other) => one.lastY - other.lastY)
  const rows = spread(
    ordered.map(({ lastY }) => Math.floor(lastY / DOTS_PER_ROW)),
    1,
    0,
    canvas.rows - 1,
  )
  return new Map(ordered.map((one, at) => [Math.round(rows[at] ?? 0), one]))
}

const cellText = (
  { canvas, series, marks, paint }: Drawing,
  column: number,
  row: number,
  volumeColumn: number,
): string => {
  const mark = marks.find((one) => one.column === column && one.row === row)
  if (mark !== undefined) return paint('bold', mark.glyph)
  const drawn = glyphAt(canvas, column, row)
  if (drawn !== undefined) return paint(series[drawn.owner]?.style ?? 'white', drawn.glyph)
  return column === volumeColumn ? paint('dim', '┊') : ' '
}

const plotLines = (drawing: Drawing, volumeColumn: number): string[] => {
  const { canvas, y, paint } = drawing
  const ticks = new Map(
    ticksOf(y).flatMap(({ value, major }) => (major ? [[rowOf(y, value), compactUsdText(value)] as const] : [])),
  )
  const letters = lettersByRow(drawing)
  return Array.from({ length: canvas.rows }, (_row, row) => {
    const tick = ticks.get(row)
    const axis = paint('dim', `${padStart(tick ?? '', LEFT - 2)} ${tick === undefined ? '│' : '┤'}`)
    const cells = Array.from({ length: canvas.columns }, (_cell, column) =>
      cellText(drawing, column, row, volumeColumn),
    ).join('')
    const letter = letters.get(row)
    return `${axis}${cells}${letter === undefined ? '' : ` ${paint(letter.style, letter.letter)}`}`.trimEnd()
  })
}

const axisLines = ({ canvas, x, paint }: Drawing, unit: string): string[] => {
  const ticks = ticksOf(x)
    .filter(({ major }) => major)
    .map(({ value }) => ({ column: Math.min(columnOf(x, value), canvas.columns - 1), label: compactText(value) }))
  const rule = Array.from({ length: canvas.columns }, (_cell, column) =>
    ticks.some((tick) => tick.column === column) ? '┬' : '─',
  ).join('')
  const indent = ' '.repeat(LEFT - 1)
  let labels = ''
  for (const { column, label } of ticks) {
    const start = Math.max(
      0,
      Math.min(LEFT + column - Math.floor(label.length / 2), LEFT + canvas.columns + RIGHT - label.length),
    )
    if (start > labels.length || labels === '') labels = padEnd(labels, start) + label
  }
  return [
    paint('dim', `${indent}└${rule}`),
    paint('dim', labels),
    paint('dim', padStart(`${unit} a day`, LEFT + canvas.columns)),
  ]
}

/** Who is the cheapest along the axis: each stretch opens with the letter of its option, `·` for one that is not drawn. */
const stripLine = ({ canvas, subject, series, paint }: Drawing, { breakeven }: Comparison): string => {
  const at = (column: number): number => {
    const middle = subject.span.from * (subject.span.to / subject.span.from) ** ((column + 0.5) / canvas.columns)
    const stretch = breakeven.find(({ from, to = Infinity }) => middle >= from && middle < to)
    return subject.shown.findIndex(({ id }) => id === stretch?.cheapest)
  }
  let before = -2
  const cells = Array.from({ length: canvas.columns }, (_cell, column) => {
    const index = at(column)
    const one = series[index]
    const text = index === before ? '━' : (one?.letter ?? '·')
    before = index
    return paint(one?.style ?? 'dim', text)
  })
  return `${paint('dim', padStart('lowest', LEFT - 2))}  ${cells.join('')}`
}

/**
 * Cost against volume for a terminal, on logarithmic axes: lines of braille dots with true steps, each ending in its
 * letter; circled numbers where options cross; a strip that says who is the cheapest. No final newline.
 */
export const renderTerminalChart = (
  comparison: Comparison,
  { width = 100, colour = false, show = [] }: TerminalChartOptions = {},
): string => {
  if (comparison.options.length === 0) return ''
  const paint = paintFor(colour)
  const drawing = drawingOf(comparison, width, show, paint)
  const unit = unitOf(comparison)
  const volume = volumeOf(comparison)
  const inSight = volume >= drawing.x.from && volume <= drawing.x.to
  const volumeColumn = inSight ? columnOf(drawing.x, volume) : -1
  const legend = drawing.subject.shown.map((option, at) => ({ option, series: drawing.series[at] }))
  return [
    paint('bold', 'USD a day'),
    ...plotLines(drawing, volumeColumn),
    ...axisLines(drawing, unit).slice(0, 1),
    stripLine(drawing, comparison),
    ...axisLines(drawing, unit).slice(1),
    '',
    renderColumns(
      [
        { head: '', cell: ({ series }) => series?.letter ?? '', style: ({ series }) => series?.style },
        {
          head: inSight ? `┊ at your ${countText(volume)} ${unit} a day` : 'at your volume',
          cell: ({ option }) => phraseOf(option),
          flexTo: 30,
        },
        { head: '$/day', cell: ({ option }) => usdText(option.usdPerDay), align: 'right' },
      ],
      legend,
      { width, colour },
    ),
    ...(drawing.marks.length > 0 ? [''] : []),
    ...drawing.marks.flatMap(({ glyph, text }) => wrap(`${glyph} ${clean(text)}`, width, '  ')),
  ].join('\n')
}
