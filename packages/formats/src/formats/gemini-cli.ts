import { callOf } from '../attribution.ts'
import type { FileContext, JsonFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { isObject, listAt, numberAt, objectAt, textAt, toTime } from '../text/value.ts'

const isGeminiMessage = (value: unknown): boolean =>
  isObject(value) && value.type === 'gemini' && objectAt(value, 'tokens') !== undefined

const readMessage = (context: FileContext, message: unknown, session: string, line: number): void => {
  const tokens = objectAt(message, 'tokens')
  if (!isObject(message) || message.type !== 'gemini' || !tokens) {
    context.drop('skippedNonLlm', line, 'no answer of a model')
    return
  }
  const id = textAt(message, 'id')
  if (id !== undefined && context.seen(`${session}/${id}`)) {
    context.drop('duplicates', line, 'the same message again')
    return
  }
  const [input, output, cached, thoughts, tool, total] = ['input', 'output', 'cached', 'thoughts', 'tool', 'total'].map(
    (key) => numberAt(tokens, key),
  )
  const spoken = (output ?? 0) + (thoughts ?? 0) + (tool ?? 0)
  // Cached tokens are inside input unless the total only adds up with them beside it.
  const isBeside = cached !== undefined && cached > 0 && total === (input ?? 0) + spoken + cached
  const fresh = input === undefined ? undefined : input + (tool ?? 0) - (isBeside ? 0 : (cached ?? 0))
  context.row(
    callOf({
      at: toTime(message.timestamp),
      model: textAt(message, 'model'),
      provider: 'google',
      usage: usageOf({
        freshInput: fresh,
        cacheRead: cached,
        output: output === undefined ? undefined : output + (thoughts ?? 0),
      }),
    }),
    line,
    { reasoning: thoughts },
  )
}

/** Chats of the Gemini CLI (`~/.gemini/tmp/PROJECT/chats`), a document or a line a message. */
export const geminiCli: JsonFormat = {
  id: 'gemini-cli',
  name: 'Gemini CLI chats',
  syntax: 'json',
  carries: ['requests', 'input', 'output', 'cacheRead', 'reasoning', 'duplicates', 'skippedNonLlm'],
  recognise: ({ values }) =>
    values.some((value) => isGeminiMessage(value) || listAt(value, 'messages')?.some(isGeminiMessage) === true) ? 3 : 0,
  open: (context) => {
    let session = ''
    return {
      value: (value, line) => {
        session = textAt(value, 'sessionId') ?? session
        const messages = listAt(value, 'messages')
        if (!messages) return readMessage(context, value, session, line)
        context.expand(messages.length)
        for (const message of messages) readMessage(context, message, session, line)
      },
    }
  },
}
