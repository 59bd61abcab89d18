import type { Comparison, PricedOption } from '@breakeven/core'
import { DEFAULT_CONDITIONS, SECONDS_PER_HOUR } from '@breakeven/core'
import type { VNode } from 'preact'
import type { Hours } from '../solve/hours.ts'
import { Bars } from './bars.tsx'
import { useReader } from './context.ts'

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

/** Requests of these hours above a level, as a share of all. */
const shareOver = (requests: readonly number[], level: number): number =>
  sum(requests.map((count) => Math.max(0, count - level))) / sum(requests)

const HALVINGS = 50

/** The level above which a given share of all requests lies. */
const levelOf = (requests: readonly number[], share: number): number => {
  let [low, high] = [0, Math.max(...requests)]
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2
    if (shareOver(requests, middle) > share) low = middle
    else high = middle
  }
  return high
}

/**
 * What a mix's own machines take of an hour: by formula their rate with the reserve kept; where the day was played, the
 * level over which as many requests lie as went over there.
 */
const baseOf = ({ capacity, replicas, playedHybrid }: PricedOption, { requests }: Hours): number =>
  playedHybrid === undefined
    ? (capacity?.requestsPerSecond ?? 0) * (replicas?.mean ?? 0) * DEFAULT_CONDITIONS.utilisation * SECONDS_PER_HOUR
    : levelOf(requests, playedHybrid.callsOver)

const isOverflow = ({ item }: PricedOption['lines'][number]): boolean => item.startsWith('overflow: ')

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
  const base = baseOf(mix, hours)
  const most = Math.max(...hours.requests)
  const overUsd = sum(mix.lines.filter(isOverflow).map(({ usd }) => usd))
  const ownUsd = mix.usdPerDay - overUsd
  const busy = hours.requests.filter((count) => count > base).length
  const caption = texts.splitCaption(
    figures.count(base),
    figures.percent(busy / hours.requests.length),
    figures.percent(shareOver(hours.requests, base)),
  )
  const share = (usd: number): string => `${((100 * usd) / mix.usdPerDay).toFixed(2)}%`
  return (
    <section class="block split" aria-labelledby="split-title">
      <h2 id="split-title">{texts.split}</h2>
      <p class="hint">
        {say(mix.label)}: {figures.usd(mix.usdPerDay)} {texts.perDay}
      </p>
      <Bars name="split" hours={hours} top={Math.max(most, base)} label={caption} line={base} over={base} />
      <p class="hint">
        {caption}
        {mix.playedHybrid === undefined
          ? ''
          : ` ${texts.splitPlayed(figures.count(mix.playedHybrid.requestsAtOnce), figures.seconds(mix.playedHybrid.ownTtftSeconds.p95), figures.seconds(mix.playedHybrid.ownTpotSeconds.p95))}`}
      </p>
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
