import { InputError } from '@breakeven/core'
import { startCounts } from './counts.ts'
import type { JsonFormat, JsonHead, TableFormat, TableHead } from './format.ts'
import type { FileReport } from './report.ts'
import type { Session } from './session.ts'
import { recognise, syntaxOf } from './recognise.ts'
import type { Syntax } from './recognise.ts'
import { newTally } from './tally.ts'
import type { Tally } from './tally.ts'
import { decoderFor } from './text/decode.ts'
import type { Decoder } from './text/decode.ts'
import { jsonDocumentLexer, jsonLinesLexer } from './text/json.ts'
import type { JsonSink } from './text/json.ts'
import { tableLexer } from './text/table.ts'
import type { Cells, Lexer } from './text/table.ts'
import { joinBytes, TELLING_BYTES } from './unpack.ts'

/** Takes the unpacked bytes of one file, in order. */
export type Intake = { readonly push: (bytes: Uint8Array) => void; readonly end: () => void }

const FIRST_LOOK = 64 * 1024
/** A file whose format does not show in this much text is none. */
const LONGEST_LOOK = 256 * 1024 * 1024

const emptyFile = (path: string): FileReport => ({
  path,
  format: 'empty',
  formatName: 'empty file',
  counts: { ...startCounts([]), requests: 0, input: 0, output: 0 },
  isRelative: false,
  incompletePage: false,
  unusedColumns: [],
  facts: {},
  issues: [{ file: path, message: 'The file is empty: nothing to read.' }],
})

const PACKED: readonly { readonly magic: readonly number[]; readonly what: string; readonly hint: string }[] = [
  { magic: [0x50, 0x4b, 3, 4], what: 'a zip archive', hint: 'Unpack it and name the files inside.' },
  {
    magic: [0x50, 0x41, 0x52, 0x31],
    what: 'a Parquet file',
    hint: 'Parquet is read from a named file only, not from a stream or in the browser.',
  },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'packed with zstd', hint: 'Unpack it with `zstd -d` first.' },
  { magic: [0x42, 0x5a, 0x68], what: 'packed with bzip2', hint: 'Unpack it with `bunzip2` first.' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: 'packed with xz', hint: 'Unpack it with `unxz` first.' },
  {
    magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65],
    what: 'a SQLite database',
    hint: 'Export the table of requests as CSV.',
  },
]

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte)

const withoutLines = (text: string, lines: number): string => {
  let position = 0
  for (let i = 0; i < lines; i++) {
    const newline = text.indexOf('\n', position)
    if (newline < 0) return ''
    position = newline + 1
  }
  return text.slice(position)
}

/** Chooses the format of a file and begins its report. */
export const startFile = (
  path: string,
  head: TableHead | JsonHead,
  session: Session,
): { format: TableFormat | JsonFormat; tally: Tally } => {
  const format = recognise(head, path, session.as)
  const tally = newTally(path, format, session)
  session.addFile(() => {
    const span = tally.span()
    const grain = tally.clockResolution()
    return {
      path,
      format: format.id,
      formatName: format.name,
      counts: tally.counts(),
      ...(span ? { firstAt: span.first, lastAt: span.last } : {}),
      ...(grain === undefined ? {} : { grainSeconds: grain }),
      isRelative: tally.isRelative(),
      incompletePage: tally.isIncompletePage(),
      unusedColumns: tally.unusedColumns(),
      facts: tally.facts,
      ...(format.instead === undefined ? {} : { instead: format.instead }),
      issues: tally.issues(),
    }
  })
  return { format, tally }
}

/** Hands one row of a table to its reader; false where the reader could make no sense of it. */
export const giveRow = (tally: Tally, read: (cells: Cells) => void, cells: Cells): boolean => {
  tally.entry()
  const before = tally.malformedLines()
  read(cells)
  return tally.malformedLines() === before
}

/** Reads one file into the session: decodes, recognises by content, splits, counts. */
export const openIntake = (path: string, session: Session): Intake => {
  let decoder: Decoder | undefined
  let head = ''
  let nextLook = FIRST_LOOK
  let lexer: Lexer | undefined
  let finishReader: (() => void) | undefined

  const start = (syntax: Syntax): void => {
    if (syntax.kind === 'blank') {
      session.addFile(() => emptyFile(path))
      lexer = { push: () => {}, end: () => {} }
      return
    }
    const { format, tally } = startFile(path, syntax.head, session)
    const { context } = tally
    const malformed = (line: number, reason: string): void => {
      tally.entry()
      context.drop('malformedLines', line, reason)
    }
    if (syntax.kind === 'table' && format.syntax === 'table') {
      const reader = format.open(context, syntax.head)
      finishReader = reader.end
      const { header, delimiter } = syntax.head
      const row = reader.row
      const firstColumn = header[0] ?? ''
      lexer = tableLexer(
        delimiter,
        header.length,
        {
          row: (cells) => {
            if (cells.equals(0, firstColumn) && header.every((cell, column) => cells.text(column).trim() === cell)) {
              tally.entry()
              context.drop('repeatedHeaders', cells.line)
              return true
            }
            return giveRow(tally, row, cells)
          },
          malformed,
        },
        syntax.headerLines + 1,
      )
      lexer.push(withoutLines(head, syntax.headerLines))
      return
    }
    if (syntax.kind === 'table' || format.syntax === 'table')
      throw new Error(`${format.id} was chosen for another syntax`)
    const reader = format.open(context, syntax.head)
    finishReader = reader.end
    const read = reader.value
    const sink: JsonSink = {
      value: (value, line, raw) => {
        tally.entry()
        if (typeof value === 'object' && value !== null) read(value, line, raw)
        else context.drop('malformedLines', line, 'not a JSON object')
      },
      malformed,
    }
    lexer = syntax.kind === 'lines' ? jsonLinesLexer(sink) : jsonDocumentLexer(sink)
    lexer.push(head)
  }

  const look = (isWhole: boolean): void => {
    const syntax = syntaxOf(head, isWhole || head.length > LONGEST_LOOK)
    nextLook = head.length * 2
    if (!syntax) return
    start(syntax)
    head = ''
  }

  const pushText = (text: string): void => {
    if (lexer) {
      lexer.push(text)
      return
    }
    head += text
    if (head.length >= nextLook) look(false)
  }

  const openDecoder = (bytes: Uint8Array): Decoder => {
    const packed = PACKED.find(({ magic }) => startsWith(bytes, magic))
    if (packed) throw new InputError(`This file is ${packed.what}.`, { file: path, hint: packed.hint })
    return decoderFor(bytes)
  }

  let first: Uint8Array = new Uint8Array(0)
  const begin = (bytes: Uint8Array): void => {
    decoder = openDecoder(bytes)
    pushText(decoder.push(bytes))
  }

  return {
    push: (bytes) => {
      if (decoder) {
        pushText(decoder.push(bytes))
        return
      }
      first = joinBytes(first, bytes)
      if (first.length >= TELLING_BYTES) begin(first)
      // The reader may use its buffer again before more comes.
      else first = new Uint8Array(first)
    },
    end: () => {
      if (!decoder && first.length > 0) begin(first)
      if (decoder) pushText(decoder.end())
      if (!lexer) look(true)
      lexer?.end()
      finishReader?.()
    },
  }
}
