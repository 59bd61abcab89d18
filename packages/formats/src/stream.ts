import { InputError } from '@breakeven/core'
import type { ReadOptions } from './format.ts'
import { openIntake } from './intake.ts'
import { reportOf } from './report.ts'
import type { ImportReport } from './report.ts'
import { newSession } from './session.ts'
import type { Session } from './session.ts'
import { brokenGzip, guardRatio, isGzip, joinBytes, TELLING_BYTES } from './unpack.ts'

/** A file as the browser has it: `{ name: file.name, stream: file.stream() }`. */
export type UsageStream = {
  readonly name: string
  readonly stream: ReadableStream<Uint8Array>
  readonly bytes?: number
}

const readAll = async (source: UsageStream, session: Session, options: ReadOptions): Promise<void> => {
  const reader = source.stream.getReader()
  const intake = openIntake(source.name, session)
  let packedBytes = 0
  const next = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return undefined
      packedBytes += value.length
      options.onProgress?.({
        file: source.name,
        bytesRead: packedBytes,
        ...(source.bytes === undefined ? {} : { bytesTotal: source.bytes }),
        rows: session.rows(),
      })
      if (value.length > 0) return value
    }
  }
  let first = await next()
  while (first && first.length < TELLING_BYTES) {
    const more = await next()
    if (!more) break
    first = joinBytes(first, more)
  }
  if (!first || !isGzip(first)) {
    for (let chunk = first; chunk; chunk = await next()) intake.push(chunk)
    intake.end()
    return
  }
  let waiting: Uint8Array | undefined = first
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      const chunk = waiting ?? (await next())
      waiting = undefined
      if (chunk) controller.enqueue(chunk as Uint8Array<ArrayBuffer>)
      else controller.close()
    },
  })
  const unpacked = packed.pipeThrough(new DecompressionStream('gzip')).getReader()
  let unpackedBytes = 0
  for (;;) {
    const { done, value } = await unpacked.read().catch((error: unknown) => {
      throw error instanceof InputError ? error : brokenGzip(source.name)
    })
    if (done) break
    unpackedBytes += value.length
    guardRatio(source.name, packedBytes, unpackedBytes)
    intake.push(value)
  }
  intake.end()
}

/**
 * Reads usage files that arrive as Web Streams, one after the other; rows go to `options.onRow` as they are found.
 * Runs in the browser. Throws `InputError` for what is no usage file, with file and line.
 */
export const readUsageStreams = async (
  sources: readonly UsageStream[],
  options: ReadOptions,
): Promise<ImportReport> => {
  const session = newSession(options)
  for (const source of sources) await readAll(source, session, options)
  return reportOf(session.finish())
}
