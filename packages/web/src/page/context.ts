import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Figures } from '../texts/figures.ts'
import { figuresOf } from '../texts/figures.ts'
import type { Language, Texts } from '../texts/index.ts'
import { textsOf } from '../texts/index.ts'
import { saying } from '../texts/say.ts'

export type Reader = {
  readonly language: Language
  readonly texts: Texts
  readonly figures: Figures
  /** A sentence that the core or a format wrote, in the reader's language; names and what is unknown stay as they are. */
  readonly say: (sentence: string) => string
}

export const readerOf = (language: Language): Reader => ({
  language,
  texts: textsOf(language),
  figures: figuresOf(language),
  say: saying(language),
})

export const ReaderContext: preact.Context<Reader> = createContext<Reader>(readerOf('en'))

export const useReader = (): Reader => useContext(ReaderContext)
export const useTexts = (): Texts => useReader().texts
