import { styleText } from 'node:util'

import { compactText, secondsText } from '@breakeven/report'

import { clockText, type Panel, panelsOf, roundMoments, type Timeline } from './timeline.ts'

/** Eighths of a cell from below. */
const EIGHTH_COUNT = 8
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** A line at the bottom, below the middle, in it, above it and at the top of a cell. */
const SCANS = ['⎽', '⎼', '─', '⎻', '⎺']
const ROWS = 5
/** Room for `1,234 ms ┤`. */
const LEFT = 11

/** How many columns a chart of this width has: as many stretches of time. */
export const columnsIn = (width: number): number => Math.max(20, Math.min(120, width) - LEFT - 1)

const textOf = (value: number, kind: Panel['kind']): string =>
  kind === 'seconds' ? secondsText(value) : compactText(Number(value.toPrecision(3)))

/** A round number at or above a value. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return (([1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const).find((step) => step * power >= value * 0.999) ?? 10) * power
}

/** What a panel goes up to; the target is in it where the values come near to it. */
const topOf = ({ high, target = 0 }: Panel): number => {
  const most = Math.max(...high)
  return roundUp(most > target / 4 ? Math.max(most, target) : most)
}

type Paint = (style: 'cyan' | 'yellow' | 'dim' | 'bold', text: string) => string

/** One cell of a row, counted from below: the middle (or the only figure) is filled, the tail is a line above it, the target dots. */
const cellOf = ({ high, low, target = -1 }: Panel, index: number, row: number, top: number, paint: Paint): string => {
  const scaled = (value: number): number => (value / top) * ROWS - row
  const filled = Math.round(scaled((low ?? high)[index] ?? 0) * EIGHTH_COUNT)
  if (filled > 0) return paint('cyan', EIGHTHS[Math.min(filled, EIGHTH_COUNT)] ?? '█')
  const tail = low === undefined ? -1 : scaled(high[index] ?? 0)
  if (tail > 0 && tail <= 1)
    return paint('yellow', SCANS[Math.min(SCANS.length - 1, Math.floor(tail * SCANS.length))] ?? '─')
  const limit = scaled(target)
  return limit > 0 && limit <= 1 ? paint('dim', '·') : ' '
}

const panelLines = (panel: Panel, paint: Paint): readonly string[] => {
  const top = topOf(panel)
  const most = panel.target === undefined ? '' : paint('dim', `  ··· target ${textOf(panel.target, panel.kind)}`)
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const label = row === 0 ? textOf(top, panel.kind) : row === ROWS - 1 ? '0' : ''
    const axis = paint('dim', `${label.padStart(LEFT - 2)} ${label === '' ? '│' : '┤'}`)
    return `${axis}${panel.high.map((_value, index) => cellOf(panel, index, ROWS - 1 - row, top, paint)).join('')}`.trimEnd()
  })
  return [`${' '.repeat(LEFT)}${paint('bold', panel.title)}${most}`, ...rows]
}

const axisLines = (timeline: Timeline, paint: Paint): readonly string[] => {
  const columns = timeline.moments.length
  const rule = Array.from({ length: columns }, () => '─')
  let labels = ''
  for (const at of roundMoments(timeline)) {
    const column = Math.min(columns - 1, Math.max(0, Math.round((at - timeline.startAt) / timeline.stepSeconds)))
    rule[column] = '┬'
    const text = clockText(at, timeline)
    // A label begins under its mark, where there is room for it after the one before.
    if (column < labels.length + (labels === '' ? 0 : 2) || column + text.length > columns) continue
    labels = labels.padEnd(column) + text
  }
  return [paint('dim', `${' '.repeat(LEFT - 1)}└${rule.join('')}`), paint('dim', `${' '.repeat(LEFT)}${labels}`)]
}

/** The time that was played, one panel above the other. No final newline. */
export const renderTimeline = (
  timeline: Timeline,
  target: { readonly ttftSeconds: number; readonly tpotSeconds: number },
  colour: boolean,
): string => {
  const paint: Paint = (style, text) =>
    colour && text.trim() !== '' ? styleText(style, text, { validateStream: false }) : text
  return [
    ...panelsOf(timeline, target).flatMap((panel) => panelLines(panel, paint)),
    ...axisLines(timeline, paint),
  ].join('\n')
}
