import { parseDiscount, parseMap, parseWhere } from '@breakeven/core'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { FileChoice, Settings } from '../state/settings.ts'
import { useReader } from './context.ts'
import { SelectField } from './select-field.tsx'
import { TextField } from './text-field.tsx'

type Props = {
  readonly settings: Settings
  /** The files themselves are at hand, and can be read again. */
  readonly atHand: boolean
  readonly onChange: (change: Partial<Settings>) => void
  readonly onFileChoice: (choice: FileChoice) => void
  readonly onPrices: (file: File) => void
  readonly onNoPrices: () => void
}

const BY = ['', 'model', 'project'] as const satisfies readonly FileChoice['by'][]
const ORDERS = ['', 'day-first', 'month-first'] as const satisfies readonly FileChoice['dateOrder'][]
const ESTIMATES = ['simulated', 'closed-form'] as const satisfies readonly Settings['estimate'][]

const checkDiscounts = (text: string): void => {
  for (const part of text.split(',')) if (part.trim() !== '') parseDiscount(part.trim())
}

/** What few need: a part of the traffic, columns of one's own, one's own prices. */
export const MoreForm = ({ settings, atHand, onChange, onFileChoice, onPrices, onNoPrices }: Props): VNode => {
  const { texts } = useReader()
  const { files, traffic, discounts, prices } = settings
  const used =
    files.where !== '' ||
    files.by !== '' ||
    files.map !== '' ||
    files.dateOrder !== '' ||
    discounts !== '' ||
    prices !== undefined
  // Once open it stays open: a field must not vanish because it was emptied.
  const [open, setOpen] = useState(used)
  const locked = traffic.kind === 'file' && !atHand
  return (
    <details class="panel more" open={open || used} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{texts.more}</h2>
      </summary>
      <div class="fields">
        <TextField
          label={texts.where}
          name="where"
          value={files.where}
          placeholder="model=gpt-4o,project=search|chat"
          disabled={locked}
          check={parseWhere}
          onValue={(where) => onFileChoice({ ...files, where })}
        />
        <SelectField
          label={texts.by}
          name="by"
          wide
          value={files.by}
          options={BY.map((one) => [one, texts.bys[one]] as const)}
          disabled={locked}
          onValue={(by) => onFileChoice({ ...files, by })}
        />
        <SelectField
          label={texts.dateOrder}
          name="dates"
          wide
          value={files.dateOrder}
          options={ORDERS.map((one) => [one, texts.dateOrders[one]] as const)}
          disabled={locked}
          onValue={(dateOrder) => onFileChoice({ ...files, dateOrder })}
        />
        <TextField
          label={texts.map}
          name="map"
          value={files.map}
          placeholder="input=prompt_tokens,output=…"
          disabled={locked}
          check={parseMap}
          onValue={(map) => onFileChoice({ ...files, map })}
        />
        {locked ? <p class="hint wide">{texts.filesGone}</p> : null}
        <TextField
          label={texts.discounts}
          name="discounts"
          value={discounts}
          placeholder="openai=12%, aws=5%"
          check={checkDiscounts}
          onValue={(text) => onChange({ discounts: text })}
        />
        <div class="field wide own-prices">
          <span class="label">{texts.ownPrices}</span>
          {prices === undefined ? (
            <label class="choose">
              <input
                type="file"
                name="prices"
                accept=".yaml,.yml"
                onChange={(event) => {
                  const [file] = event.currentTarget.files ?? []
                  event.currentTarget.value = ''
                  if (file !== undefined) onPrices(file)
                }}
              />
              <span>{texts.choosePrices}</span>
            </label>
          ) : (
            <p class="chip">
              <span>{prices.name}</span>
              <button type="button" aria-label={texts.remove(prices.name)} onClick={onNoPrices}>
                ×
              </button>
            </p>
          )}
          <p class="hint">{prices === undefined ? texts.ownPricesHelp : texts.ownPricesInLink}</p>
        </div>
        <SelectField
          label={texts.estimate}
          name="estimate"
          wide
          value={settings.estimate}
          options={ESTIMATES.map((one) => [one, texts.estimates[one]] as const)}
          onValue={(estimate) => onChange({ estimate })}
        />
      </div>
    </details>
  )
}
