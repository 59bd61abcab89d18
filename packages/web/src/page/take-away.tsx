import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useTexts } from './context.ts'
import type { Kind, Shared } from './save.ts'
import { save } from './save.ts'

const KINDS: readonly (readonly [Kind, string])[] = [
  ['png', 'PNG'],
  ['svg', 'SVG'],
  ['csv', 'CSV'],
  ['json', 'JSON'],
  ['md', 'Markdown'],
]

const CopyButton = ({ text, label }: { readonly text: () => string; readonly label: string }): VNode => {
  const texts = useTexts()
  const [outcome, setOutcome] = useState<'copied' | 'failed' | undefined>(undefined)
  const copy = async (): Promise<void> => {
    setOutcome(
      await navigator.clipboard.writeText(text()).then(
        () => 'copied' as const,
        () => 'failed' as const,
      ),
    )
    setTimeout(() => setOutcome(undefined), 2500)
  }
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {outcome === 'copied' ? texts.copied : label}
      </button>
      {outcome === 'failed' ? <span role="alert">{texts.copyFailed}</span> : null}
    </>
  )
}

type Props = {
  readonly shared: Shared
  readonly command: string
  readonly href: () => string
}

/** Files, the link, and the command that prints the same numbers. */
export const TakeAway = ({ shared, command, href }: Props): VNode => {
  const texts = useTexts()
  return (
    <section class="block" aria-labelledby="take-title">
      <h2 id="take-title">{texts.export}</h2>
      <div class="buttons">
        <CopyButton label={texts.copyLink} text={href} />
        {KINDS.map(([kind, name]) => (
          <button type="button" key={kind} onClick={() => void save(kind, shared)}>
            {name}
          </button>
        ))}
      </div>
      <h3>{texts.command}</h3>
      <pre class="command" tabIndex={0}>
        <code>
          {command.split(/ (?=--)/).map((part, at) => (
            <span class="argument" key={at}>
              {at === 0 ? part : ` ${part}`}
            </span>
          ))}
        </code>
      </pre>
      <CopyButton label={texts.copyCommand} text={() => command} />
    </section>
  )
}
