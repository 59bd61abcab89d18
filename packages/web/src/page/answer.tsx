import type { Comparison } from '@breakeven/core'
import { answerSentences } from '@breakeven/report'
import type { VNode } from 'preact'
import { Fragment } from 'preact'
import { answerZh } from '../texts/answer-zh.ts'
import type { Reader } from './context.ts'
import { useReader } from './context.ts'

/** Names break at no hyphen: `claude-haiku-5-` and `5` are two models. Longer ones must, or they leave a phone's screen. */
const UNBROKEN = 24

/** The answer, sentence by sentence, the verdict first. */
export const answerIn = ({ language, figures, say }: Reader, comparison: Comparison): readonly string[] =>
  language === 'zh' ? answerZh(comparison, figures, say) : answerSentences(comparison)

/** How deep the figures go: by formula at once, simulated when that has come. */
const Depth = ({ comparison, refining }: { readonly comparison: Comparison; readonly refining: boolean }): VNode => {
  const { texts } = useReader()
  const { estimate } = comparison
  return (
    <p class={`depth depth-${estimate}`} data-estimate={estimate}>
      <span class={refining ? 'depth-mark working' : 'depth-mark'} aria-hidden="true" />
      {estimate === 'simulated' ? texts.simulatedAnswer : refining ? texts.refining : texts.byFormula}
    </p>
  )
}

type Props = {
  readonly comparison: Comparison
  /** Absent: a preset, which is as its source reckons. */
  readonly refining?: boolean
}

/** What to do, in one sentence; then what the other way costs and where it turns around. */
export const Answer = ({ comparison, refining }: Props): VNode => {
  const reader = useReader()
  const [verdict = '', ...rest] = answerIn(reader, comparison)
  return (
    <div class="answer">
      <div role="status" aria-live="polite">
        <p class={`verdict way-${comparison.options[0]?.kind ?? 'none'}`}>
          {verdict.split(' ').map((word, at) => (
            <Fragment key={at}>
              {at === 0 ? '' : ' '}
              <span class={word.length < UNBROKEN ? 'word' : undefined}>{word}</span>
            </Fragment>
          ))}
        </p>
        {rest.length === 0 ? null : <p class="turning">{rest.join(reader.language === 'zh' ? '' : ' ')}</p>}
      </div>
      {refining === undefined ? null : <Depth comparison={comparison} refining={refining} />}
    </div>
  )
}
