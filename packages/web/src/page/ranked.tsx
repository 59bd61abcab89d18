import type { Comparison, PricedOption } from '@breakeven/core'
import { countText, quantityText, secondsText, usdText } from '@breakeven/report'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { dateText } from '../texts/index.ts'
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
  const { texts, language } = useReader()
  const { capacity, replicas, notes } = option
  return (
    <div class="receipt">
      {capacity === undefined ? null : (
        <p>
          {texts.oneReplica(
            countText(capacity.requestsPerSecond),
            secondsText(capacity.ttft),
            secondsText(capacity.tpot),
            texts.limits[capacity.limit] ?? capacity.limit,
          )}{' '}
          {replicas === undefined
            ? ''
            : texts.replicaCount(
                replicas.min === replicas.max
                  ? countText(replicas.max)
                  : `${countText(replicas.min)}–${countText(replicas.max)}`,
              )}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={option.label}>
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
                <td>{line.item}</td>
                <td class="number">
                  {quantityText(line.quantity)} {line.unit}
                </td>
                <td class="number">{priceText(line.unitUsd)}</td>
                <td class="number">{usdText(line.usd)}</td>
                <td>
                  <Source source={line.source} /> <span class="hint">{dateText(line.asOf, language)}</span>{' '}
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
              <td class="number">{usdText(option.usdPerDay)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      {notes.length === 0 ? null : (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** A unit price as it is listed, not rounded. */
const priceText = (usd: number): string =>
  `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 9, minimumFractionDigits: usd >= 0.01 ? 2 : 0 })}`

const OptionRow = ({ option, rank, cheapest }: { option: PricedOption; rank: number; cheapest: number }): VNode => {
  const { texts } = useReader()
  const [open, setOpen] = useState(false)
  const banded = option.low < option.usdPerDay * 0.999 || option.high > option.usdPerDay * 1.001
  return (
    <li>
      <details class={`option way-${option.kind}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="rank">{rank}</span>
          <span class="what">
            <span class="name">{option.kind === 'asIs' ? texts.todaysModels : option.label}</span>
            <span class="about">
              <span class={`way way-${option.kind}`}>{texts.ways[option.kind]}</span>
              {option.class === undefined ? null : <span>{texts.classes[option.class] ?? option.class}</span>}
              <span class={`sure sure-${option.sure}`}>{texts.sure[option.sure]}</span>
              {banded ? (
                <span>
                  {texts.band} {usdText(option.low)}–{usdText(option.high)}
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
            <strong>{usdText(option.usdPerDay)}</strong> <span>{texts.perDay}</span>
            <br />
            <span class="hint">
              {usdText(option.usdPerMonth)} {texts.perMonth}
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
  const { texts } = useReader()
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
          {texts.alsoBreakeven(label, countText(requestsPerDay))}
        </p>
      ))}
      {options.length > first.length ? (
        <button type="button" onClick={() => setAll(!all)}>
          {all ? texts.showFewer : texts.showAll(countText(options.length))}
        </button>
      ) : null}
    </section>
  )
}
