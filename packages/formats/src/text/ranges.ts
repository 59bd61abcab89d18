/** Line numbers, kept as runs so that a million of them in a row take one entry. */
export type Ranges = { readonly runs: [first: number, last: number][]; count: number }

/** More runs than this are counted but no longer listed. */
const MOST_RUNS = 100_000

export const newRanges = (): Ranges => ({ runs: [], count: 0 })

export const addToRanges = (ranges: Ranges, line: number): void => {
  ranges.count++
  const last = ranges.runs.at(-1)
  if (last && (line === last[1] + 1 || line === last[1])) last[1] = line
  else if (ranges.runs.length < MOST_RUNS) ranges.runs.push([line, line])
}

/** `3, 7–9` */
export const rangesText = ({ runs }: Ranges, most: number = runs.length): string => {
  const shown = runs.slice(0, most).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`))
  const left = runs.length - shown.length
  return shown.join(', ') + (left > 0 ? ` and ${left} more places` : '')
}
