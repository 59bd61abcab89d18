import { close, fdatasync, fstat, open, read, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { InputError } from '@breakeven/core'
import { type Ledger, ledgerLine } from './ledger.ts'

export type FileLedger = Ledger & {
  /** Resolves when what was appended is durable and the file closed. */
  readonly close: () => Promise<void>
}

type Waiting = { readonly resolve: () => void; readonly reject: (error: unknown) => void }

const LINE_FEED = 0x0a
const OWN_ONLY = 0o600
/** Syncs begin this far apart at least, so that under load many lines share the disk's work. */
const APART_MS = 20

// Plain descriptors: file handles cost several times as much a call.
const openFile = promisify(open)
const closeFile = promisify(close)
const statFile = promisify(fstat)
const sync = promisify(fdatasync)

const cannotOpen = (path: string, error: unknown): InputError => {
  const { code, message } = error as NodeJS.ErrnoException
  return new InputError(`The ledger cannot be opened (${code ?? message}).`, {
    file: path,
    hint: 'Name a file in a folder that you may write to.',
  })
}

const openToAppend = async (path: string): Promise<number> => {
  try {
    return await openFile(path, 'a+', OWN_ONLY)
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

/** A line that was cut by a crash must not swallow the next one. */
const endsInMidLine = async (file: number): Promise<boolean> => {
  const { size } = await statFile(file)
  if (size === 0) return false
  const last = Buffer.alloc(1)
  await promisify(read)(file, last, 0, 1, size - 1)
  return last[0] !== LINE_FEED
}

/** At once: to the page cache that is sooner done than handed to another thread. */
const writeAll = (file: number, bytes: Buffer): void => {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(writeSync(file, rest))
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/**
 * An append-only file of one JSON line a call. A line is written when it is appended, so that it survives the end of the
 * process, and its promise resolves when `fdatasync` has made it survive the end of the machine: one sync for all lines
 * that came while the disk was busy (group commit). Several processes may append to one file.
 * @throws InputError where the file cannot be opened.
 */
export const openFileLedger = async (path: string): Promise<FileLedger> => {
  const file = await openToAppend(path)
  let isTorn = await endsInMidLine(file)
  let waiting: Waiting[] = []
  let syncing: Promise<void> | undefined

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await sync(file)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      const started = performance.now()
      await commit(batch)
      const left = APART_MS - (performance.now() - started)
      if (left > 0) await pause(left)
    }
    syncing = undefined
  }

  const writeLine = (line: string): void => {
    const isBehindTorn = isTorn
    isTorn = true
    writeAll(file, Buffer.from(isBehindTorn ? `\n${line}` : line))
    isTorn = false
  }

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        writeLine(ledgerLine(entry))
        waiting.push({ resolve, reject })
        syncing ??= run()
      }),
    close: async () => {
      await syncing
      await closeFile(file)
    },
  }
}
