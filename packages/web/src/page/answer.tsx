import type { Comparison } from '@breakeven/core'
import { answerOf } from '@breakeven/report'
import type { VNode } from 'preact'
import { Fragment } from 'preact'
import { answerZh } from '../texts/answer-zh.ts'
import type { Language } from '../texts/index.ts'
import { useReader } from './context.ts'

/** Names break at no hyphen: `claude-haiku-5-` and `5` are two models. Longer ones must, or they leave a phone's screen. */
const UNBROKEN = 24

/** A sentence ends at a full stop before a capital; names hold full stops too, but no blank after them. */
const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.:] ?\.?)(?<=\.) (?=[A-Z])/)

export const answerText = (comparison: Comparison, language: Language): readonly string[] =>
  language === 'zh' ? answerZh(comparison) : sentencesOf(answerOf(comparison))

/** What to do, in one sentence; then what the other way costs and where it turns around. */
export const Answer = ({ comparison }: { readonly comparison: Comparison }): VNode => {
  const { language } = useReader()
  const [verdict = '', ...rest] = answerText(comparison, language)
  return (
    <div class="answer" role="status" aria-live="polite">
      <p class={`verdict way-${comparison.options[0]?.kind ?? 'none'}`}>
        {verdict.split(' ').map((word, at) => (
          <Fragment key={at}>
            {at === 0 ? '' : ' '}
            <span class={word.length < UNBROKEN ? 'word' : undefined}>{word}</span>
          </Fragment>
        ))}
      </p>
      {rest.length === 0 ? null : <p>{rest.join(' ')}</p>}
    </div>
  )
}
