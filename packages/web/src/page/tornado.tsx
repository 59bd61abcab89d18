import type { Comparison } from '@breakeven/core'
import type { VNode } from 'preact'
import { useReader } from './context.ts'

type Row = Comparison['sensitivity'][number]

const ends = ({ atLow, atHigh, base }: Row): readonly [number, number] => [atLow ?? base, atHigh ?? base]

/** How far each input, moved from its low to its high end, moves the break-even: the widest bar first. */
export const Tornado = ({ comparison }: { readonly comparison: Comparison }): VNode => {
  const { texts, figures, say } = useReader()
  const { sensitivity, sensitivityPair, options, axis } = comparison
  const [first] = sensitivity
  if (first === undefined || sensitivityPair === undefined)
    return (
      <section class="block" aria-labelledby="tornado-title">
        <h2 id="tornado-title">{texts.sensitivity}</h2>
        <p class="hint">{texts.noSensitivity}</p>
      </section>
    )
  const all = sensitivity.flatMap(ends)
  // A little room at both ends, so that no bar ends at the wall.
  const [least, most] = [Math.min(first.base, ...all) / 1.15, Math.max(first.base, ...all) * 1.15]
  const share = (value: number): number => (100 * Math.log(value / least)) / Math.log(most / least)
  const unit = axis === 'requestsPerDay' ? texts.requests : texts.tokens
  const label = (id: string): string =>
    id === 'as-is' ? texts.todaysModels : say(options.find((option) => option.id === id)?.label ?? id)
  const at = (value: number | undefined): string => (value === undefined ? texts.noCrossing : figures.compact(value))
  return (
    <section class="block" aria-labelledby="tornado-title">
      <h2 id="tornado-title">{texts.sensitivity}</h2>
      <p class="hint">
        {texts.sensitivityOf(
          label(sensitivityPair.run),
          label(sensitivityPair.rent),
          texts.volumeValue(figures.count(first.base), unit),
        )}
      </p>
      <ul class="tornado">
        {sensitivity.map((row) => {
          const [low, high] = ends(row)
          const [left, right] = [Math.min(low, high, row.base), Math.max(low, high, row.base)]
          return (
            <li key={row.input}>
              <span class="tornado-name">{say(row.input)}</span>
              <span class="tornado-bars" aria-hidden="true">
                <span
                  class={`tornado-bar${row.atLow === undefined || row.atHigh === undefined ? ' open' : ''}`}
                  style={{ left: `${share(left)}%`, width: `${Math.max(0.6, share(right) - share(left))}%` }}
                />
                <span class="tornado-base" style={{ left: `${share(row.base)}%` }} />
              </span>
              <span class="tornado-ends">
                {say(row.lowSetting)} → <strong>{at(row.atLow)}</strong>
                {' · '}
                {say(row.highSetting)} → <strong>{at(row.atHigh)}</strong>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
