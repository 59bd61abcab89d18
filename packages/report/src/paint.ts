/** What each style opens and closes with (ECMA-48 SGR). */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  white: [37, 39],
} as const

export type Style = keyof typeof CODES

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

/** Whether to colour is for the caller to know: it has the stream, and with it NO_COLOR. */
export const paintFor = (colour: boolean): Paint =>
  colour ? (style, text) => `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m` : (_style, text) => text
