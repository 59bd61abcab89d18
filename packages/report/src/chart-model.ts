import type { Comparison, OptionId, PricedOption } from '@breakeven/core'
import { chooseSeries, spanOf } from './chart-series.ts'
import type { ChartWords } from './chart-words.ts'
import { ENGLISH, nameIn } from './chart-words.ts'
import type { Span } from './chart-series.ts'
import type { Crossing } from './crossings.ts'
import { crossingsOf } from './crossings.ts'
import type { Point } from './curve-points.ts'
import { pointsOf } from './curve-points.ts'
import { headlineOf } from './headline.ts'
import type { LogScale } from './log-scale.ts'
import { positionOf, ticksOf } from './log-scale.ts'
import { shortOf } from './names.ts'
import type { Side } from './side.ts'
import { sideOf, volumeOf } from './side.ts'
import { spread } from './spread.ts'
import { fit, setLines, widthOf } from './text-metrics.ts'

/** Warm for what is rented, cool for what is run, violet for a mix, grey for today. */
export type Tone = { readonly family: Side | 'asIs'; readonly index: number }

type ChartTick = { readonly at: number; readonly label?: string }

export type ChartSeries = {
  readonly id: OptionId
  readonly name: string
  readonly tone: Tone
  readonly points: readonly Point[]
  /** The label at the right end: where the line ends, and where the label had to go. Absent where there are no labels. */
  readonly label?: { readonly main: string; readonly detail: string; readonly lineY: number; readonly y: number }
}

export type ChartCrossing = Point & {
  readonly number: number
  readonly perDay: number
  readonly usd: number
  /** `88,467`, and what happens there. */
  readonly volumeText: string
  readonly text: string
  /** Where its entry of the key stands; absent where the crossings are listed beside the chart. */
  readonly key?: Point
}

type ChartStrip = {
  readonly x: number
  readonly width: number
  readonly id: OptionId
  readonly tone: Tone
  readonly name: string
}

/** Everything a chart shows, placed, in pixels: plain data, drawn by `Chart`. */
export type ChartModel = {
  readonly width: number
  readonly height: number
  readonly type: { readonly title: number; readonly text: number; readonly label: number; readonly small: number }
  readonly title: {
    readonly lines: readonly string[]
    readonly x: number
    readonly y: number
    readonly leading: number
  }
  readonly subtitle: { readonly lines: readonly string[]; readonly y: number; readonly leading: number }
  readonly plot: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  readonly x: LogScale
  readonly y: LogScale
  readonly xTicks: readonly ChartTick[]
  readonly yTicks: readonly ChartTick[]
  readonly xTitle: string
  readonly yTitle: string
  readonly series: readonly ChartSeries[]
  readonly crossings: readonly ChartCrossing[]
  /** Crossings too near to others to carry a number. */
  readonly keyNote?: Point & { readonly text: string }
  readonly strip: readonly ChartStrip[]
  readonly stripHeight: number
  /** What the strip shows, to its left. */
  readonly stripTitle: string
  readonly volume?: {
    readonly x: number
    readonly text: string
    readonly textX: number
    /** Of the box behind the text. */
    readonly textWidth: number
    readonly dots: readonly (Point & { readonly tone: Tone })[]
  }
}

export type ChartOptions = {
  /** Pixels; the height follows from what there is to show. */
  readonly width?: number
  /** Options to show whatever they cost. */
  readonly show?: readonly OptionId[]
  /** Without it, for a page that says the finding itself; or the finding in other words. */
  readonly headline?: boolean | string
  /** Without the names at the lines' ends and the key below, for a screen too narrow for them that lists both beside it. */
  readonly labels?: boolean
  /** The chart's own words; English where not given. */
  readonly words?: ChartWords
  /** Lines that a legend switched off: they keep their tone and are not drawn. */
  readonly hidden?: readonly OptionId[]
}

/** What a chart is about, before anything is placed: shared by the drawn chart and the one in a terminal. */
export type ChartSubject = {
  readonly span: Span
  readonly usd: Span
  readonly shown: readonly PricedOption[]
  readonly tones: ReadonlyMap<OptionId, Tone>
  readonly crossings: readonly Crossing[]
}

const familyOf = (option: PricedOption): Tone['family'] => (option.kind === 'asIs' ? 'asIs' : sideOf(option))

const tonesOf = (shown: readonly PricedOption[]): Map<OptionId, Tone> => {
  const used = new Map<Tone['family'], number>()
  return new Map(
    shown.map((option) => {
      const family = familyOf(option)
      const index = used.get(family) ?? 0
      used.set(family, index + 1)
      return [option.id, { family, index }] as const
    }),
  )
}

/** More decades than this make every line a diagonal. */
const MOST_DECADES = 6

/** Dollars that the chart spans: all shown lines, but no more than six decades, and the cheapest at the user's volume in any case. */
const usdSpanOf = (shown: readonly PricedOption[], span: Span): Span => {
  const highest = Math.max(...shown.map(({ curve }) => curve.at(span.to)))
  const lowest = Math.min(...shown.map(({ curve }) => curve.at(span.from)).filter((usd) => usd > 0))
  const nearest = Math.min(...shown.map(({ usdPerDay }) => usdPerDay).filter((usd) => usd > 0)) / 2
  if (!(highest > 0) || !Number.isFinite(lowest)) return { from: 0.01, to: 100 }
  const from = Math.min(Math.max(lowest, highest / 10 ** MOST_DECADES), nearest)
  const decade = 10 ** Math.floor(Math.log10(highest))
  const step = [1, 2, 5, 10].find((one) => one * decade >= highest) ?? 10
  return { from: 10 ** Math.floor(Math.log10(from) + 1e-9), to: step * decade }
}

export const chartSubject = (comparison: Comparison, show: readonly OptionId[] = []): ChartSubject => {
  const span = spanOf(comparison)
  const shown = chooseSeries(comparison, span, show)
  return {
    span,
    usd: usdSpanOf(shown, span),
    shown,
    tones: tonesOf(shown),
    crossings: crossingsOf(comparison, shown, span),
  }
}

/** What changes where two lines cross. */
export const crossingText = ({ from, to, of }: Crossing, words: ChartWords = ENGLISH): string =>
  of === 'field' ? words.becomesCheapest(shortOf(to, words)) : words.undercuts(shortOf(to, words), shortOf(from, words))

type Frame = Pick<ChartModel, 'plot' | 'x' | 'y' | 'type'>

const seriesOf = (
  { shown, tones }: ChartSubject,
  { plot, x, y, type }: Frame,
  right: number,
  words: ChartWords,
): ChartSeries[] => {
  const room = right - plot.right - LABEL_GAP
  const drawn = shown
    .map((option) => ({ option, points: pointsOf(option.curve, x, y) }))
    .filter(({ points }) => points.length > 1)
    .map(({ option, points }) => ({ option, points, lineY: points.at(-1)?.y ?? plot.bottom }))
    .toSorted((one, other) => one.lineY - other.lineY)
  const gap = type.label + type.small + 16
  const placed = spread(
    drawn.map(({ lineY }) => lineY),
    gap,
    plot.top + 4,
    plot.bottom - 10,
  )
  return drawn.map(({ option, points, lineY }, at) => {
    const { main, detail } = nameIn(words, option)
    return {
      id: option.id,
      name: option.label,
      tone: tones.get(option.id) ?? { family: 'rent', index: 0 },
      points,
      label: {
        main: fit(main, type.label, room),
        detail: fit(
          `${words.price(words.usd(option.usdPerDay), room < 180)} · ${detail}`.replace(/ · $/, ''),
          type.small,
          room,
        ),
        lineY,
        y: placed[at] ?? lineY,
      },
    }
  })
}

const LABEL_GAP = 26
/** Discs nearer than this would cover each other. */
export const DISC_RADIUS = 10
const DISC_GAP = 2 * DISC_RADIUS + 3

/** What an entry of the key takes beside its words: the disc, two gaps, a margin. */
const KEY_INDENT = 60

type Numbered = Omit<ChartCrossing, 'key'>

/** The crossings that can carry a disc, numbered from left to right. */
const numberedOf = (crossings: readonly Crossing[], { x, y }: Frame, words: ChartWords): Numbered[] => {
  const placed: (Point & { readonly crossing: Crossing })[] = []
  for (const crossing of crossings) {
    const at = { x: positionOf(x, crossing.perDay), y: positionOf(y, crossing.usd) }
    const inside = at.y >= y.end && at.y <= y.start
    if (inside && placed.every((other) => Math.hypot(other.x - at.x, other.y - at.y) >= DISC_GAP))
      placed.push({ ...at, crossing })
  }
  return placed
    .toSorted((one, other) => one.x - other.x)
    .map(({ crossing, ...at }, index) => ({
      ...at,
      number: index + 1,
      perDay: crossing.perDay,
      usd: crossing.usd,
      volumeText: words.count(crossing.perDay),
      text: crossingText(crossing, words),
    }))
}

/** The last tone of a side stands for what has no line of its own. */
const UNSHOWN_TONE = 5

/** Shorter than this, in pixels, a stretch is drawn as part of the one before it. */
const LEAST_STRETCH = 2

const stripOf = (
  comparison: Comparison,
  { tones, span }: ChartSubject,
  { x }: Frame,
  words: ChartWords,
): ChartStrip[] => {
  const seen = comparison.breakeven.flatMap(({ from, to = Infinity, cheapest }) => {
    const [left, right] = [Math.max(from, span.from), Math.min(to, span.to)]
    const option = comparison.options.find(({ id }) => id === cheapest)
    if (right <= left || option === undefined) return []
    const start = positionOf(x, left)
    return positionOf(x, right) - start < LEAST_STRETCH ? [] : [{ start, option }]
  })
  // Neighbours without a line of their own look the same: one block of their side, without a name.
  const lookOf = (option: PricedOption): string => (tones.has(option.id) ? option.id : sideOf(option))
  const joined = seen.filter(({ option }, at) => {
    const before = seen[at - 1]
    return before === undefined || lookOf(before.option) !== lookOf(option)
  })
  return joined.map(({ start, option }, at) => {
    const from = at === 0 ? x.start : start
    return {
      x: from,
      width: (joined[at + 1]?.start ?? x.end) - from,
      id: option.id,
      tone: tones.get(option.id) ?? { family: sideOf(option), index: UNSHOWN_TONE },
      name: tones.has(option.id) ? shortOf(option, words) : words.others(sideOf(option)),
    }
  })
}

const volumeMark = (
  comparison: Comparison,
  series: readonly ChartSeries[],
  { plot, x, y, type }: Frame,
  words: ChartWords,
): ChartModel['volume'] => {
  const volume = volumeOf(comparison)
  if (volume < x.from || volume > x.to) return undefined
  const at = positionOf(x, volume)
  const text = words.volume(words.count(volume), comparison.axis)
  const half = (widthOf(text, type.small) * FALLBACK) / 2 + 6
  const dots = series.flatMap(({ id, tone }) => {
    const usd = comparison.options.find((option) => option.id === id)?.curve.at(volume) ?? 0
    const height = usd > 0 ? positionOf(y, usd) : Infinity
    return height >= plot.top && height <= plot.bottom ? [{ x: at, y: height, tone }] : []
  })
  return { x: at, text, textX: Math.max(plot.left + half, Math.min(at, plot.right - half)), textWidth: half * 2, dots }
}

/** Where there is no Inter, the widest usual stand-in (DejaVu Sans) takes this much more. */
const FALLBACK = 1.14

const NARROW = 760
const PAD = 24
/** Where every pixel goes to the lines. */
const TIGHT_PAD = 14

/** Without the lines that a legend switched off, and without the crossings and dots that lie on them. */
const withoutHidden = (
  model: ChartModel,
  options: readonly PricedOption[],
  hidden: readonly OptionId[],
): ChartModel => {
  const gone = model.series.filter(({ id }) => hidden.includes(id))
  if (gone.length === 0) return model
  const curves = gone.flatMap(({ id }) => options.find((option) => option.id === id)?.curve ?? [])
  const isGone = ({ family, index }: Tone): boolean =>
    gone.some(({ tone }) => tone.family === family && tone.index === index)
  const { volume } = model
  return {
    ...model,
    series: model.series.filter((one) => !gone.includes(one)),
    crossings: model.crossings.filter(({ perDay, usd }) =>
      curves.every((curve) => Math.abs(curve.at(perDay) / usd - 1) > 1e-6),
    ),
    ...(volume === undefined ? {} : { volume: { ...volume, dots: volume.dots.filter(({ tone }) => !isGone(tone)) } }),
  }
}

type Type = ChartModel['type']

const TYPES: Readonly<Record<'narrow' | 'wide', Type>> = {
  narrow: { title: 19, text: 13, label: 13, small: 11 },
  wide: { title: 24, text: 15, label: 14, small: 12 },
}

type Key = Pick<ChartModel, 'crossings' | 'keyNote'> & { readonly bottom: number }

/** The numbered crossings as a key under the chart, in two columns where they fit. */
const keyOf = (
  numbered: readonly Numbered[],
  untold: number,
  {
    top,
    right,
    type,
    words,
  }: { readonly top: number; readonly right: number; readonly type: Type; readonly words: ChartWords },
): Key => {
  const leading = DISC_RADIUS * 2 + 8
  const half = (right - PAD) / 2
  const fits = numbered.every((one) => KEY_INDENT + widthOf(`${one.volumeText}${one.text}`, type.text) * 1.06 < half)
  const columns = fits && numbered.length > 2 ? 2 : 1
  const rows = Math.ceil(numbered.length / columns)
  const columnWidth = (right - PAD) / columns
  const noteY = top + rows * leading
  return {
    crossings: numbered.map((one, at) => ({
      ...one,
      text: fit(one.text, type.text, columnWidth - widthOf(one.volumeText, type.text) - KEY_INDENT),
      key: {
        x: PAD + DISC_RADIUS + Math.floor(at / Math.max(rows, 1)) * columnWidth,
        y: top + (at % Math.max(rows, 1)) * leading,
      },
    })),
    ...(untold > 0 ? { keyNote: { x: PAD, y: noteY, text: words.moreCrossings(untold) } } : {}),
    bottom: (untold > 0 ? noteY + 4 : rows > 0 ? noteY - leading + DISC_RADIUS : top - type.text * 1.4) + PAD,
  }
}

/**
 * Lays a comparison out as a chart: which options, which part of the axes, true steps, labels apart, crossings numbered,
 * and a strip that says who is the cheapest. Pure; the same comparison and options give the same model.
 */
export const chartModel = (
  comparison: Comparison,
  { width = 1080, show = [], headline = true, labels = true, words = ENGLISH, hidden = [] }: ChartOptions = {},
): ChartModel => {
  const subject = chartSubject(comparison, show)
  const narrow = width < NARROW
  const type = TYPES[narrow ? 'narrow' : 'wide']
  const pad = labels ? PAD : TIGHT_PAD
  const yLabels = ticksOf(subject.usd).flatMap(({ value, major }) =>
    major ? [widthOf(words.compactUsd(value), type.text)] : [],
  )
  const left = pad + Math.max(...yLabels, widthOf(words.usdPerDay, type.small)) + 10
  // The last decade's label hangs over the frame by half.
  const hang = labels ? pad : Math.max(pad, (widthOf(words.compact(subject.span.to), type.text) / 2) * FALLBACK + 2)
  const right = width - hang
  const labelRoom = labels ? Math.min(width * (narrow ? 0.3 : 0.22), 290) : 0
  const title =
    headline === false
      ? []
      : setLines(headline === true ? headlineOf(comparison) : headline, type.title, (right - pad) / FALLBACK, 2)
  const subtitle = setLines(words.subtitle(comparison, !labels), type.text, right - pad, 2)
  const titleLeading = type.title * 1.25
  const leading = type.text * 1.4
  const subtitleY = pad + title.length * titleLeading + leading * 0.75
  const top = Math.round(subtitleY + subtitle.length * leading + type.small + 26)
  const plot = {
    left: Math.round(left),
    top,
    right: Math.round(right - labelRoom),
    bottom: Math.round(top + Math.max(260, Math.min(width * 0.4, 540))),
  }
  const frame: Frame = {
    plot,
    type,
    x: { ...subject.span, start: plot.left, end: plot.right },
    y: { ...subject.usd, start: plot.bottom, end: plot.top },
  }
  const series = seriesOf(subject, frame, right, words)
  const numbered = numberedOf(subject.crossings, frame, words)
  const stripHeight = type.small + 10
  const axisBottom = plot.bottom + 6 + stripHeight + type.text * 2
  const { bottom, ...key } = labels
    ? keyOf(numbered, subject.crossings.length - numbered.length, { top: axisBottom + 30, right, type, words })
    : { bottom: axisBottom, crossings: numbered }
  const volume = volumeMark(comparison, series, frame, words)
  const model: ChartModel = {
    width,
    height: Math.round(bottom),
    ...frame,
    title: { lines: title, x: pad, y: pad + type.title * 0.8, leading: titleLeading },
    subtitle: { lines: subtitle, y: subtitleY, leading },
    xTicks: ticksOf(subject.span).map(({ value, major }) => ({
      at: positionOf(frame.x, value),
      ...(major ? { label: words.compact(value) } : {}),
    })),
    yTicks: ticksOf(subject.usd).map(({ value, major }) => ({
      at: positionOf(frame.y, value),
      ...(major ? { label: words.compactUsd(value) } : {}),
    })),
    xTitle: labels ? words.volumes(comparison.axis) : '',
    yTitle: words.usdPerDay,
    series: labels ? series : series.map(({ label: _label, ...one }) => one),
    ...key,
    strip: stripOf(comparison, subject, frame, words),
    stripHeight,
    stripTitle: words.cheapest,
    ...(volume === undefined ? {} : { volume }),
  }
  return withoutHidden(model, comparison.options, hidden)
}
