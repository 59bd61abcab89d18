/** Wide in a terminal: East Asian scripts and emoji take two cells. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u
const COMBINING = /\p{Mark}|\u200b|\u200d/u
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/**
 * Names come out of other people's logs: an escape sequence in a model's name must not move the cursor, nor a
 * right-to-left override turn a price around. Control characters show as `\ufffd`.
 */
export const clean = (text: string): string => text.replace(CONTROL, '\ufffd')

/** Terminal cells that a text takes. */
export const cellsOf = (text: string): number => {
  let cells = 0
  for (const char of text) cells += COMBINING.test(char) ? 0 : WIDE.test(char) ? 2 : 1
  return cells
}

/** At most `cells` wide, the end given up for an ellipsis. */
export const truncate = (text: string, cells: number): string => {
  if (cellsOf(text) <= cells) return text
  let kept = ''
  let used = 0
  for (const char of text) {
    const next = cellsOf(char)
    if (used + next > cells - 1) break
    kept += char
    used += next
  }
  return cells < 1 ? '' : `${kept.trimEnd()}…`
}

export const padEnd = (text: string, cells: number): string => text + ' '.repeat(Math.max(0, cells - cellsOf(text)))
export const padStart = (text: string, cells: number): string => ' '.repeat(Math.max(0, cells - cellsOf(text))) + text

/** Breaks at spaces; lines after the first start with `indent`. A word longer than a line stands alone. */
export const wrap = (text: string, width: number, indent = ''): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (cellsOf(joined) <= width || line.trim() === '') line = joined
    else {
      lines.push(line)
      line = indent + word
    }
  }
  if (line.trim() !== '') lines.push(line)
  return lines
}

/** Items on as few lines as they need, never broken inside: a legend. */
export const flow = (items: readonly string[], width: number, separator: string): string[] => {
  const whole = items.map((item) => item.replaceAll(' ', '\u00a0'))
  return wrap(whole.map((item, at) => (at === whole.length - 1 ? item : `${item}${separator}`)).join(' '), width).map(
    (line) => line.replaceAll('\u00a0', ' ').trimEnd(),
  )
}
