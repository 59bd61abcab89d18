import type { Lexer } from './table.ts'

export type JsonSink = {
  /** One value; `raw` is its text, for integers beyond 2^53. */
  readonly value: (value: unknown, line: number, raw: string) => void
  readonly malformed: (line: number, reason: string) => void
}

/** One JSON value longer than this is given up. */
const LONGEST_VALUE = 64 * 1024 * 1024
const TOO_LONG = 'one JSON value is longer than 64 MiB'

/** A line longer than this is not read a second time. */
const LONGEST_MENDED = 1024 * 1024
/** Texts are passed over; what Python writes for no number, and a comma before a bracket, are not JSON. */
const TEXT_OR_SLIP = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity|inf)\b|,(?=\s*[}\]])/gi

const parse = (raw: string): unknown => {
  try {
    return JSON.parse(raw) as unknown
  } catch (error) {
    if (raw.length > LONGEST_MENDED) throw error
    const mended = raw.replaceAll(TEXT_OR_SLIP, (found) => (found[0] === '"' ? found : found === ',' ? '' : 'null'))
    if (mended === raw) throw error
    return JSON.parse(mended) as unknown
  }
}

const parseInto = (sink: JsonSink, raw: string, line: number): void => {
  let value: unknown
  try {
    value = parse(raw)
  } catch {
    sink.malformed(line, 'the line is no valid JSON')
    return
  }
  sink.value(value, line, raw)
}

/** JSON Lines: a value a line, blank lines allowed. */
export const jsonLinesLexer = (sink: JsonSink): Lexer => {
  let parts: string[] = []
  let length = 0
  let skipping = false
  let line = 1

  const take = (text: string): void => {
    const raw = parts.length === 0 ? text : parts.join('') + text
    parts = []
    length = 0
    if (raw.charCodeAt(0) === OPEN_BRACE || raw.trim() !== '') parseInto(sink, raw, line)
  }

  return {
    push: (text) => {
      let position = 0
      for (;;) {
        const newline = text.indexOf('\n', position)
        if (newline < 0) break
        if (skipping) skipping = false
        else take(text.slice(position, newline))
        line++
        position = newline + 1
      }
      if (position >= text.length || skipping) return
      parts.push(position === 0 ? text : text.slice(position))
      length += text.length - position
      if (length <= LONGEST_VALUE) return
      sink.malformed(line, TOO_LONG)
      parts = []
      length = 0
      skipping = true
    },
    end: () => {
      if (!skipping && length > 0) take('')
    },
  }
}

const OPEN_BRACE = 123
const QUOTE = 34
const BACKSLASH = 92
const NEWLINE = 10

/**
 * A JSON document of any layout: each element of a top-level array, and each top-level value beside one, is a value.
 * Values are found by their brackets, so a document of many gigabytes streams as long as its elements are small.
 */
export const jsonDocumentLexer = (sink: JsonSink): Lexer => {
  let parts: string[] = []
  let length = 0
  let line = 1
  let valueLine = 1
  let depth = 0
  let inArray = false
  let inString = false
  let isEscaped = false
  let inValue = false
  let skipping = false

  const finish = (tail: string): void => {
    inValue = false
    if (skipping) skipping = false
    else parseInto(sink, parts.join('') + tail, valueLine)
    parts = []
    length = 0
  }

  const push = (text: string): void => {
    let start = inValue ? 0 : -1
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (inString) {
        if (isEscaped) isEscaped = false
        else if (code === BACKSLASH) isEscaped = true
        else if (code === QUOTE) inString = false
        else if (code === NEWLINE) line++
        continue
      }
      if (code === NEWLINE) {
        line++
        continue
      }
      if (code === 32 || code === 13 || code === 9) continue
      const opens = code === 123 || code === 91
      const closes = code === 125 || code === 93
      if (!inValue) {
        if (code === 44) continue
        if (code === 91 && !inArray) {
          inArray = true
          continue
        }
        if (code === 93 && inArray) {
          inArray = false
          continue
        }
        inValue = true
        valueLine = line
        start = i
        depth = 0
      }
      if (code === QUOTE) inString = true
      else if (opens) depth++
      else if (closes) {
        depth--
        if (depth <= 0) {
          finish(text.slice(start, i + 1))
          start = -1
        }
      } else if (code === 44 && depth === 0) {
        finish(text.slice(start, i))
        start = -1
      }
    }
    if (!inValue || skipping) return
    const rest = text.slice(Math.max(start, 0))
    parts.push(rest)
    length += rest.length
    if (length <= LONGEST_VALUE) return
    sink.malformed(valueLine, TOO_LONG)
    parts = []
    length = 0
    skipping = true
  }

  return {
    push,
    end: () => {
      if (!inValue || skipping) return
      const raw = parts.join('')
      if (raw.trim() !== '') parseInto(sink, raw, valueLine)
    },
  }
}
