// The installed command. The exit code is set, not forced: what is written to a pipe gets there first.
import { nodeTooOld } from './node-version.ts'

const refusal = nodeTooOld(process.versions.node)
if (refusal === undefined) {
  // Only now: what they import fails with a stack trace on a Node that is too old, before any line of ours runs.
  const [{ runCli }, { processIo }] = await Promise.all([import('./app.ts'), import('./io.ts')])
  process.exitCode = await runCli(process.argv.slice(2), processIo())
} else {
  process.stderr.write(`${refusal}\n`)
  process.exitCode = 2
}
