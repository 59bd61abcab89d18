// The installed command. The exit code is set, not forced: what is written to a pipe gets there first.
import { runCli } from './app.ts'
import { processIo } from './io.ts'

process.exitCode = await runCli(process.argv.slice(2), processIo())
