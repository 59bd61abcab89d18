import type { Comparison } from '@breakeven/core'
import { compactText, countText, usdText } from '@breakeven/report'
import { Chart, chartModel, cssTheme } from '@breakeven/report/chart'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { chartZh } from '../texts/chart-zh.ts'
import { useReader } from './context.ts'
import { layoutWidth, NARROW, narrowed } from './narrow-chart.ts'
import { useWidth } from './use-width.ts'

type Model = ReturnType<typeof chartModel>

type Props = {
  readonly comparison: Comparison
  readonly label: string
  readonly hidden: readonly string[]
  readonly onHidden: (hidden: readonly string[]) => void
  /** The volume the reader moved to; absent where it cannot be moved. `settled`: the reader let go. */
  readonly onVolume?: (perDay: number, settled: boolean) => void
}

const THEME = cssTheme()
/** A touch of the arrow keys, and of page up and down. */
const [STEP, LEAP] = [1.05, 2]

const volumeOf = ({ axis, workload }: Comparison): number =>
  axis === 'requestsPerDay'
    ? (workload.requestsPerDay ?? 0)
    : Object.values(workload.tokensPerDay).reduce((sum, tokens) => sum + tokens, 0)

const positionOf = ({ from, to, start, end }: Model['x'], value: number): number =>
  start + (Math.log(value / from) / Math.log(to / from)) * (end - start)

const valueAt = ({ from, to, start, end }: Model['x'], position: number): number =>
  from * (to / from) ** ((position - start) / (end - start))

/** Three digits are as fine as a hand can point. */
const pointed = (value: number): number => Number(value.toPrecision(3))

/** Leaves out what the legend switched off: its line, its dot, and crossings that lie on it. */
const without = (model: Model, comparison: Comparison, hidden: readonly string[]): Model => {
  const gone = model.series.filter(({ id }) => hidden.includes(id))
  if (gone.length === 0) return model
  const curves = gone.flatMap(({ id }) => comparison.options.find((option) => option.id === id)?.curve ?? [])
  const isGone = (tone: { family: string; index: number }): boolean =>
    gone.some((one) => one.tone.family === tone.family && one.tone.index === tone.index)
  return {
    ...model,
    series: model.series.filter((one) => !gone.includes(one)),
    crossings: model.crossings.filter(({ perDay, usd }) =>
      curves.every((curve) => Math.abs(curve.at(perDay) / usd - 1) > 1e-6),
    ),
    ...(model.volume === undefined
      ? {}
      : { volume: { ...model.volume, dots: model.volume.dots.filter(({ tone }) => !isGone(tone)) } }),
  }
}

const toneColour = ({ family, index }: Model['series'][number]['tone']): string =>
  THEME[family][index % THEME[family].length] ?? THEME.ink

/** The chart of the report, with a hand to move the volume and a reading under the pointer. */
export const BreakevenChart = ({ comparison, label, hidden, onHidden, onVolume }: Props): VNode => {
  const { texts, language } = useReader()
  const [box, width] = useWidth(960)
  const frozen = useRef<Model | undefined>(undefined)
  const [dragging, setDragging] = useState(false)
  const [pointer, setPointer] = useState<number | undefined>(undefined)
  const volume = volumeOf(comparison)
  const narrow = width < NARROW
  const fresh = useMemo(() => {
    const model = chartModel(comparison, { width: layoutWidth(width), headline: false })
    return narrow ? narrowed(model, chartModel(comparison, { headline: false }), width) : model
  }, [comparison, width, narrow])
  // While the line is in the hand the axes hold still: they would run away from under it.
  const model = dragging ? (frozen.current ?? fresh) : fresh
  const shown = useMemo(() => {
    const kept = without(model, comparison, hidden)
    return language === 'zh' ? chartZh(kept, comparison) : kept
  }, [model, comparison, hidden, language])
  useEffect(() => {
    if (!dragging) frozen.current = fresh
  }, [fresh, dragging])

  const { plot, x } = model
  const inside = volume >= x.from && volume <= x.to
  const lineX = Math.min(Math.max(positionOf(x, Math.max(volume, x.from)), plot.left), plot.right)
  const unit = comparison.axis === 'requestsPerDay' ? texts.requests : texts.tokens
  const readAt = pointer === undefined || dragging ? volume : valueAt(x, pointer)
  const readX = pointer === undefined || dragging ? undefined : pointer

  const toPlot = (event: PointerEvent): number => {
    const bounds = box.current?.getBoundingClientRect()
    const at = bounds === undefined ? 0 : ((event.clientX - bounds.left) / bounds.width) * model.width
    return Math.min(Math.max(at, plot.left), plot.right)
  }
  const move = (factor: number): void => onVolume?.(pointed(volume * factor), true)
  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => move(STEP),
    ArrowUp: () => move(STEP),
    ArrowLeft: () => move(1 / STEP),
    ArrowDown: () => move(1 / STEP),
    PageUp: () => move(LEAP),
    PageDown: () => move(1 / LEAP),
    Home: () => onVolume?.(pointed(x.from), true),
    End: () => onVolume?.(pointed(x.to), true),
  }
  const drawn = dragging ? { ...shown, volume: undefined } : shown
  return (
    <figure class="chart">
      <div
        class="chart-box"
        ref={box}
        onPointerMove={(event) => {
          const at = toPlot(event)
          if (dragging) onVolume?.(pointed(valueAt(x, at)), false)
          else setPointer(at)
        }}
        onPointerLeave={() => setPointer(undefined)}
      >
        <Chart model={withoutUndefined(drawn)} theme={THEME} label={label} />
        <svg class="chart-over" viewBox={`0 0 ${model.width} ${model.height}`} aria-hidden="true">
          {readX === undefined ? null : <path class="reading-line" d={`M${readX} ${plot.top}V${plot.bottom}`} />}
          {dragging ? <path class="held-line" d={`M${lineX} ${plot.top - 4}V${plot.bottom}`} /> : null}
        </svg>
        {onVolume === undefined || !inside ? null : (
          <div
            class={`handle${dragging ? ' held' : ''}`}
            role="slider"
            tabIndex={0}
            aria-label={texts.volumeSlider}
            aria-valuemin={x.from}
            aria-valuemax={x.to}
            aria-valuenow={volume}
            aria-valuetext={texts.volumeValue(countText(volume), unit)}
            style={{
              left: `${(lineX / model.width) * 100}%`,
              top: `${(plot.top / model.height) * 100}%`,
              height: `${((plot.bottom - plot.top) / model.height) * 100}%`,
            }}
            onPointerDown={(event) => {
              event.preventDefault()
              event.currentTarget.focus()
              event.currentTarget.setPointerCapture(event.pointerId)
              frozen.current = model
              setDragging(true)
            }}
            onPointerUp={(event) => {
              if (!dragging) return
              event.currentTarget.releasePointerCapture(event.pointerId)
              setDragging(false)
              onVolume(volume, true)
            }}
            onPointerCancel={() => setDragging(false)}
            onKeyDown={(event) => {
              const act = keys[event.key]
              if (act === undefined) return
              event.preventDefault()
              act()
            }}
          />
        )}
      </div>
      <figcaption>
        {narrow && shown.crossings.length > 0 ? (
          <ol class="crossings">
            {shown.crossings.map(({ number, volumeText, text }) => (
              <li key={number}>
                <span class="disc">{number}</span> <strong>{volumeText}</strong> {text}
              </li>
            ))}
          </ol>
        ) : null}
        <p class="reading-at">{texts.legendAt(readAt < 1e6 ? countText(readAt) : compactText(readAt), unit)}</p>
        <ul class="legend" aria-label={texts.legend}>
          {model.series.map(({ id, name, tone }) => {
            const usd = comparison.options.find((option) => option.id === id)?.curve.at(readAt)
            const on = !hidden.includes(id)
            return (
              <li key={id}>
                <button
                  type="button"
                  aria-pressed={on}
                  onClick={() => onHidden(on ? [...hidden, id] : hidden.filter((other) => other !== id))}
                >
                  <span class="swatch" style={{ background: toneColour(tone) }} />
                  <span class="legend-name">{id === 'as-is' ? texts.todaysModels : name}</span>
                  <span class="legend-usd">{usd === undefined ? '' : usdText(usd)}</span>
                </button>
              </li>
            )
          })}
        </ul>
        {onVolume === undefined ? null : <p class="hint">{texts.chartHelp}</p>}
      </figcaption>
    </figure>
  )
}

/** `volume: undefined` is not the same as no volume to exact optional types. */
const withoutUndefined = ({
  volume,
  ...model
}: Omit<Model, 'volume'> & { volume?: Model['volume'] | undefined }): Model =>
  volume === undefined ? model : { ...model, volume }
