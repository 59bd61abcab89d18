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
  option.kind === 'asIs' ? SHORT_WORDS.todaysModels : clean(option.label)

/** The words in short names that are nobody's name. */
export type ShortWords = { readonly todaysModels: string; readonly withOverflow: (name: string) => string }
export const SHORT_WORDS: ShortWords = {
  todaysModels: "today's models",
  withOverflow: (name) => `${name} and overflow`,
}

/** As short as still tells options apart: no number of machines, no precision. */
export const shortOf = (option: Pick<PricedOption, 'kind' | 'label'>, words: ShortWords = SHORT_WORDS): string => {
  const { main, detail } = nameOf(option)
  if (option.kind === 'asIs') return words.todaysModels
  if (option.kind === 'api') return phraseOf(option)
  const machine = detail.replace(/^[\d–.]+ × /, '').split(',', 1)[0] ?? ''
  if (machine === '') return main
  return option.kind === 'hybrid' ? words.withOverflow(`${main} on ${machine}`) : `${main} on ${machine}`
}
