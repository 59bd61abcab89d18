import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const RUNS = 15
const BUNDLE = fileURLToPath(new URL('../packages/cli/dist/breakeven.js', import.meta.url))

const milliseconds = (args: readonly string[]): number => {
  const started = performance.now()
  spawnSync(process.execPath, args, { stdio: 'ignore' })
  return performance.now() - started
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** `--help` of the built bundle against a Node that does nothing, in turn. */
export const benchStart = (): readonly string[] => {
  if (!existsSync(BUNDLE)) return ['no bundle: run `npm run build` first']
  const [bare, help]: [number[], number[]] = [[], []]
  for (let run = 0; run < RUNS; run += 1) {
    bare.push(milliseconds(['-e', '0']))
    help.push(milliseconds([BUNDLE, '--help']))
  }
  const ratio = median(help) / median(bare)
  return [
    `--help ${median(help).toFixed(0)} ms, node -e 0 ${median(bare).toFixed(0)} ms: ${ratio.toFixed(2)}x (target 2.5x)`,
  ]
}
