/** Single-letter edits between two words; above `limit` the exact number does not matter. */
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution))
    }
    previous = current
  }
  return previous[b.length]!
}

/** Whole words of a longer name: `bert` of `bert-base-uncased` is nearer than its letters. */
const begins = (wanted: string, part: string): boolean =>
  part.startsWith(wanted) && /^[-./:@]/.test(part.slice(wanted.length))

/** A word inside another is a near miss too: `llama-3-8b` for `llama-3.1-8b` by letters, `gpt-4o` for `openai/gpt-4o` by part. */
const distance = (wanted: string, candidate: string): number => {
  const parts = [candidate, candidate.slice(candidate.indexOf('/') + 1)]
  return Math.min(
    ...parts.map((part) =>
      part.startsWith(wanted) || wanted.startsWith(part)
        ? Math.abs(part.length - wanted.length) * (begins(wanted, part) ? 0.1 : 0.3)
        : editDistance(wanted, part),
    ),
  )
}

/** The nearest known names to one that is not known, nearest first; none where nothing is near. */
export const suggest = (wanted: string, known: Iterable<string>, most = 3): readonly string[] => {
  const word = wanted.toLowerCase()
  const limit = Math.max(2, Math.floor(word.length / 3))
  const near: { name: string; distance: number }[] = []
  for (const name of new Set(known)) {
    const far = distance(word, name.toLowerCase())
    if (far <= limit) near.push({ name, distance: far })
  }
  return near
    .toSorted((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name)
}

/** `did you mean gpt-4o or gpt-4?`, or nothing. */
export const didYouMean = (wanted: string, known: Iterable<string>): string | undefined => {
  const names = suggest(wanted, known)
  if (names.length === 0) return undefined
  return `did you mean ${names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`}?`
}
