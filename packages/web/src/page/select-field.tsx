import type { VNode } from 'preact'
import { useId } from 'preact/hooks'

type Props<Value extends string> = {
  readonly label: string
  readonly name: string
  readonly value: Value
  readonly options: readonly (readonly [Value, string])[]
  readonly onValue: (value: Value) => void
  /** As wide as its form, for long texts. */
  readonly wide?: boolean
  readonly disabled?: boolean
}

export const SelectField = <Value extends string>({
  label,
  name,
  value,
  options,
  onValue,
  wide = false,
  disabled = false,
}: Props<Value>): VNode => {
  const id = useId()
  return (
    <div class={`field${wide ? ' wide' : ''}`}>
      <label for={id}>{label}</label>
      <select
        id={id}
        name={name}
        value={value}
        disabled={disabled}
        onChange={(event) => {
          const chosen = options.find(([one]) => one === event.currentTarget.value)
          if (chosen !== undefined) onValue(chosen[0])
        }}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
