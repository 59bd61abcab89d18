import type { Texts } from './en.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type { Texts } from './en.ts'
export type Language = 'en' | 'zh'
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' }

export const textsOf = (language: Language): Texts => (language === 'zh' ? zh : en)

/** What a reader has chosen before, else what the browser asks for. */
export const languageFor = (chosen: string | null, preferred: readonly string[]): Language => {
  if (chosen === 'en' || chosen === 'zh') return chosen
  return preferred[0]?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en'
}
