import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { InputError } from '@breakeven/core'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Where the published command carries the page: beside its entry, seen from the entry and from its chunks. */
const CARRIED = ['./page', '../page']

/** The page's source, when the command runs from it. */
const SOURCE = '../../../web'

const run = (script: string, args: readonly string[], folder: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve()
      else reject(new InputError('the page could not be built', { hint: 'run `npm ci`, then try again' }))
    })
  })

/**
 * The folder of the built page. From source it is built first (about a second), so that it is never older than the code.
 *
 * @throws InputError where there is no page to serve.
 */
export const pageFolder = async (): Promise<string> => {
  const carried = CARRIED.map(at).find((folder) => existsSync(`${folder}/index.html`))
  if (carried !== undefined) return carried
  const source = at(SOURCE)
  const vite = at('../../../../node_modules/vite/bin/vite.js')
  if (existsSync(`${source}/vite.config.ts`) && existsSync(vite)) {
    await run(vite, ['build', '--logLevel', 'error'], source)
    return `${source}/dist`
  }
  throw new InputError('the files of the page are missing from this installation', { hint: 'install breakeven again' })
}
