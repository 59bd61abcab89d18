import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Language, Texts } from '../texts/index.ts'
import { textsOf } from '../texts/index.ts'

export type Reader = { readonly language: Language; readonly texts: Texts }

export const ReaderContext: preact.Context<Reader> = createContext<Reader>({ language: 'en', texts: textsOf('en') })

export const useTexts = (): Texts => useContext(ReaderContext).texts
export const useReader = (): Reader => useContext(ReaderContext)
