import type { CallStatus, Task } from '@breakeven/core'

const OK_WORDS = /^(ok|success|succeeded|successful|completed|complete|true|1|stop|finished|200 ok)$/i
const ABORTED_WORDS = /abort|cancel|disconnect|interrupt/i
/** How a call ended, by an HTTP code or by the words that logs use. */
export const statusOf = (text: string): CallStatus => {
  if (text === '' || OK_WORDS.test(text)) return 'ok'
  const code = Number(text)
  if (Number.isNaN(code))
    return ABORTED_WORDS.test(text)
      ? 'aborted'
      : /fail|error|false|denied|throttl|timeout|timed/i.test(text)
        ? 'error'
        : 'ok'
  if (code === 499) return 'aborted'
  return code >= 200 && code < 400 ? 'ok' : 'error'
}

/** What was asked for, by the name of an operation or an endpoint. */
export const taskOf = (text: string): Task =>
  /embed/i.test(text) ? 'embed' : /classif|moderat/i.test(text) ? 'classify' : 'generate'
