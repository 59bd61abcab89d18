import type { chartModel } from '@breakeven/report/chart'

type Model = ReturnType<typeof chartModel>

/** Narrower than this, names beside the lines leave no room for the lines. */
export const NARROW = 560

/** The share of a narrow chart that is not given to names at the lines' ends. */
const SHARE_OF_PLOT = 0.7

/** How wide a chart must be laid out for what is left of it without its names to fill the screen. */
export const layoutWidth = (width: number): number => (width < NARROW ? Math.round(width / SHARE_OF_PLOT) : width)

/**
 * A chart for a phone: the names at the lines' ends and the key of the crossings go, since the page lists both below in
 * type that wraps; the room goes to the lines. `wide` is the same chart as on a wide screen.
 */
export const narrowed = (model: Model, wide: Model, width: number): Model => {
  const { plot, stripHeight, type } = model
  const height = Math.round(plot.bottom + stripHeight + type.text * 2 + 18)
  return {
    ...model,
    width,
    height,
    xTitle: '',
    subtitle: { ...model.subtitle, lines: model.subtitle.lines.slice(0, 1).map((line) => line.split(';', 1)[0] ?? '') },
    series: model.series.map((one) => ({
      ...one,
      label: { ...one.label, main: '', detail: '', y: one.label.lineY },
    })),
    // Below the picture, where nothing is drawn.
    crossings: model.crossings.map((one) => ({
      ...one,
      // Words that had to be cut to stand beside each other need not be in a list.
      text: wide.crossings.find(({ perDay }) => perDay === one.perDay)?.text ?? one.text,
      key: { x: 0, y: height * 2 },
    })),
  }
}
