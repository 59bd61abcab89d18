import { type FileHandle, open } from 'node:fs/promises'
import { InputError } from '@breakeven/core'
import { type Ledger, ledgerLine } from './ledger.ts'

export type FileLedger = Ledger & {
  /** Resolves when what was appended is durable and the file closed. */
  readonly close: () => Promise<void>
}

type Waiting = { readonly line: string; readonly resolve: () => void; readonly reject: (error: unknown) => void }

const LINE_FEED = 0x0a
const OWN_ONLY = 0o600

const cannotOpen = (path: string, error: unknown): InputError => {
  const { code, message } = error as NodeJS.ErrnoException
  return new InputError(`The ledger cannot be opened (${code ?? message}).`, {
    file: path,
    hint: 'Name a file in a folder that you may write to.',
  })
}

const openToAppend = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'a+', OWN_ONLY)
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

/** A line that was cut by a crash must not swallow the next one. */
const endsInMidLine = async (file: FileHandle): Promise<boolean> => {
  const { size } = await file.stat()
  if (size === 0) return false
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] !== LINE_FEED
}

const writeAll = async (file: FileHandle, bytes: Buffer): Promise<void> => {
  for (let written = 0; written < bytes.length;)
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten
}

/**
 * An append-only file of one JSON line a call. What comes while the disk is busy is written and synced together
 * (group commit), so a line costs its share of one `fdatasync`, and an append that has resolved survives a crash.
 * Several processes may append to one file. @throws InputError where the file cannot be opened.
 */
export const openFileLedger = async (path: string): Promise<FileLedger> => {
  const file = await openToAppend(path)
  let isTorn = await endsInMidLine(file)
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await writeAll(file, Buffer.from((isTorn ? '\n' : '') + batch.map(({ line }) => line).join('')))
      isTorn = false
      await file.datasync()
      for (const { resolve } of batch) resolve()
    } catch (error) {
      isTorn = true
      for (const { reject } of batch) reject(error)
    }
  }

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await commit(batch)
    }
    writing = undefined
  }

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ line: ledgerLine(entry), resolve, reject })
        writing ??= run()
      }),
    close: async () => {
      await writing
      await file.close()
    },
  }
}
