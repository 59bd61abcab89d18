import type { Comparison } from '@breakeven/core'
import { Chart, chartModel, cssTheme } from '@breakeven/report/chart'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { chartWords } from '../texts/chart-words.ts'
import { useReader } from './context.ts'
import { useWidth } from './use-width.ts'

type Model = ReturnType<typeof chartModel>

type Props = {
  readonly comparison: Comparison
  readonly label: string
  readonly hidden: readonly string[]
  readonly onHidden: (hidden: readonly string[]) => void
  /** The volume asked for, which the answer may not have caught up with. */
  readonly asked?: number | undefined
  /** The volume the reader moved to; absent where it cannot be moved. `settled`: the reader let go. */
  readonly onVolume?: (perDay: number, settled: boolean) => void
}

const THEME = cssTheme()
/** Narrower than this, names beside the lines leave no room for the lines. */
const NARROW = 560
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

const toneColour = ({ family, index }: Model['series'][number]['tone']): string =>
  THEME[family][index % THEME[family].length] ?? THEME.ink

/** The chart of the report, with a hand to move the volume and a reading under the pointer. */
export const BreakevenChart = ({ comparison, label, hidden, asked, onHidden, onVolume }: Props): VNode => {
  const reader = useReader()
  const { texts, figures } = reader
  const [box, width] = useWidth(960)
  const frozen = useRef<{ readonly all: Model; readonly shown: Model } | undefined>(undefined)
  /** The volume in the hand. */
  const [held, setHeld] = useState<number | undefined>(undefined)
  const [pointer, setPointer] = useState<number | undefined>(undefined)
  const volume = held ?? asked ?? volumeOf(comparison)
  const dragging = held !== undefined
  const narrow = width < NARROW
  const options = useMemo(
    () => ({ width, headline: false, labels: !narrow, words: chartWords(reader) }),
    [width, narrow, reader],
  )
  const fresh = useMemo(() => chartModel(comparison, options), [comparison, options])
  const visible = useMemo(
    () => (hidden.length === 0 ? fresh : chartModel(comparison, { ...options, hidden })),
    [fresh, comparison, options, hidden],
  )
  // While the line is in the hand the axes hold still: they would run away from under it.
  const { all: model, shown } = (dragging ? frozen.current : undefined) ?? { all: fresh, shown: visible }
  useEffect(() => {
    if (!dragging) frozen.current = { all: fresh, shown: visible }
  }, [fresh, visible, dragging])

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
  const drawn = dragging ? withoutVolume(shown) : shown
  return (
    <figure class="chart">
      <div
        class="chart-box"
        ref={box}
        onPointerMove={(event) => {
          const at = toPlot(event)
          if (dragging) {
            const perDay = pointed(valueAt(x, at))
            setHeld(perDay)
            onVolume?.(perDay, false)
          } else setPointer(at)
        }}
        onPointerLeave={() => setPointer(undefined)}
      >
        <Chart model={drawn} theme={THEME} label={label} />
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
            aria-valuetext={texts.volumeValue(figures.count(volume), unit)}
            style={{
              left: `${(lineX / model.width) * 100}%`,
              top: `${(plot.top / model.height) * 100}%`,
              height: `${((plot.bottom - plot.top) / model.height) * 100}%`,
            }}
            onPointerDown={(event) => {
              event.preventDefault()
              event.currentTarget.focus()
              event.currentTarget.setPointerCapture(event.pointerId)
              setHeld(volume)
            }}
            onPointerUp={(event) => {
              if (!dragging) return
              event.currentTarget.releasePointerCapture(event.pointerId)
              setHeld(undefined)
              onVolume(volume, true)
            }}
            onPointerCancel={() => {
              if (!dragging) return
              setHeld(undefined)
              onVolume(volume, true)
            }}
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
        <p class="reading-at">{texts.legendAt(readAt < 1e6 ? figures.count(readAt) : figures.compact(readAt), unit)}</p>
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
                  <span class="legend-name">{id === 'as-is' ? texts.todaysModels : reader.say(name)}</span>
                  <span class="legend-usd">{usd === undefined ? '' : figures.usd(usd)}</span>
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

const withoutVolume = ({ volume: _volume, ...model }: Model): Model => model
