import { styleText } from 'node:util'

/** As the shell library writes it: an alias, the flag in brackets where it may be left out, the brief, then values and default. */
const FLAG_LINE = /^ +(?:(-[a-zA-Z]) +)?(\[?--\S*) {2,}(.*)$/
const NARROWEST = 60
const WIDEST = 100
const INDENT = '  '
const GAP = 2

type FlagLine = { readonly name: string; readonly brief: string }

const flagLineOf = (line: string): FlagLine | undefined => {
  const [, alias, name, rest] = FLAG_LINE.exec(line) ?? []
  if (name === undefined || rest === undefined) return undefined
  // The values and the default stand in a column of their own, pushed out by the longest brief.
  const brief = rest.replaceAll(/ {2,}/g, ' ').replace(/ \[default: false\]$/, '')
  // Nearly every flag may be left out: brackets around each say nothing.
  const bare = name.replace(/^\[(.*?)\]/, '$1')
  return { name: alias === undefined ? bare : `${bare}, ${alias}`, brief }
}

const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

const ESCAPES = /\u001B\[[\d;]*m/g // oxlint-disable-line no-control-regex -- The colours of a terminal are what is looked for.

/** The list of flags of a help text, laid out for a terminal `columns` wide (60 to 100 are used); the rest as it is. */
export const fitHelp = (text: string, columns: number | undefined): string => {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns ?? WIDEST))
  const lines = text.split('\n')
  const flags = lines.map((line) => flagLineOf(line.replaceAll(ESCAPES, '')))
  const column = Math.max(0, ...flags.map((flag) => flag?.name.length ?? 0)) + INDENT.length + GAP
  const isColoured = text.includes('\u001B[')
  const bold = (name: string): string => (isColoured ? styleText('bold', name, { validateStream: false }) : name)
  return lines
    .flatMap((line, at) => {
      const flag = flags[at]
      if (flag === undefined) return [line]
      const [first = '', ...more] = wrapped(flag.brief, width - column)
      const room = ' '.repeat(column - INDENT.length - flag.name.length)
      return [`${INDENT}${bold(flag.name)}${room}${first}`, ...more.map((rest) => ' '.repeat(column) + rest)]
    })
    .join('\n')
}
