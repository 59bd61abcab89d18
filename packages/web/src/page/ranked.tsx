import type { Comparison, PricedOption } from '@breakeven/core'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useReader } from './context.ts'

const FIRST = 10

/** The first few, and in any case today's bill and the best of each side. */
const firstOf = (options: readonly PricedOption[]): readonly PricedOption[] => {
  const best = new Set(
    (['asIs', 'api', 'hosted', 'hybrid'] as const).map((kind) => options.find((option) => option.kind === kind)),
  )
  return options.filter((option, at) => at < FIRST || best.has(option))
}

/** A web address leads there; anything else stays text. */
const Source = ({ source }: { readonly source: string }): VNode => {
  const [, url] = /(https?:\/\/[^\s;,)]+)/.exec(source) ?? []
  if (url === undefined) return <span>{source}</span>
  const host = new URL(url).host.replace(/^www\./, '')
  return (
    <>
      <a href={url} rel="noreferrer noopener" target="_blank">
        {host}
      </a>
      {source === url ? null : <span class="hint"> {source.replace(url, '').trim()}</span>}
    </>
  )
}

const Receipt = ({ option }: { readonly option: PricedOption }): VNode => {
  const { texts, figures, say } = useReader()
  const { capacity, replicas, notes, runnerUp } = option
  return (
    <div class="receipt">
      {capacity === undefined ? null : (
        <p>
          {texts.oneReplica(
            figures.count(capacity.requestsPerSecond),
            figures.seconds(capacity.ttft),
            figures.seconds(capacity.tpot),
            texts.limits[capacity.limit] ?? capacity.limit,
          )}{' '}
          {replicas === undefined
            ? ''
            : texts.replicaCount(
                replicas.min === replicas.max
                  ? figures.count(replicas.max)
                  : `${figures.count(replicas.min)}–${figures.count(replicas.max)}`,
              )}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={say(option.label)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.item}</th>
              <th scope="col" class="number">
                {texts.quantity}
              </th>
              <th scope="col" class="number">
                {texts.unitPrice}
              </th>
              <th scope="col" class="number">
                {texts.usd} {texts.perDay}
              </th>
              <th scope="col">{texts.source}</th>
            </tr>
          </thead>
          <tbody>
            {option.lines.map((line, at) => (
              <tr key={at}>
                <td>{say(line.item)}</td>
                <td class="number">
                  {figures.quantity(line.quantity)} {say(line.unit)}
                </td>
                <td class="number">{figures.unitPrice(line.unitUsd)}</td>
                <td class="number">{figures.usd(line.usd)}</td>
                <td>
                  <Source source={line.source} /> <span class="hint">{figures.date(line.asOf)}</span>{' '}
                  <span class={`sure sure-${line.sure}`}>{texts.sure[line.sure]}</span>
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                {texts.total}
              </th>
              <td class="number">{figures.usd(option.usdPerDay)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      {notes.length === 0 && runnerUp === undefined ? null : (
        <ul class="notes">
          {runnerUp === undefined ? null : (
            <li>{texts.runnerUp(say(runnerUp.label), figures.usd(runnerUp.usdPerDay), say(runnerUp.why))}</li>
          )}
          {notes.map((note) => (
            <li key={note}>{say(note)}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

const OptionRow = ({ option, rank, cheapest }: { option: PricedOption; rank: number; cheapest: number }): VNode => {
  const { texts, figures, say } = useReader()
  const [open, setOpen] = useState(false)
  const banded = option.low < option.usdPerDay * 0.999 || option.high > option.usdPerDay * 1.001
  return (
    <li>
      <details class={`option way-${option.kind}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="rank">{rank}</span>
          <span class="what">
            <span class="name">{option.kind === 'asIs' ? texts.todaysModels : say(option.label)}</span>
            <span class="about">
              <span class={`way way-${option.kind}`}>{texts.ways[option.kind]}</span>
              {option.class === undefined ? null : <span>{texts.classes[option.class] ?? option.class}</span>}
              <span class={`sure sure-${option.sure}`}>{texts.sure[option.sure]}</span>
              {banded ? (
                <span>
                  {texts.band} {figures.usd(option.low)}–{figures.usd(option.high)}
                </span>
              ) : null}
            </span>
          </span>
          <span class="bar" aria-hidden="true">
            <span
              style={{
                width: `${Math.max(2, Math.min(100, 100 * (cheapest / Math.max(option.usdPerDay, 1e-12))))}%`,
              }}
            />
          </span>
          <span class="money">
            <strong>{figures.usd(option.usdPerDay)}</strong> <span>{texts.perDay}</span>
            <br />
            <span class="hint">
              {figures.usd(option.usdPerMonth)} {texts.perMonth}
            </span>
          </span>
        </summary>
        {open ? <Receipt option={option} /> : null}
      </details>
    </li>
  )
}

/** Every option, cheapest first; each opens to its receipt. */
export const Ranked = ({
  comparison,
  id,
  title,
}: {
  readonly comparison: Comparison
  readonly id: string
  readonly title?: string
}): VNode => {
  const { texts, figures, say } = useReader()
  const [all, setAll] = useState(false)
  const { options } = comparison
  const first = firstOf(options)
  const shown = all ? options.slice(0, 500) : first
  return (
    <section class="block" aria-labelledby={id}>
      <h2 id={id}>{title ?? texts.ranked}</h2>
      <p class="hint">{texts.rankedHelp}</p>
      <ol class="ranked">
        {shown.map((option) => (
          <OptionRow
            key={option.id}
            option={option}
            rank={options.indexOf(option) + 1}
            cheapest={options[0]?.usdPerDay ?? 0}
          />
        ))}
      </ol>
      {comparison.alsoBreakeven?.map(({ label, requestsPerDay }) => (
        <p class="hint" key={label}>
          {texts.alsoBreakeven(say(label), figures.count(requestsPerDay))}
        </p>
      ))}
      {options.length > first.length ? (
        <button type="button" onClick={() => setAll(!all)}>
          {all ? texts.showFewer : texts.showAll(figures.count(options.length))}
        </button>
      ) : null}
    </section>
  )
}
