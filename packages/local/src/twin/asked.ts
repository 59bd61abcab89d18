import type { Tokens } from '@breakeven/core'
import { isObject, type JsonObject } from '../answer.ts'
import { blocksOf } from './blocks.ts'
import { tokensOfChat, tokensOfPrompt, tokensOfText } from './tokens.ts'

/** A request as the twin understands it: how long, and in what form the answer is wanted. */
export type Asked = {
  readonly form: 'chat' | 'completion' | 'huggingface'
  readonly input: Tokens
  readonly output: Tokens
  readonly prefix: (blockTokens: Tokens) => readonly number[]
  /** It ends because no more was allowed. */
  readonly capped: boolean
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly model?: string
}

export type Wrong = { readonly wrong: string; readonly param: string }

const countAt = (asked: JsonObject, key: string): number | undefined | Wrong => {
  const value = asked[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  return { wrong: `${key} must be a whole number from 0`, param: key }
}

/** As long as usual, at least and at most what is asked for; exactly the most where it may not stop by itself. */
const outputOf = (
  usual: Tokens,
  most: Tokens | undefined,
  least: Tokens,
  exact: boolean,
): { output: Tokens; capped: boolean } => {
  const wanted = exact && most !== undefined ? most : Math.max(usual, least)
  return { output: Math.min(wanted, most ?? Infinity), capped: most !== undefined && wanted >= most }
}

const lengthOf = (
  asked: JsonObject,
  usual: Tokens,
  keys: readonly string[],
): { output: Tokens; capped: boolean } | Wrong => {
  const counts = [...keys, 'min_tokens'].map((key) => countAt(asked, key))
  const wrong = counts.find((count) => typeof count === 'object')
  if (wrong !== undefined && typeof wrong === 'object') return wrong
  const least = counts.pop() as number | undefined
  const most = counts.find((count) => count !== undefined) as number | undefined
  if (most === 0) return { wrong: `${keys[0]} must be at least 1`, param: keys[0] ?? '' }
  return outputOf(usual, most, least ?? 1, asked['ignore_eos'] === true)
}

const wants = (asked: JsonObject): Pick<Asked, 'stream' | 'includeUsage'> & { model?: string } => {
  const { stream, stream_options: options, model } = asked
  return {
    stream: stream === true,
    includeUsage: isObject(options) && options['include_usage'] === true,
    ...(typeof model === 'string' ? { model } : {}),
  }
}

/** Completions, one to one: a twin that made several at once would have to say how they share the prompt. */
const single = ({ n }: JsonObject): Wrong | undefined =>
  n === undefined || n === null || n === 1
    ? undefined
    : { wrong: 'n must be 1: a timing twin gives one answer', param: 'n' }

const chat = (asked: JsonObject, usual: Tokens): Asked | Wrong => {
  const { messages, tools } = asked
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject))
    return { wrong: 'messages must be a list of at least one message', param: 'messages' }
  const length = single(asked) ?? lengthOf(asked, usual, ['max_completion_tokens', 'max_tokens'])
  return 'wrong' in length
    ? length
    : {
        form: 'chat',
        input: tokensOfChat(messages, tools),
        prefix: blocksOf({ tools, messages }),
        ...length,
        ...wants(asked),
      }
}

const completion = (asked: JsonObject, usual: Tokens): Asked | Wrong => {
  const input = tokensOfPrompt(asked['prompt'])
  if (input === undefined) return { wrong: 'prompt must be one text, or one list of tokens', param: 'prompt' }
  const length = single(asked) ?? lengthOf(asked, usual, ['max_tokens', 'n_predict'])
  return 'wrong' in length
    ? length
    : { form: 'completion', input, prefix: blocksOf(asked['prompt']), ...length, ...wants(asked) }
}

const huggingFace = (asked: JsonObject, usual: Tokens): Asked | Wrong => {
  const { inputs, parameters } = asked
  if (typeof inputs !== 'string') return { wrong: 'inputs must be a text', param: 'inputs' }
  const given = isObject(parameters) ? parameters : {}
  const length = lengthOf(given, usual, ['max_new_tokens'])
  return 'wrong' in length
    ? length
    : { form: 'huggingface', input: tokensOfText(inputs), prefix: blocksOf(inputs), ...length, ...wants(asked) }
}

/** Reads a body by what is in it, as the containers of SageMaker do that have one path for all. */
export const readAsked = (asked: JsonObject, usual: Tokens): Asked | Wrong => {
  if ('messages' in asked) return chat(asked, usual)
  if ('inputs' in asked) return huggingFace(asked, usual)
  return completion(asked, usual)
}
