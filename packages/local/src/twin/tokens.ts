import type { Tokens } from '@breakeven/core'
import { isObject, type JsonObject } from '../answer.ts'

/** Four bytes of UTF-8 a token: about right for English prose, code and Chinese alike; a twin has no tokeniser. */
export const BYTES_PER_TOKEN = 4
/** What a chat template puts around each message, and before the answer. */
const MESSAGE_TOKENS = 4
const ANSWER_TOKENS = 3

/** Tokens of a text, as the twin counts them. */
export const tokensOfText = (text: string): Tokens => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)

const ofContent = (content: unknown): Tokens => {
  if (typeof content === 'string') return tokensOfText(content)
  if (!Array.isArray(content)) return 0
  const texts = content.map((part: unknown) => (isObject(part) ? part['text'] : undefined))
  return texts.reduce<Tokens>((sum, text) => sum + (typeof text === 'string' ? tokensOfText(text) : 0), 0)
}

/** Tokens of a chat: each message with its frame, and the tools as they stand in the prompt. */
export const tokensOfChat = (messages: readonly JsonObject[], tools: unknown): Tokens => {
  const said = messages.reduce<Tokens>(
    (sum, { content, tool_calls: calls }) =>
      sum + MESSAGE_TOKENS + ofContent(content) + (calls === undefined ? 0 : tokensOfText(JSON.stringify(calls))),
    ANSWER_TOKENS,
  )
  return said + (tools === undefined ? 0 : tokensOfText(JSON.stringify(tools)))
}

/** Tokens of the prompt of a completion, which may be given as tokens; undefined where it is none. */
export const tokensOfPrompt = (prompt: unknown): Tokens | undefined => {
  if (typeof prompt === 'string') return tokensOfText(prompt)
  if (!Array.isArray(prompt) || prompt.length === 0) return undefined
  if (prompt.every((one) => typeof one === 'number')) return prompt.length
  return prompt.length === 1 ? tokensOfPrompt(prompt[0]) : undefined
}

const WORDS = 'only the time that this answer takes is real and the words are the same each time'.split(' ')

/** The word of a token: there are no weights, so there is nothing to say. */
export const wordAt = (index: number): string => `${index === 0 ? '' : ' '}${WORDS[index % WORDS.length] ?? ''}`

export const wordsOf = (tokens: Tokens): string => Array.from({ length: tokens }, (_, index) => wordAt(index)).join('')
