import { asBuffer, joined, type Pieces, sliced } from './bytes.ts'
import { stringEnd } from './string-end.ts'

/** One member of a JSON object by its place in the bytes: `[start, end)` is the value, `at` where the key begins. */
export type Span = { readonly key: string; readonly at: number; readonly start: number; readonly end: number }

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** The value of some bytes of JSON. @throws SyntaxError */
export const parseSpan = (json: Pieces, start: number, end: number): unknown =>
  JSON.parse(asBuffer(joined(sliced(json, start, end))).toString('utf8')) as unknown

/** Undefined: its escapes are none. */
const keyOf = (json: Pieces, start: number, end: number): string | undefined => {
  const text = asBuffer(joined(sliced(json, start, end))).toString('utf8')
  if (!text.includes('\\')) return text.slice(1, -1)
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}

// Where in the object the scanner is. `InKey`, `InText` and `InNestedText` are inside a string.
const Before = 0
const FirstKey = 1
const InKey = 2
const ToColon = 3
const ToValue = 4
const InText = 5
const InPlain = 6
const InNested = 7
const InNestedText = 8
const ToNext = 9
const ToKey = 10
const After = 11
const Wrong = 12

/**
 * The members of a JSON object without parsing their values: a prompt of megabytes is skipped, not read, and need not be
 * in one piece. Exact for every valid object; undefined where the bytes are no object at all. Of what is wrong inside a
 * value it knows nothing: whoever parses that value finds out.
 */
export const spansOf = (json: Pieces): readonly Span[] | undefined => {
  const spans: Span[] = []
  let state = Before
  let depth = 0
  let isEscaped = false
  let [keyAt, keyEnd, valueAt] = [0, 0, 0]
  let base = 0

  /** The state behind a value that ends before `end`. */
  const closed = (end: number): number => {
    const key = keyOf(json, keyAt, keyEnd)
    if (key === undefined) return Wrong
    spans.push({ key, at: keyAt, start: valueAt, end })
    return ToNext
  }
  const begun = (byte: number, at: number): number => {
    valueAt = at
    if (byte === QUOTE) return InText
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth = 1
      return InNested
    }
    return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === COLON ? Wrong : InPlain
  }
  const behindString = (end: number): number => {
    if (state === InNestedText) return InNested
    if (state === InText) return closed(end)
    keyEnd = end
    return ToColon
  }
  /** The state behind a byte that stands in no string and in no nested value. */
  const between = (byte: number, at: number): number => {
    if (state === InPlain) {
      if (byte !== COMMA && byte !== CLOSE_BRACE && !isSpace(byte)) return InPlain
      state = closed(at)
      if (state === Wrong) return Wrong
    }
    if (isSpace(byte)) return state
    if (state === Before) return byte === OPEN_BRACE ? FirstKey : Wrong
    if (state === FirstKey || state === ToKey) {
      keyAt = at
      if (byte === QUOTE) return InKey
      return state === FirstKey && byte === CLOSE_BRACE ? After : Wrong
    }
    if (state === ToColon) return byte === COLON ? ToValue : Wrong
    if (state === ToValue) return begun(byte, at)
    if (state === ToNext) return byte === COMMA ? ToKey : byte === CLOSE_BRACE ? After : Wrong
    return Wrong
  }

  for (const piece of json) {
    let at = 0
    while (at < piece.length) {
      if (state === InKey || state === InText || state === InNestedText) {
        const end = stringEnd(piece, isEscaped ? at + 1 : at)
        isEscaped = end > piece.length + 1
        if (end <= piece.length) state = behindString(base + end)
        at = end
      } else if (state === InNested) {
        const byte = piece[at]!
        at++
        if (byte === QUOTE) state = InNestedText
        else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
        else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) state = closed(base + at)
      } else {
        state = between(piece[at]!, base + at)
        at++
      }
      if (state === Wrong) return undefined
    }
    base += piece.length
  }
  return state === After ? spans : undefined
}

export type Edit = { readonly start: number; readonly end: number; readonly text: string }

const encoder = new TextEncoder()
/** The bytes with some ranges replaced; all other bytes stay as and where they are. Ranges must not overlap. */
export const edited = (json: Pieces, edits: readonly Edit[]): Pieces => {
  if (edits.length === 0) return json
  const result: Uint8Array[] = []
  let from = 0
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    result.push(...sliced(json, from, start), encoder.encode(text))
    from = end
  }
  return [...result, ...sliced(json, from, Number.POSITIVE_INFINITY)]
}
