import { resolve } from 'node:path'
import type { LedgerEntry } from '@breakeven/gateway'
import type { Io } from '../io.ts'
import { bannerText } from './banner.ts'
import { checkFlags } from './check.ts'
import type { ServeFlags } from './flags.ts'
import { heard, type OpenLedger, openLedger } from './ledger.ts'
import { type Open, serveHere, type Serving, serveLocal } from './serving.ts'
import { callText, newTally, type Tally } from './tally.ts'

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/

const warnOfHost = (host: string, io: Io): void => {
  if (!LOOPBACK.test(host))
    io.stderr.write(
      `warning: ${host} can be reached from other machines, without TLS: keys and prompts pass in clear. Put a proxy with TLS in front.\n`,
    )
}

const endText = (tally: Tally, { ended }: Serving, ledger: string): string => {
  const more = ended?.() ?? ''
  const hint = tally.calls() > 0 && ledger !== '-' ? `price them: breakeven compare ${ledger}\n` : ''
  return `\n${tally.text()}${more === '' ? '' : `; ${more}`}\n${hint}`
}

const interrupted = (): Promise<void> =>
  new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
  })

/** `breakeven serve`: until it is interrupted; then those under way end, and what was served is said. */
export const runServe = async (flags: ServeFlags, io: Io): Promise<void> => {
  checkFlags(flags)
  warnOfHost(flags.host, io)
  const tally = newTally()
  let file: OpenLedger | undefined
  const open: Open = async () => {
    file = await openLedger(flags.ledger === '-' ? '-' : resolve(io.cwd, flags.ledger), io.stdout)
    return heard(file, (entry: LedgerEntry) => {
      tally.add(entry)
      if (flags.calls) io.stderr.write(`${callText(entry)}\n`)
    })
  }
  try {
    const serving = await (flags.local ? serveLocal : serveHere)(flags, open, io)
    const { served, models, title, key, header } = serving
    const { url } = served
    const banner = { url, title, models, header, ledger: flags.ledger, ...(key === undefined ? {} : { key }) }
    if (!flags.quiet) io.stderr.write(bannerText(banner))
    else if (key?.made === true) io.stderr.write(`key, made for this run: ${key.value}\n`)
    const address = flags.ledger === '-' ? io.stderr : io.stdout
    // Listens before it says that it does: who reads the address may interrupt at once.
    const end = interrupted()
    address.write(`${url}/v1\n`)
    await end
    await served.close()
    // The summary counts what is durable.
    await file?.close()
    file = undefined
    if (!flags.quiet) io.stderr.write(endText(tally, serving, flags.ledger))
  } finally {
    await file?.close()
  }
}
