import type { Comparison, PricedOption } from '@breakeven/core'
import { DEFAULT_CONDITIONS, SECONDS_PER_HOUR } from '@breakeven/core'
import type { VNode } from 'preact'
import type { Hours } from '../solve/hours.ts'
import { Bars } from './bars.tsx'
import { useReader } from './context.ts'

/** What a mix's own machines take before anything goes over, requests an hour. */
const baseOf = ({ capacity, replicas }: PricedOption): number =>
  (capacity?.requestsPerSecond ?? 0) * (replicas?.mean ?? 0) * DEFAULT_CONDITIONS.utilisation * SECONDS_PER_HOUR

const isOverflow = ({ item }: PricedOption['lines'][number]): boolean => item.startsWith('overflow: ')

const sumOf = (lines: PricedOption['lines']): number => lines.reduce((sum, { usd }) => sum + usd, 0)

/** The best mix hour by hour: what the own machines take, and what goes over to the renter. */
export const Split = ({
  comparison,
  hours,
}: {
  readonly comparison: Comparison
  readonly hours: Hours | undefined
}): VNode | null => {
  const { texts, figures, say } = useReader()
  const mix = comparison.options.find(({ kind }) => kind === 'hybrid')
  if (hours === undefined) return null
  if (mix === undefined)
    return (
      <section class="block" aria-labelledby="split-title">
        <h2 id="split-title">{texts.split}</h2>
        <p class="hint">{texts.noSplit}</p>
      </section>
    )
  const base = baseOf(mix)
  const most = Math.max(...hours.requests)
  const all = hours.requests.reduce((sum, count) => sum + count, 0)
  const over = hours.requests.reduce((sum, count) => sum + Math.max(0, count - base), 0)
  const overUsd = sumOf(mix.lines.filter(isOverflow))
  const ownUsd = mix.usdPerDay - overUsd
  const busy = hours.requests.filter((count) => count > base).length
  const caption = texts.splitCaption(
    figures.count(base),
    figures.percent(busy / hours.requests.length),
    figures.percent(over / all),
  )
  const share = (usd: number): string => `${((100 * usd) / mix.usdPerDay).toFixed(2)}%`
  return (
    <section class="block split" aria-labelledby="split-title">
      <h2 id="split-title">{texts.split}</h2>
      <p class="hint">
        {say(mix.label)}: {figures.usd(mix.usdPerDay)} {texts.perDay}
      </p>
      <Bars name="split" hours={hours} top={Math.max(most, base)} label={caption} line={base} over={base} />
      <p class="hint">{caption}</p>
      <div class="split-money" aria-hidden="true">
        <span class="split-own" style={{ width: share(ownUsd) }} />
        <span class="split-over" style={{ width: share(overUsd) }} />
      </div>
      <ul class="split-key">
        <li class="own">
          {texts.splitOwn} <strong>{figures.usd(ownUsd)}</strong> {texts.perDay}
        </li>
        <li class="over">
          {texts.splitOver} <strong>{figures.usd(overUsd)}</strong> {texts.perDay}
        </li>
      </ul>
    </section>
  )
}
