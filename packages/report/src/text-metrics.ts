/**
 * Advance widths of printable ASCII in Inter SemiBold, in thousandths of the type size, from the shipped font's hmtx
 * table. Inter Regular is up to 5 % narrower; measuring by the wider one leaves room for the fonts of other machines.
 */
const ADVANCES: readonly number[] = [
  252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666, 612, 640,
  576, 640, 640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605, 588, 749, 746, 277, 580, 703, 565, 922,
  759, 769, 645, 773, 652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481, 469, 351, 574, 624, 583, 624,
  591, 389, 625, 612, 262, 262, 569, 262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588, 566, 455,
  359, 455, 673,
]
const OTHER_ADVANCE = 700
const WIDE_ADVANCE = 1050
const WIDE_FROM = 0x1100

const advanceOf = (code: number): number =>
  ADVANCES[code - 32] ?? (code >= WIDE_FROM && (code < 0x2000 || code > 0x2e7f) ? WIDE_ADVANCE : OTHER_ADVANCE)

/** The width of a text set in Inter at `size`, in the unit of `size`. */
export const widthOf = (text: string, size: number): number => {
  let thousandths = 0
  for (const char of text) thousandths += advanceOf(char.codePointAt(0) ?? 0)
  return (thousandths * size) / 1000
}

/** As much of a text as fits, with an ellipsis where it does not. */
export const fit = (text: string, size: number, width: number): string => {
  if (widthOf(text, size) <= width) return text
  let kept = ''
  for (const char of text) {
    if (widthOf(`${kept}${char}…`, size) > width) break
    kept += char
  }
  return `${kept.replace(/[\s,·;]+$/, '')}…`
}

const greedy = (words: readonly string[], size: number, width: number): string[] => {
  const set: string[] = []
  for (const word of words) {
    const joined = `${set.at(-1) ?? ''} ${word}`.trimStart()
    if (set.length > 0 && widthOf(joined, size) <= width) set[set.length - 1] = joined
    else set.push(word)
  }
  return set
}

/** The narrowest setting in as many lines: all about as long, no word left alone. */
const balanced = (words: readonly string[], size: number, width: number): string[] => {
  const set = greedy(words, size, width)
  for (const share of [0.5, 0.6, 0.7, 0.8, 0.9]) {
    const narrower = greedy(words, size, width * share)
    if (narrower.length === set.length) return narrower
  }
  return set
}

/** Lines of words, none wider than `width` and all about as long; what is over `most` lines is cut. */
export const setLines = (text: string, size: number, width: number, most: number): string[] => {
  const set = balanced(text.split(' '), size, width)
  const kept = set.length > most ? [...set.slice(0, most - 1), set.slice(most - 1).join(' ')] : set
  return kept.map((line) => fit(line, size, width))
}
