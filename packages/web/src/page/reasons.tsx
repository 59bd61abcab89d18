import type { Comparison } from '@breakeven/core'
import type { VNode } from 'preact'
import { useReader } from './context.ts'

/** Names under one reason before the rest is only counted. */
const NAMES = 6

type Reasoned = Comparison['ruledOut'][number]

/** `needs 39.1 GB of weights …` and `needs 141 GB of weights …` are one reason: figures do not count, nor what explains them. */
const gistOf = (reason: string): string => (reason.split(/[:;(]/, 1)[0] ?? reason).replaceAll(/[\d.,]+/g, '#')

const grouped = (items: readonly Reasoned[]): readonly (readonly [Reasoned, ...Reasoned[]])[] => {
  const groups = new Map<string, [Reasoned, ...Reasoned[]]>()
  for (const item of items) {
    const known = groups.get(gistOf(item.reason))
    if (known === undefined) groups.set(gistOf(item.reason), [item])
    else known.push(item)
  }
  return [...groups.values()].toSorted((one, other) => other.length - one.length)
}

const bare = (id: string): string => id.replace(/^(api|hosted):/, '')

const Group = ({ items }: { readonly items: readonly [Reasoned, ...Reasoned[]] }): VNode => {
  const { texts, figures, say } = useReader()
  const [first] = items
  return (
    <li>
      <p>{say(first.reason)}</p>
      <p class="hint">
        {items
          .slice(0, NAMES)
          .map(({ id }) => bare(id))
          .join(', ')}
        {items.length > NAMES ? ` ${texts.andMore(figures.count(items.length - NAMES))}` : ''}
      </p>
    </li>
  )
}

const Folded = ({ title, items }: { readonly title: string; readonly items: readonly Reasoned[] }): VNode | null =>
  items.length === 0 ? null : (
    <details class="folded">
      <summary>{title}</summary>
      <ul class="reasons">
        {grouped(items).map((group) => (
          <Group key={group[0].id} items={group} />
        ))}
      </ul>
    </details>
  )

/** What did not compete and why, and what was taken for granted. */
export const Reasons = ({ comparison }: { readonly comparison: Comparison }): VNode => {
  const { texts, figures, say } = useReader()
  const { ruledOut, apart, assumed, unpriced } = comparison
  return (
    <section class="block" aria-labelledby="assumed-title">
      <h2 id="assumed-title">{texts.assumed}</h2>
      <ul class="plain">
        {assumed.map((one) => (
          <li key={one}>{say(one)}</li>
        ))}
        <li>{comparison.estimate === 'simulated' ? texts.simulatedForm : texts.closedForm}</li>
      </ul>
      <Folded title={texts.ruledOut(figures.count(ruledOut.length))} items={ruledOut} />
      <Folded title={texts.apart(figures.count(apart.length))} items={apart} />
      {unpriced.length === 0 ? null : (
        <details class="folded">
          <summary>
            {texts.unpriced}: {figures.count(unpriced.length)}
          </summary>
          <ul class="reasons">
            {unpriced.slice(0, 50).map(({ model, tokens, reason }) => (
              <li key={model}>
                {model}: {figures.count(tokens)} {texts.tokens}
                {reason === undefined ? '' : `; ${say(reason)}`}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
