import type { Ledger, LedgerEntry } from '@breakeven/gateway'
import { lineLedger } from '@breakeven/gateway'
import { openFileLedger } from '@breakeven/gateway/node'
import type { Sink } from '../io.ts'

/** A ledger that can be closed, and the file it is in; none: standard output. */
export type OpenLedger = Ledger & { readonly close: () => Promise<void> }

/** @throws InputError where the file cannot be opened. */
export const openLedger = async (path: string, stdout: Sink): Promise<OpenLedger> => {
  if (path !== '-') return openFileLedger(path)
  const lines = lineLedger((line, done) => {
    stdout.write(line)
    done()
  })
  return { ...lines, close: () => Promise.resolve() }
}

/** Tells of each entry before it is written. */
export const heard = (ledger: Ledger, hear: (entry: LedgerEntry) => void): Ledger => ({
  append: (entry) => {
    hear(entry)
    return ledger.append(entry)
  },
})
