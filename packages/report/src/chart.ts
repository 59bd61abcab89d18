import type { VNode } from 'preact'
import { h } from 'preact'
export { chartModel } from './chart-model.ts'
export type { ChartWords } from './chart-words.ts'
export { ENGLISH } from './chart-words.ts'
export { THEMES, cssTheme, themeVariables } from './theme.ts'
import type { ChartCrossing, ChartModel, ChartSeries } from './chart-model.ts'
import { DISC_RADIUS } from './chart-model.ts'
import { el } from './element.ts'
import type { Point } from './curve-points.ts'
import { fit, widthOf } from './text-metrics.ts'
import type { Theme } from './theme.ts'
import { toneOf } from './theme.ts'

export type ChartProps = { readonly model: ChartModel; readonly theme: Theme; readonly label: string }
type Part = { readonly model: ChartModel; readonly theme: Theme }

const FONTS = "Inter, ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
const BOLD = 600

/** Hundredths of a pixel are enough, and keep goldens short. */
const px = (value: number): string => String(Math.round(value * 100) / 100)

const pathOf = (points: readonly Point[]): string =>
  points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('')

type TextProps = {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly fill: string
  readonly anchor?: 'middle' | 'end'
  readonly weight?: number
}

const text = ({ x, y, size, fill, anchor, weight }: TextProps, content: string): VNode =>
  el(
    'text',
    {
      x: px(x),
      y: px(y),
      'font-size': size,
      fill,
      ...(anchor === undefined ? {} : { 'text-anchor': anchor }),
      ...(weight === undefined ? {} : { 'font-weight': weight }),
    },
    content,
  )

const Heading = ({ model: { title, subtitle, type }, theme }: Part): VNode =>
  el('g', {}, [
    ...title.lines.map((line, at) =>
      text({ x: title.x, y: title.y + at * title.leading, size: type.title, fill: theme.ink, weight: BOLD }, line),
    ),
    ...subtitle.lines.map((line, at) =>
      text({ x: title.x, y: subtitle.y + at * subtitle.leading, size: type.text, fill: theme.muted }, line),
    ),
  ])

const Grid = ({ model: { plot, xTicks, yTicks }, theme }: Part): VNode => {
  const across = (major: boolean): string =>
    yTicks
      .filter(({ label }) => (label !== undefined) === major)
      .map(({ at }) => `M${plot.left} ${px(at)}H${plot.right}`)
      .join('')
  const up = (major: boolean): string =>
    xTicks
      .filter(({ label }) => (label !== undefined) === major)
      .map(({ at }) => `M${px(at)} ${plot.top}V${plot.bottom}`)
      .join('')
  return el('g', { fill: 'none', 'stroke-width': 1 }, [
    el('path', { d: up(false) + across(false), stroke: theme.gridMinor }),
    el('path', { d: up(true) + across(true), stroke: theme.grid }),
  ])
}

const Axes = ({ model: { plot, xTicks, yTicks, xTitle, yTitle, type, stripHeight }, theme }: Part): VNode => {
  const below = plot.bottom + 6 + stripHeight + type.text + 6
  const last = xTicks.findLast(({ label }) => label !== undefined)
  const beside = (last?.at ?? plot.right) + widthOf(last?.label ?? '', type.text) / 2 + 8
  return el('g', {}, [
    ...yTicks.flatMap(({ at, label }) =>
      label === undefined
        ? []
        : [
            text(
              { x: plot.left - 10, y: at + type.text * 0.36, size: type.text, fill: theme.muted, anchor: 'end' },
              label,
            ),
          ],
    ),
    ...xTicks.flatMap(({ at, label }) =>
      label === undefined
        ? []
        : [text({ x: at, y: below, size: type.text, fill: theme.muted, anchor: 'middle' }, label)],
    ),
    text({ x: plot.left - 10, y: plot.top - 14, size: type.small, fill: theme.muted, anchor: 'end' }, yTitle),
    text({ x: Math.max(plot.right + 10 + type.text, beside), y: below, size: type.small, fill: theme.muted }, xTitle),
  ])
}

const Strip = ({ model: { plot, strip, stripHeight, stripTitle, type }, theme }: Part): VNode => {
  const top = plot.bottom + 6
  const middle = top + stripHeight / 2 + type.small * 0.36
  return el('g', {}, [
    text({ x: plot.left - 10, y: middle, size: type.small, fill: theme.muted, anchor: 'end' }, stripTitle),
    ...strip.map(({ x, width, tone }) =>
      el('rect', { x: px(x), y: top, width: px(width), height: stripHeight, fill: toneOf(theme, tone) }),
    ),
    ...strip.flatMap(({ x, width, name }) => {
      const shown = fit(name, type.small, (width - 12) / 1.08)
      return shown.length < Math.min(9, name.length)
        ? []
        : [text({ x: x + 7, y: middle, size: type.small, fill: theme.onTone, weight: BOLD }, shown)]
    }),
  ])
}

const Line = ({ series, theme }: { readonly series: ChartSeries; readonly theme: Theme }): VNode =>
  el('path', {
    d: pathOf(series.points),
    fill: 'none',
    stroke: toneOf(theme, series.tone),
    'stroke-width': 2.5,
    'stroke-linejoin': 'round',
    ...(series.tone.family === 'asIs' ? { 'stroke-dasharray': '7 5' } : {}),
  })

/** The name at the line's end; where it had to move aside, a thin line leads to it. */
const EndLabel = ({
  series: { points, label, tone },
  model: { plot, type },
  theme,
}: Part & { readonly series: ChartSeries }): VNode | null => {
  if (label === undefined) return null
  const colour = toneOf(theme, tone)
  const endX = points.at(-1)?.x ?? plot.right
  const elbow = plot.right + 14
  return el('g', {}, [
    el('path', {
      d: `M${px(endX + 2)} ${px(label.lineY)}L${px(Math.max(endX + 2, plot.right + 4))} ${px(label.lineY)}L${px(elbow)} ${px(label.y)}H${px(elbow + 6)}`,
      fill: 'none',
      stroke: colour,
      'stroke-width': 1,
      opacity: 0.7,
    }),
    text({ x: elbow + 11, y: label.y + type.label * 0.3, size: type.label, fill: colour, weight: BOLD }, label.main),
    text(
      { x: elbow + 11, y: label.y + type.label * 0.3 + type.small + 4, size: type.small, fill: theme.muted },
      label.detail,
    ),
  ])
}

const Volume = ({ model: { volume, plot, type }, theme }: Part): VNode | null => {
  if (volume === undefined) return null
  const height = type.small + 9
  const top = plot.top - height - 4
  return el('g', {}, [
    el('path', {
      d: `M${px(volume.x)} ${plot.top - 4}V${plot.bottom}`,
      stroke: theme.ink,
      'stroke-width': 1.25,
      'stroke-dasharray': '2 3',
      fill: 'none',
    }),
    el('rect', {
      x: px(volume.textX - volume.textWidth / 2),
      y: px(top),
      width: px(volume.textWidth),
      height,
      rx: 4,
      fill: theme.ink,
    }),
    text(
      {
        x: volume.textX,
        y: top + height / 2 + type.small * 0.36,
        size: type.small,
        fill: theme.background,
        anchor: 'middle',
        weight: BOLD,
      },
      volume.text,
    ),
    ...volume.dots.map(({ x, y, tone }) =>
      el('circle', {
        cx: px(x),
        cy: px(y),
        r: 4.5,
        fill: theme.background,
        stroke: toneOf(theme, tone),
        'stroke-width': 2.5,
      }),
    ),
  ])
}

const Disc = ({ x, y, number, model: { type }, theme }: Part & Point & { readonly number: number }): VNode =>
  el('g', {}, [
    el('circle', {
      cx: px(x),
      cy: px(y),
      r: DISC_RADIUS,
      fill: theme.ink,
      stroke: theme.background,
      'stroke-width': 1.5,
    }),
    text(
      { x, y: y + type.small * 0.36, size: type.small, fill: theme.background, anchor: 'middle', weight: BOLD },
      String(number),
    ),
  ])

const Drop = ({ x, y, model: { plot }, theme }: Part & Point): VNode =>
  el('path', {
    d: `M${px(x)} ${px(y)}V${plot.bottom + 6}`,
    stroke: theme.muted,
    'stroke-width': 1,
    'stroke-dasharray': '3 3',
    fill: 'none',
    opacity: 0.8,
  })

/** One text of two parts, so that in another font the second still begins where the first ends. */
const KeyEntry = ({ crossing, model, theme }: Part & { readonly crossing: ChartCrossing }): VNode | null => {
  const { key, number, volumeText, text: content } = crossing
  if (key === undefined) return null
  const { type } = model
  const place = {
    x: px(key.x + DISC_RADIUS + 8),
    y: px(key.y + type.text * 0.36),
    'font-size': type.text,
    fill: theme.ink,
  }
  return el('g', {}, [
    h(Disc, { ...key, number, model, theme }),
    el('text', place, [el('tspan', { 'font-weight': BOLD }, volumeText), el('tspan', { dx: 10 }, content)]),
  ])
}

/** A chart of cost against volume, drawn from a model. Mounts in a page as it renders to a file. */
export const Chart = ({ model, theme, label }: ChartProps): VNode => {
  const { width, height, series, crossings, keyNote, type } = model
  const part = { model, theme }
  return el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': label,
      'font-family': FONTS,
    },
    [
      el('title', {}, label),
      el('rect', { width, height, fill: theme.background }),
      h(Heading, part),
      h(Grid, part),
      h(Strip, part),
      h(Axes, part),
      ...crossings.map(({ x, y }) => h(Drop, { x, y, ...part })),
      ...series.map((one) => h(Line, { series: one, theme })),
      h(Volume, part),
      ...series.map((one) => h(EndLabel, { series: one, ...part })),
      ...crossings.map(({ x, y, number }) => h(Disc, { x, y, number, ...part })),
      ...crossings.map((crossing) => h(KeyEntry, { crossing, ...part })),
      ...(keyNote === undefined
        ? []
        : [text({ x: keyNote.x, y: keyNote.y, size: type.small, fill: theme.muted }, keyNote.text)]),
    ],
  )
}
