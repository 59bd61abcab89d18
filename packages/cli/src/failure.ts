import { styleText } from 'node:util'
import { InputError, placeText } from '@breakeven/core'

/** 2: the person's input is wrong and the message says what to do. 1: a bug of ours. */
export const exitCodeOf = (error: unknown): 1 | 2 => (error instanceof InputError ? 2 : 1)

type Paint = Parameters<typeof styleText>[0]
const painter =
  (colour: boolean) =>
  (style: Paint, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text

/**
 * `breakeven: what`, then `  at file:line:column` and `  hint: what to do` where they are known.
 * An error that is not the person's shows its stack, because whoever mends it needs that.
 */
export const failureText = (error: unknown, colour: boolean): string => {
  const paint = painter(colour)
  const head = paint(['red', 'bold'], 'breakeven:')
  if (!(error instanceof InputError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return `${head} this is a bug in breakeven, not in your input\n${paint('dim', stack)}\n  ${paint('cyan', 'hint:')} please report it with the lines above\n`
  }
  const place = placeText(error.place)
  const key = error.place.key === undefined ? '' : ` (${error.place.key})`
  const at = place === '' ? '' : `\n  ${paint('dim', 'at')} ${place}${key}`
  const hint = error.hint === undefined ? '' : `\n  ${paint('cyan', 'hint:')} ${error.hint}`
  return `${head} ${error.message}${at}${hint}\n`
}
