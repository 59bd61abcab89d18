import type { Tokens } from '@breakeven/core'
import { utf8 } from '../answer.ts'
import type { Asked } from './asked.ts'
import { wordAt, wordsOf } from './tokens.ts'

/** What all pieces of one answer say alike. */
export type Said = { readonly id: string; readonly created: number; readonly model: string }

const usageOf = ({ input, output }: Asked): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})

const reasonOf = ({ capped }: Asked): string => (capped ? 'length' : 'stop')

/** The whole answer. */
export const wholeAnswer = (asked: Asked, said: Said): unknown => {
  const content = wordsOf(asked.output)
  if (asked.form === 'huggingface') return [{ generated_text: content }]
  const rest = { index: 0, logprobs: null, finish_reason: reasonOf(asked) }
  if (asked.form === 'completion')
    return { ...said, object: 'text_completion', choices: [{ ...rest, text: content }], usage: usageOf(asked) }
  const message = { role: 'assistant', content, refusal: null }
  return { ...said, object: 'chat.completion', choices: [{ ...rest, message }], usage: usageOf(asked) }
}

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

const chunk = (asked: Asked, said: Said, given: unknown, finish: string | null): string => {
  const rest = { index: 0, logprobs: null, finish_reason: finish }
  return asked.form === 'chat'
    ? event({ ...said, object: 'chat.completion.chunk', choices: [{ ...rest, delta: given }] })
    : event({ ...said, object: 'text_completion', choices: [{ ...rest, text: given }] })
}

/** Tokens number `from` to `from + tokens` as server-sent events, one a token, as vLLM sends them. */
export const streamedTokens = (asked: Asked, said: Said, from: Tokens, tokens: Tokens): Uint8Array => {
  let text = from === 0 && asked.form === 'chat' ? chunk(asked, said, { role: 'assistant', content: '' }, null) : ''
  for (let index = from; index < from + tokens; index++) {
    const word = wordAt(index)
    const finish = index === asked.output - 1 ? reasonOf(asked) : null
    text += chunk(asked, said, asked.form === 'chat' ? { content: word } : word, finish)
  }
  return utf8(text)
}

/** What comes after the last token. */
export const streamEnd = (asked: Asked, said: Said): Uint8Array => {
  const object = asked.form === 'chat' ? 'chat.completion.chunk' : 'text_completion'
  const usage = asked.includeUsage ? event({ ...said, object, choices: [], usage: usageOf(asked) }) : ''
  return utf8(`${usage}data: [DONE]\n\n`)
}
