// Every check and every test, each step on one line with its seconds; the output of a step that fails is shown.
// A failing check does not stop the ones after it. The last line of stdout is the tally alone:
// each check counts as one test. Arguments go to vitest: `npm test -- packages/core`.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }

const checks = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', command: ['tsc', '-b'] },
  { name: 'unused', command: ['knip', '--no-progress'] },
]

/** Runs to the end with stdin closed; resolves to exit code and both outputs in the order they came. */
const run = ([program, ...args], onText = () => {}) =>
  new Promise((resolve) => {
    const child = spawn(join(bin, program), args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const take = (text) => {
      output += text
      onText(text)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })

const say = (text) => process.stdout.write(`${text}\n`)
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(7)
const total = { passed: 0, failed: 0, skipped: 0 }

for (const { name, command } of checks) {
  const startedAt = performance.now()
  const { code, output } = await run(command)
  total[code === 0 ? 'passed' : 'failed'] += 1
  say(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${seconds(startedAt)}  ${command.join(' ')}`)
  if (code !== 0) say(output.trimEnd())
}

const tally = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m
const startedAt = performance.now()
const { code, output } = await run(['vitest', 'run', ...process.argv.slice(2)])
const [, passed, failed, skipped] = (output.match(tally) ?? ['', '0', '0', '0']).map(Number)
total.passed += passed
total.skipped += skipped
// Vitest can fail without a failed test, by finding none or by an error between tests.
total.failed += code !== 0 && failed === 0 ? 1 : failed
say(output.replace(tally, '').trimEnd())
say(`${code === 0 ? 'ok    ' : 'FAILED'} tests    ${seconds(startedAt)}  vitest run`)

say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0
