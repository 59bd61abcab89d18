import { spawn } from 'node:child_process'
import { InputError } from '@breakeven/core'
import type { Io } from '../io.ts'
import { pageFolder } from './files.ts'
import { servePage } from './serve.ts'

export type PageFlags = { readonly port: number; readonly open: boolean }

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Asks the system for a browser. Where there is none (a server, a container), the printed address is enough. */
const openBrowser = (url: string): void => {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => undefined)
  child.unref()
}

const MOST_PORT = 65_535

/** `breakeven page`: serves until it is interrupted. */
export const runPage = async ({ port, open }: PageFlags, io: Io): Promise<void> => {
  if (!Number.isInteger(port) || port > MOST_PORT)
    throw new InputError(`--port ${port}: ports are whole numbers from 0 to ${MOST_PORT}`)
  const page = await servePage(await pageFolder(), port)
  io.stdout.write(`${page.url}\n`)
  io.stderr.write('Served to this machine only. Ctrl-C ends it.\n')
  if (open) openBrowser(page.url)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  await page.close()
}
