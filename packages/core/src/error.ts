import { visible } from './visible.ts'

/** Where in a person's input something is wrong. */
export type Place = { readonly file?: string; readonly line?: number; readonly column?: number; readonly key?: string }

/**
 * A person's bad input, caught once at the edge and shown as one message, exit 2.
 * Write what was found, what was expected and what to do; a bug throws any other error. Texts of the input may stand in it
 * as they are: what would steer a terminal is made visible here.
 */
export class InputError extends Error {
  readonly place: Place
  readonly hint: string | undefined

  constructor(message: string, options: Place & { hint?: string } = {}) {
    super(visible(message))
    this.name = 'InputError'
    const { hint, ...place } = options
    this.place = place
    this.hint = hint === undefined ? hint : visible(hint)
  }
}

/** `traffic.csv:3:7` */
export const placeText = ({ file, line, column }: Place): string =>
  [file === undefined ? file : visible(file), line, column].filter((part) => part !== undefined).join(':')
