import type { Language } from './index.ts'
import { phrases } from './phrases-zh.ts'

/** In a phrase `{}` stands for whatever is there and `{w}` for one word: the English one says where, the other which (`{0}`, `{1}`). */
type Phrase = { readonly pattern: RegExp; readonly said: string }

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

const patternOf = (english: string): string =>
  english
    .split(/(\{w?\})/)
    .map((part) => (part === '{}' ? '(.+?)' : part === '{w}' ? String.raw`(\S+)` : escaped(part)))
    .join('')

const phraseOf = ([english, said]: readonly [string, string]): Phrase => ({
  pattern: new RegExp(`^${patternOf(english)}$`, 's'),
  said,
})

const phrasebook = (pairs: readonly (readonly [string, string])[]): ((sentence: string) => string) => {
  const known = pairs.map(phraseOf)
  const said = new Map<string, string>()
  const lookUp = (sentence: string): string => {
    for (const { pattern, said: other } of known) {
      const found = pattern.exec(sentence)
      // What stands in a gap may be a sentence of its own: a reason within a reason.
      if (found !== null)
        return other.replaceAll(/\{(\d)\}/g, (_whole, gap: string) => say(found[Number(gap) + 1] ?? ''))
    }
    return sentence
  }
  const say = (sentence: string): string => {
    let text = said.get(sentence)
    if (text === undefined) said.set(sentence, (text = lookUp(sentence)))
    return text
  }
  return say
}

const inChinese = phrasebook(phrases)

/** Sentences that the core, the catalogue and the formats write in English, in the reader's language. */
export const saying = (language: Language): ((sentence: string) => string) =>
  language === 'zh' ? inChinese : (sentence) => sentence
