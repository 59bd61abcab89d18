import { asBuffer } from './bytes.ts'

/** One member of a JSON object by its place in the bytes: `[start, end)` is the value, `at` where the key begins. */
export type Span = { readonly key: string; readonly at: number; readonly start: number; readonly end: number }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
/** How far to look for a quote byte by byte before asking the native search, which costs more to call. */
const NEAR = 32

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

const afterSpace = (json: Uint8Array, from: number): number => {
  let at = from
  while (isSpace(json[at])) at++
  return at
}

/** Where the string that opens at `open` ends, behind its closing quote; -1 where it never does. */
const stringEnd = (json: Uint8Array, open: number): number => {
  let at = open
  for (;;) {
    const near = at + NEAR
    do at++
    while (at < near && json[at] !== QUOTE)
    if (json[at] !== QUOTE) at = json.indexOf(QUOTE, at)
    if (at < 0) return -1
    // A quote behind an odd number of backslashes is part of the string. The opening quote ends the count.
    let slashes = 0
    while (json[at - 1 - slashes] === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at + 1
  }
}

/** Where the object or array that opens at `open` ends; -1 where it never does. What is inside is not checked. */
const nestedEnd = (json: Uint8Array, open: number): number => {
  let depth = 0
  for (let at = open; at < json.length;) {
    const byte = json[at]
    if (byte === QUOTE) {
      at = stringEnd(json, at)
      if (at < 0) return -1
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--
    at++
    if (depth === 0) return at
  }
  return -1
}

const plainEnd = (json: Uint8Array, from: number): number => {
  let at = from
  while (at < json.length && json[at] !== COMMA && json[at] !== CLOSE_BRACE && !isSpace(json[at])) at++
  return at > from ? at : -1
}

const valueEnd = (json: Uint8Array, start: number): number => {
  const byte = json[start]
  if (byte === QUOTE) return stringEnd(json, start)
  if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return nestedEnd(json, start)
  return plainEnd(json, start)
}

const textOf = (json: Uint8Array, start: number, end: number): string => asBuffer(json).toString('utf8', start, end)

/** The value of some bytes of JSON. @throws SyntaxError */
export const parseSpan = (json: Uint8Array, start: number, end: number): unknown =>
  JSON.parse(textOf(json, start, end)) as unknown

const keyOf = (json: Uint8Array, start: number, end: number): string | undefined => {
  const text = textOf(json, start + 1, end - 1)
  if (!text.includes('\\')) return text
  try {
    return parseSpan(json, start, end) as string
  } catch {
    return undefined
  }
}

/**
 * The members of a JSON object without parsing their values: a prompt of megabytes is skipped, not read.
 * Exact for every valid object; undefined where the bytes are no object at all. Of what is wrong inside a value it
 * knows nothing: whoever parses that value finds out.
 */
export const spansOf = (json: Uint8Array): readonly Span[] | undefined => {
  let at = afterSpace(json, 0)
  if (json[at] !== OPEN_BRACE) return undefined
  const spans: Span[] = []
  at = afterSpace(json, at + 1)
  if (json[at] === CLOSE_BRACE) return afterSpace(json, at + 1) === json.length ? spans : undefined
  for (;;) {
    if (json[at] !== QUOTE) return undefined
    const keyEnd = stringEnd(json, at)
    const key = keyEnd < 0 ? undefined : keyOf(json, at, keyEnd)
    if (key === undefined) return undefined
    const colon = afterSpace(json, keyEnd)
    if (json[colon] !== COLON) return undefined
    const start = afterSpace(json, colon + 1)
    const end = valueEnd(json, start)
    if (end < 0) return undefined
    spans.push({ key, at, start, end })
    at = afterSpace(json, end)
    if (json[at] === CLOSE_BRACE) return afterSpace(json, at + 1) === json.length ? spans : undefined
    if (json[at] !== COMMA) return undefined
    at = afterSpace(json, at + 1)
  }
}

export type Edit = { readonly start: number; readonly end: number; readonly text: string }

const encoder = new TextEncoder()
/** The bytes with some ranges replaced; all other bytes stay as they are. Ranges must not overlap. */
export const edited = (json: Uint8Array, edits: readonly Edit[]): Uint8Array => {
  if (edits.length === 0) return json
  const inOrder = edits
    .toSorted((a, b) => a.start - b.start)
    .map(({ text, ...edit }) => ({ ...edit, bytes: encoder.encode(text) }))
  const size = inOrder.reduce((sum, { start, end, bytes }) => sum + bytes.length - (end - start), json.length)
  const result = new Uint8Array(size)
  let [from, to] = [0, 0]
  for (const { start, end, bytes } of inOrder) {
    result.set(json.subarray(from, start), to)
    to += start - from
    result.set(bytes, to)
    to += bytes.length
    from = end
  }
  result.set(json.subarray(from), to)
  return result
}
