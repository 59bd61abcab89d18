import { asBuffer } from './bytes.ts'
import { isObject } from './value.ts'

/** An event that grows beyond this is passed on unlooked at; one that reports usage has some hundred bytes. */
const MOST_EVENT_BYTES = 64 * 1024
/** How much of the end is kept for the meter. */
const TAIL_BYTES = 16 * 1024

const NONE = Buffer.alloc(0)
const USAGE = Buffer.from('"usage"')
const ERROR = Buffer.from('"error"')
const BLANK = Buffer.from('\n\n')
const BLANK_CRLF = Buffer.from('\n\r\n')
const [LINE_FEED, RETURN, COLON, OPEN_BRACE, SPACE] = [0x0a, 0x0d, 0x3a, 0x7b, 0x20]

/** Behind the last blank line before `before`: where whole events end. 0 where there is none. */
const lastEnd = (bytes: Buffer, before: number): number => {
  // Almost every piece is whole events and ends in a blank line.
  if (bytes[before - 1] === LINE_FEED) {
    if (bytes[before - 2] === LINE_FEED) return before
    if (bytes[before - 2] === RETURN && bytes[before - 3] === LINE_FEED) return before
  }
  const from = before - 2
  if (from < 0) return 0
  const plain = bytes.lastIndexOf(BLANK, from)
  const crlf = from < 1 ? -1 : bytes.lastIndexOf(BLANK_CRLF, from - 1)
  return Math.max(plain < 0 ? 0 : plain + BLANK.length, crlf < 0 ? 0 : crlf + BLANK_CRLF.length)
}

/** Behind the first blank line at or after `from`; the end where there is none. */
const nextEnd = (bytes: Buffer, from: number): number => {
  const plain = bytes.indexOf(BLANK, from)
  const crlf = bytes.indexOf(BLANK_CRLF, from)
  const ends = [plain < 0 ? bytes.length : plain + BLANK.length, crlf < 0 ? bytes.length : crlf + BLANK_CRLF.length]
  return Math.min(...ends)
}

/** Whether the key that begins at `at` has an object as its value; most chunks say `"usage":null`. */
const hasObject = (bytes: Buffer, at: number, key: Buffer): boolean => {
  let next = at + key.length
  while (bytes[next] === SPACE) next++
  if (bytes[next] !== COLON) return false
  do next++
  while (bytes[next] === SPACE)
  return bytes[next] === OPEN_BRACE
}

/** The place of a key with an object, at or after `from`; -1. In a text the quotes are escaped, and so do not match. */
const keyWithObject = (bytes: Buffer, key: Buffer, from: number): number => {
  let at = bytes.indexOf(key, from)
  while (at >= 0 && !hasObject(bytes, at, key)) at = bytes.indexOf(key, at + key.length)
  return at
}

/** The JSON in the `data:` lines of one event; undefined where it is none, as in `[DONE]`. */
const eventJson = (event: Buffer): unknown => {
  const data = event
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
  if (data.length === 0) return undefined
  try {
    return JSON.parse(data.join('\n')) as unknown
  } catch {
    return undefined
  }
}

/** The event that OpenAI sends last for `include_usage`: usage, and no choices. */
const isUsageEvent = (event: unknown): boolean =>
  isObject(event) && isObject(event.usage) && Array.isArray(event.choices) && event.choices.length === 0

/** What goes on to the client of a stream of events; pieces come as they like, cut anywhere. */
export type EventFilter = {
  /** What may be passed on now. */
  readonly take: (piece: Uint8Array) => Uint8Array
  /** What is left at the end: an event without its blank line. */
  readonly rest: () => Uint8Array
}

const passAll: EventFilter = { take: (piece) => piece, rest: () => NONE }

/**
 * Leaves out the event that reports usage, for a client that did not ask for it. Every other byte passes, an event as
 * soon as it is whole: half of one is of no use to anybody. Pieces are searched, not parsed; only an event with a
 * usage in it is.
 */
const withholdUsage = (): EventFilter => {
  let held: Buffer = NONE
  const withoutUsage = (events: Buffer): Uint8Array => {
    let at = keyWithObject(events, USAGE, 0)
    if (at < 0) return events
    const kept: Buffer[] = []
    let from = 0
    while (at >= 0) {
      const start = lastEnd(events, at)
      const end = nextEnd(events, at)
      if (isUsageEvent(eventJson(events.subarray(start, end)))) {
        kept.push(events.subarray(from, start))
        from = end
      }
      at = keyWithObject(events, USAGE, end)
    }
    return from === 0 ? events : Buffer.concat([...kept, events.subarray(from)])
  }
  return {
    take: (piece) => {
      const bytes = held.length === 0 ? asBuffer(piece) : Buffer.concat([held, piece])
      const end = lastEnd(bytes, bytes.length)
      const isLong = bytes.length - end > MOST_EVENT_BYTES
      held = isLong ? NONE : bytes.subarray(end)
      const whole = withoutUsage(bytes.subarray(0, end))
      return isLong ? Buffer.concat([whole, bytes.subarray(end)]) : whole
    },
    rest: () => {
      const last = withoutUsage(held)
      held = NONE
      return last
    },
  }
}

export const eventFilter = (withholdsUsage: boolean): EventFilter => (withholdsUsage ? withholdUsage() : passAll)

/** Keeps the end of a stream, to be looked at once it is over. */
export type Tail = {
  readonly keep: (piece: Uint8Array) => void
  /** The events at the end that say something of usage or an error, parsed. */
  readonly events: () => readonly unknown[]
}

export const tailOf = (): Tail => {
  let pieces: Uint8Array[] = []
  let bytes = 0
  return {
    keep: (piece) => {
      pieces.push(piece)
      bytes += piece.length
      while (bytes - pieces[0]!.length >= TAIL_BYTES) bytes -= pieces.shift()!.length
    },
    events: () => {
      const tail = Buffer.concat(pieces)
      pieces = [tail]
      bytes = tail.length
      const found: unknown[] = []
      for (let start = 0; start < tail.length;) {
        const end = nextEnd(tail, start)
        const event = tail.subarray(start, end)
        if (keyWithObject(event, USAGE, 0) >= 0 || keyWithObject(event, ERROR, 0) >= 0) found.push(eventJson(event))
        start = end
      }
      return found
    },
  }
}
