import type { VNode } from 'preact'
import type { LinkProblem } from '../state/fragment.ts'
import { useReader } from './context.ts'

type Props = {
  readonly problems: readonly LinkProblem[]
  readonly gone: readonly string[]
  readonly trafficProblem: string | undefined
  readonly onDismiss: () => void
}

/** What of a link could not be used: said once, above the answer, and the rest of the page goes on. */
export const LinkProblems = ({ problems, gone, trafficProblem, onDismiss }: Props): VNode | null => {
  const { texts, say } = useReader()
  if (problems.length === 0 && gone.length === 0 && trafficProblem === undefined) return null
  const textOf = ({ kind, key, value }: LinkProblem): string => {
    if (kind === 'newer') return texts.linkNewer
    return kind === 'unknown' ? texts.linkUnknown(key) : texts.linkValue(key, value.slice(0, 40))
  }
  return (
    <div class="notice" role="alert">
      <p>{texts.linkProblems}</p>
      <ul>
        {problems.map((problem) => (
          <li key={problem.key}>{textOf(problem)}</li>
        ))}
        {gone.length === 0 ? null : <li>{texts.gone(gone.join(', '))}</li>}
        {trafficProblem === undefined ? null : <li>{say(trafficProblem)}</li>}
      </ul>
      <button type="button" onClick={onDismiss}>
        {texts.dismiss}
      </button>
    </div>
  )
}
