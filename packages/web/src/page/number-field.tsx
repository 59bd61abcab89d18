import type { VNode } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { quantityOf, quantityText } from '../state/quantity.ts'
import { useTexts } from './context.ts'

type Props = {
  readonly label: string
  readonly name: string
  readonly value: number | undefined
  readonly least: number
  readonly most: number
  readonly onValue: (value: number) => void
  /** Given: the field may be empty. */
  readonly onEmpty?: () => void
  readonly placeholder?: string
  readonly disabled?: boolean
  readonly wide?: boolean
  /** A visit to the field is one step back in the history, however many keys it took. */
  readonly onVisit: () => void
}

/** A number as people write them. What cannot be read is said under the field, and the last good value stands. */
export const NumberField = (props: Props): VNode => {
  const {
    label,
    name,
    value,
    least,
    most,
    onValue,
    onEmpty,
    placeholder,
    disabled = false,
    wide = false,
    onVisit,
  } = props
  const texts = useTexts()
  const id = useId()
  const [typed, setTyped] = useState<string | undefined>(undefined)
  const shown = typed ?? (value === undefined ? '' : quantityText(value))
  const read = quantityOf(shown)
  // A value that came from elsewhere (the chart, a link) is shown as it is; what is being typed stays as typed.
  useEffect(() => {
    if (typed !== undefined && (value === undefined ? typed.trim() !== '' : read !== undefined && read !== value))
      setTyped(undefined)
  }, [value])
  const empty = shown.trim() === ''
  const problem =
    empty && onEmpty !== undefined
      ? undefined
      : read === undefined
        ? texts.notANumber
        : read < least || read > most
          ? texts.outOfRange(quantityText(least), quantityText(most))
          : undefined
  const type = (text: string): void => {
    setTyped(text)
    if (text.trim() === '') {
      onEmpty?.()
      return
    }
    const next = quantityOf(text)
    if (next !== undefined && next >= least && next <= most) onValue(next)
  }
  return (
    <div class={`field${wide ? ' wide' : ''}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellcheck={false}
        value={shown}
        disabled={disabled}
        {...(placeholder === undefined ? {} : { placeholder })}
        aria-invalid={problem !== undefined}
        {...(problem === undefined ? {} : { 'aria-describedby': `${id}-problem` })}
        onFocus={onVisit}
        onInput={(event) => type(event.currentTarget.value)}
        onBlur={() => {
          if (problem === undefined) setTyped(undefined)
        }}
      />
      {problem === undefined ? null : (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
