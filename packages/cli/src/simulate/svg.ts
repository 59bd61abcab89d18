import { compactText, secondsText } from '@breakeven/report'

import { clockText, type Panel, panelsOf, roundMoments, type Timeline } from './timeline.ts'

const WIDTH = 960
const PANEL = 112
const GAP = 44
const LEFT = 84
const RIGHT = 24
const TOP = 76
const INK = '#0f172a'
const MUTED = '#5b677a'
const GRID = '#dfe5ee'
const MIDDLE = '#0f766e'
const TAIL = '#c2410c'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const n = (value: number): string => String(Math.round(value * 100) / 100)

const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return (([1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const).find((step) => step * power >= value * 0.999) ?? 10) * power
}

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${n(x)}" y="${n(y)}" ${more}>${escape(words)}</text>`

/** Steps: a figure holds for its whole stretch. */
const stepsOf = (values: readonly number[], x: (index: number) => number, y: (value: number) => number): string =>
  values.map((value, index) => `${index === 0 ? 'M' : 'L'}${n(x(index))} ${n(y(value))}H${n(x(index + 1))}`).join('')

const valueText = (value: number, kind: Panel['kind']): string =>
  value > 0 && kind === 'seconds' ? secondsText(value) : compactText(Number(value.toPrecision(3)))

const panelOf = (panel: Panel, top: number, columns: number): string => {
  const most = Math.max(...panel.high)
  const near = panel.target !== undefined && most > panel.target / 4
  const limit = roundUp(near ? Math.max(most, panel.target ?? 0) : most)
  const x = (index: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * index) / columns
  const y = (value: number): number => top + PANEL * (1 - value / limit)
  const area = (values: readonly number[], colour: string, opacity: number): string =>
    `<path d="${stepsOf(values, x, y)}V${n(y(0))}H${n(x(0))}Z" fill="${colour}" fill-opacity="${opacity}"/><path d="${stepsOf(values, x, y)}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
  // Half of an odd number of replicas is none.
  const shares = panel.kind === 'count' && limit % 2 === 1 ? [0, 1] : [0, 0.5, 1]
  const grid = shares.map(
    (share) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y(share * limit))}" y2="${n(y(share * limit))}" stroke="${GRID}"/>${text(LEFT - 10, y(share * limit) + 4, valueText(share * limit, panel.kind), `text-anchor="end" fill="${MUTED}"`)}`,
  )
  const target =
    near && panel.target !== undefined
      ? `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y(panel.target))}" y2="${n(y(panel.target))}" stroke="${INK}" stroke-dasharray="4 4"/>`
      : ''
  const words = panel.low === undefined ? panel.title : panel.title.replace(/, p50 and p95$/, '')
  const named =
    panel.low === undefined
      ? ''
      : `<tspan fill="${MIDDLE}" font-weight="600" dx="10">p50</tspan><tspan fill="${TAIL}" font-weight="600" dx="8">p95</tspan>`
  const aimed =
    panel.target === undefined
      ? ''
      : `<tspan fill="${MUTED}" dx="10">target ${valueText(panel.target, panel.kind)}</tspan>`
  return [
    ...grid,
    area(panel.high, panel.low === undefined ? MIDDLE : TAIL, panel.low === undefined ? 0.16 : 0.12),
    panel.low === undefined ? '' : area(panel.low, MIDDLE, 0.2),
    target,
    `<text x="${LEFT}" y="${n(top - 10)}"><tspan fill="${INK}" font-weight="600">${escape(words)}</tspan>${named}${aimed}</text>`,
  ].join('')
}

/** The time that was played as one SVG that stands alone: the middle in green, the tail in orange. */
export const timelineSvg = (
  timeline: Timeline,
  target: { readonly ttftSeconds: number; readonly tpotSeconds: number },
  title: string,
  subtitle: string,
): string => {
  const panels = panelsOf(timeline, target)
  const columns = timeline.moments.length
  const height = TOP + panels.length * (PANEL + GAP) + 12
  const bottom = TOP + panels.length * (PANEL + GAP) - GAP + 14
  const x = (at: number): number =>
    LEFT + (WIDTH - LEFT - RIGHT) * Math.min(1, Math.max(0, (at - timeline.startAt) / (timeline.stepSeconds * columns)))
  const moments = roundMoments(timeline)
  const lines = moments.map(
    (at) =>
      `<line x1="${n(x(at))}" x2="${n(x(at))}" y1="${TOP + 10}" y2="${bottom - 6}" stroke="${GRID}" stroke-dasharray="2 4"/>`,
  )
  const ticks = moments.map((at) => {
    const place = x(at)
    const anchor = place > WIDTH - RIGHT - 16 ? 'end' : place < LEFT + 16 ? 'start' : 'middle'
    return text(place, bottom + 8, clockText(at, timeline), `text-anchor="${anchor}" fill="${MUTED}"`)
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title).replaceAll('"', '&quot;')}" font-family="Inter, system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(LEFT, 26, title, `fill="${INK}" font-size="16" font-weight="600"`),
    text(LEFT, 46, subtitle, `fill="${MUTED}"`),
    ...lines,
    ...panels.map((panel, index) => panelOf(panel, TOP + 10 + index * (PANEL + GAP), columns)),
    ...ticks,
    '</svg>',
  ].join('')
}
