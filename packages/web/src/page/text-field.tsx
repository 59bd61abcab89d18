import type { VNode } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { useReader } from './context.ts'

type Props = {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly placeholder: string
  /** Throws `InputError` for what cannot be read. */
  readonly check: (text: string) => unknown
  readonly onValue: (value: string) => void
  readonly disabled?: boolean
}

/** A line in the command line's own words, taken when the reader leaves it; what cannot be read is said under it. */
export const TextField = ({ label, name, value, placeholder, check, onValue, disabled = false }: Props): VNode => {
  const { say } = useReader()
  const id = useId()
  const [problem, setProblem] = useState<string | undefined>(undefined)
  // An answer may come at any moment and render the form again: what is half written must not be put back.
  const [draft, setDraft] = useState(value)
  useEffect(() => {
    setProblem(undefined)
    setDraft(value)
  }, [value])
  const take = (text: string): void => {
    try {
      if (text.trim() !== '') check(text)
      setProblem(undefined)
      onValue(text.trim())
    } catch (error) {
      setProblem(error instanceof Error ? error.message.replace(/^--[\w-]+ /, '') : String(error))
    }
  }
  return (
    <div class="field wide">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="text"
        autoComplete="off"
        spellcheck={false}
        value={draft}
        placeholder={placeholder}
        disabled={disabled}
        aria-invalid={problem !== undefined}
        {...(problem === undefined ? {} : { 'aria-describedby': `${id}-problem` })}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={(event) => take(event.currentTarget.value)}
      />
      {problem === undefined ? null : (
        <p class="problem" id={`${id}-problem`} role="alert">
          {say(problem)}
        </p>
      )}
    </div>
  )
}
