import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { InputError } from '@breakeven/core'
import type { ReadOptions } from './format.ts'
import { openIntake } from './intake.ts'
import { expandInputs, unreadable } from './node/expand.ts'
import type { Input } from './node/expand.ts'
import { reportOf } from './report.ts'
import type { ImportReport, Issue } from './report.ts'
import { newSession, nothingFound } from './session.ts'
import type { Session } from './session.ts'
import { firstOfCopies } from './node/copies.ts'
import { brokenGzip, guardRatio, isGzip, isParquet, joinBytes, TELLING_BYTES } from './unpack.ts'

const CHUNK_BYTES = 512 * 1024
const BIG_FILE_BYTES = 64 * 1024 * 1024
/** DuckDB reads Parquet in any case, and a megabyte of it is a hundred thousand rows. */
const BIG_PARQUET_BYTES = 1024 * 1024

type Sink = { readonly push: (bytes: Uint8Array) => void; readonly end: () => void }

/** Pushes an unpacked file in chunks; a chunk is only valid until `push` returns. */
const readPlain = async (path: string, sink: Sink): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    const buffer = new Uint8Array(CHUNK_BYTES)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES)
      if (bytesRead === 0) break
      sink.push(buffer.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
  sink.end()
}

const readPacked = async (path: string, bytes: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> => {
  const gunzip = createGunzip()
  let packedBytes = 0
  let unpackedBytes = 0
  const feed = async (): Promise<void> => {
    for await (const chunk of bytes) {
      packedBytes += chunk.length
      if (!gunzip.write(chunk))
        await new Promise<void>((resolve) => gunzip.once('drain', resolve).once('close', resolve))
      if (gunzip.destroyed) return
    }
    gunzip.end()
  }
  const feeding = feed().catch((error: unknown) => gunzip.destroy(error as Error))
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      unpackedBytes += chunk.length
      guardRatio(path, packedBytes, unpackedBytes)
      sink.push(chunk)
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('Z_') === true) throw brokenGzip(path)
    throw error
  } finally {
    gunzip.destroy()
    await feeding
  }
  sink.end()
}

/** The stream as it was before its first bytes were looked at. */
async function* withFirst(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

const readStdin = async (sink: Sink): Promise<void> => {
  const chunks = (process.stdin as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done === true) {
    sink.end()
    return
  }
  let start: Uint8Array = first.value
  while (start.length < TELLING_BYTES) {
    const more = await chunks.next()
    if (more.done === true) break
    start = joinBytes(start, more.value)
  }
  const bytes = withFirst(start, chunks)
  if (isGzip(start)) {
    await readPacked('-', bytes, sink)
    return
  }
  for await (const chunk of bytes) sink.push(chunk)
  sink.end()
}

const sizeAndStart = async (path: string): Promise<{ bytesTotal: number; isPacked: boolean; isParquet: boolean }> => {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const start = new Uint8Array(4)
    // A pipe or a device must not lose its first bytes to a look.
    if (size === 0) return { bytesTotal: 0, isPacked: false, isParquet: false }
    await handle.read(start, 0, 4, 0)
    return { bytesTotal: size, isPacked: isGzip(start), isParquet: isParquet(start) }
  } finally {
    await handle.close()
  }
}

const readFile = async (path: string, session: Session, options: ReadOptions): Promise<void> => {
  const intake = openIntake(path, session)
  if (path === '-') {
    await readStdin(intake)
    return
  }
  const start = await sizeAndStart(path)
  const { bytesTotal, isPacked } = start
  const { big } = options
  if (start.isParquet) {
    const isSummed =
      big !== undefined &&
      bytesTotal >= (big.fromBytes ?? BIG_PARQUET_BYTES) &&
      (await (await import('./duckdb/sum-table.ts')).sumBigParquet(path, bytesTotal, session, big))
    if (!isSummed) await (await import('./duckdb/read-parquet.ts')).readParquet(path, session)
    options.onProgress?.({ file: path, bytesRead: bytesTotal, bytesTotal, rows: session.rows() })
    return
  }
  let bytesRead = 0
  const progress = (bytes: number): void => {
    bytesRead += bytes
    options.onProgress?.({ file: path, bytesRead, bytesTotal, rows: session.rows() })
  }
  if (big !== undefined && !isPacked && bytesTotal >= (big.fromBytes ?? BIG_FILE_BYTES)) {
    const { sumBigTable } = await import('./duckdb/sum-table.ts')
    if (await sumBigTable(path, bytesTotal, session, big)) {
      progress(bytesTotal)
      return
    }
  }
  if (!isPacked) {
    await readPlain(path, {
      push: (bytes) => {
        intake.push(bytes)
        progress(bytes.length)
      },
      end: intake.end,
    })
    return
  }
  const packed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>) {
      progress(chunk.length)
      yield chunk
    }
  }
  await readPacked(path, packed(), intake)
}

const copyText = (path: string, original: string): string =>
  path === original ? 'Named twice, counted once.' : `Left out: it is byte for byte ${original}, which is counted.`

const isSystemError = (error: unknown): boolean => typeof (error as { syscall?: unknown }).syscall === 'string'

const readOne = async (input: Input, session: Session, options: ReadOptions): Promise<Issue | undefined> => {
  try {
    await readFile(input.path, session, options)
    return undefined
  } catch (error) {
    const told = isSystemError(error) ? unreadable(input.path, error) : error
    // In a folder there may be anything; what is named must be a usage file.
    if (!input.isNamed && told instanceof InputError && told.place.line === 1)
      return { file: input.path, message: `Left out: ${told.message}` }
    throw told
  }
}

/**
 * Reads usage files, folders, globs and `-` (standard input), gzip or not, recognised by content; rows go to `options.onRow`.
 * Throws `InputError` for what cannot be read, with file and line.
 */
export const readUsage = async (paths: readonly string[], options: ReadOptions): Promise<ImportReport> => {
  const inputs = await expandInputs(paths)
  const session = newSession(options)
  const leftOut: Issue[] = []
  const originals = await firstOfCopies(inputs.map(({ path }) => path))
  for (const [index, input] of inputs.entries()) {
    const original = originals.get(index)
    if (original !== undefined) {
      leftOut.push({ file: input.path, message: copyText(input.path, original) })
      continue
    }
    const issue = await readOne(input, session, options)
    if (issue) leftOut.push(issue)
  }
  const files = session.finish()
  if (files.length === 0) throw nothingFound(paths)
  return reportOf(files, leftOut)
}

export { expandInputs }
