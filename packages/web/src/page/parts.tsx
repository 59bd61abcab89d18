import type { VNode } from 'preact'
import type { PartAnswer } from '../solve/messages.ts'
import { answerIn } from './answer.tsx'
import { useReader } from './context.ts'

/** One answer for each part of the traffic, the dearest first. */
export const Parts = ({
  parts,
  waiting,
}: {
  readonly parts: readonly PartAnswer[]
  readonly waiting: boolean
}): VNode => {
  const reader = useReader()
  const { texts, figures } = reader
  const ranked = parts.toSorted(
    (one, other) => (other.comparison.options[0]?.usdPerDay ?? 0) - (one.comparison.options[0]?.usdPerDay ?? 0),
  )
  return (
    <section class="block" aria-labelledby="parts-title" aria-busy={waiting}>
      <h2 id="parts-title">{texts.parts}</h2>
      {ranked.length === 0 ? <p class="hint">{waiting ? texts.working : texts.partsNeedFiles}</p> : null}
      <ul class="parts">
        {ranked.map(({ value, comparison }) => {
          const [verdict = '', ...rest] = answerIn(reader, comparison)
          const { requestsPerDay } = comparison.workload
          return (
            <li key={value}>
              <p>
                <strong>{value === '(none)' ? texts.noValue : value}</strong>{' '}
                <span class="hint">
                  {requestsPerDay === undefined ? '' : texts.volumeValue(figures.count(requestsPerDay), texts.requests)}
                </span>
              </p>
              <p class={`part-verdict way-${comparison.options[0]?.kind ?? 'none'}`}>{verdict}</p>
              <p class="hint">{rest.join(reader.language === 'zh' ? '' : ' ')}</p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
