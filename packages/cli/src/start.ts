// `npm start`: the command from source, and without arguments its first job on the example log.
import { relative } from 'node:path'
import { chdir, env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { runCli } from './app.ts'
import { processIo } from './io.ts'

// npm runs a script in the project's folder; the paths that are given are meant from where the user stands.
if (env['INIT_CWD'] !== undefined) chdir(env['INIT_CWD'])

const example = relative('.', fileURLToPath(new URL('../../../examples/usage.csv', import.meta.url)))
const given = process.argv.slice(2)

process.exitCode = await runCli(given.length > 0 ? given : ['compare', example], processIo())
