import type { PricedOption } from '@breakeven/core'
import { clean } from './text.ts'

/** A name in two parts: what answers, and where it runs or who sells it. */
export type Name = { readonly main: string; readonly detail: string }

/** `llama-3.1-8b on 2 × ml.g5.2xlarge, bf16` -> `llama-3.1-8b` and `2 × ml.g5.2xlarge, bf16`; `gpt-4o (openai)` -> `gpt-4o` and `openai`. */
export const nameOf = ({ kind, label: raw }: Pick<PricedOption, 'kind' | 'label'>): Name => {
  const label = clean(raw)
  if (kind === 'asIs') return { main: 'as today', detail: 'no change' }
  const [, model, provider] = /^([^(]+) \(([^)]*)\)$/.exec(label) ?? []
  if (kind === 'api' && model !== undefined && provider !== undefined) return { main: model, detail: provider }
  const at = label.indexOf(' on ')
  return at < 0 ? { main: label, detail: '' } : { main: label.slice(0, at), detail: label.slice(at + 4) }
}

/** What stands for an option inside a sentence. */
export const phraseOf = (option: Pick<PricedOption, 'kind' | 'label'>): string =>
  option.kind === 'asIs' ? "today's models" : clean(option.label)

/** As short as still tells options apart: no number of machines, no precision. */
export const shortOf = (option: Pick<PricedOption, 'kind' | 'label'>): string => {
  const { main, detail } = nameOf(option)
  if (option.kind === 'asIs' || option.kind === 'api') return phraseOf(option)
  const machine = detail.replace(/^[\d–.]+ × /, '').split(',', 1)[0] ?? ''
  return machine === '' ? main : `${main} on ${machine}${option.kind === 'hybrid' ? ' and overflow' : ''}`
}
