import type { VNode } from 'preact'
import { useId, useMemo, useState } from 'preact/hooks'
import { useTexts } from './context.ts'

type Props = {
  readonly label: string
  readonly name: string
  readonly picked: readonly string[]
  readonly known: readonly string[]
  readonly onPicked: (picked: readonly string[]) => void
}

/** A few names out of many: chips to take away, a field with suggestions to add. */
export const Picks = ({ label, name, picked, known, onPicked }: Props): VNode => {
  const texts = useTexts()
  const id = useId()
  const [unknown, setUnknown] = useState<string | undefined>(undefined)
  // Thousands of names: the same element again is not looked through at every key.
  const suggestions = useMemo(
    () => (
      <datalist id={`${id}-known`}>
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    ),
    [id, known],
  )
  const add = (text: string): boolean => {
    const found = known.find((one) => one.toLowerCase() === text.trim().toLowerCase())
    if (found === undefined) return false
    if (!picked.includes(found)) onPicked([...picked, found])
    setUnknown(undefined)
    return true
  }
  return (
    <fieldset class="picks">
      <legend>{label}</legend>
      {picked.length === 0 ? <p class="hint">{texts.every}</p> : null}
      <ul class="chips">
        {picked.map((one) => (
          <li key={one}>
            <span>{one}</span>
            <button
              type="button"
              aria-label={texts.remove(one)}
              onClick={() => onPicked(picked.filter((other) => other !== one))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <input
        type="text"
        name={name}
        list={`${id}-known`}
        aria-label={texts.add(label)}
        placeholder={texts.addHint}
        autoComplete="off"
        spellcheck={false}
        onInput={(event) => {
          // Chosen from the list, or typed to the end: taken at once.
          if (event.inputType === 'insertReplacementText' || event.inputType === undefined) {
            if (add(event.currentTarget.value)) event.currentTarget.value = ''
          }
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          if (add(event.currentTarget.value)) event.currentTarget.value = ''
          else setUnknown(event.currentTarget.value)
        }}
        onChange={(event) => {
          const text = event.currentTarget.value
          if (text === '') setUnknown(undefined)
          else if (add(text)) event.currentTarget.value = ''
          else setUnknown(text)
        }}
      />
      {suggestions}
      {unknown === undefined ? null : (
        <p class="problem" role="alert">
          {texts.unknownName(unknown)}
        </p>
      )}
    </fieldset>
  )
}
