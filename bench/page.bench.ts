/**
 * The page's budgets: `node bench/page.bench.ts`. What travels for the first answer, an answer in closed form against one
 * frame, a key stroke until its answer stands on the page, and the longest task while a log of 100 MB is read.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { loadCatalog } from '@breakeven/catalog'
import type { Watched } from '../packages/web/src/fixtures/browser.ts'
import { loadedFiles, longestTask, openStage } from '../packages/web/src/fixtures/browser.ts'
import { unwireResult, wireResult } from '../packages/web/src/solve/messages.ts'
import { solve } from '../packages/web/src/solve/solve.ts'
import type { Settings } from '../packages/web/src/state/settings.ts'
import { readFragment } from '../packages/web/src/state/fragment.ts'

const FRAME_MS = 16
const ON = 'on=2026-11-24'
/** About 50 options: ten models to rent, nine to run on six machines. */
const FIFTY = `v=1&${ON}&requests=50000&in=1500&out=400&api=openai/gpt-5-mini,openai/gpt-5.4,openai/gpt-4o,openai/gpt-4o-mini,openai/gpt-5,anthropic/claude-haiku-5-5,anthropic/claude-sonnet-5-5,google-gemini-api/gemini-2.5-flash,google-gemini-api/gemini-2.5-pro,mistral/mistral-large-3&models=gpt-oss-20b,gpt-oss-120b,llama-3.3-70b,llama-3.1-8b,llama-3.1-70b,qwen3-32b,qwen3-8b,phi-4,gemma-3-27b&machines=ml.g5.2xlarge,ml.g5.12xlarge,ml.g6e.xlarge,ml.g6e.12xlarge,ml.g6.xlarge,ml.p5.48xlarge`

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const say = (name: string, value: string, budget: string): void =>
  console.log(`${name.padEnd(46)} ${value.padStart(10)}   (budget ${budget})`)

const gzipped = async (folder: string, names: readonly string[]): Promise<number> => {
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(join(folder, name))).length))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** All that the browser has asked for until a simulated answer stands; what reads files and draws them comes when it is needed. */
const sizes = async (folder: string, page: Watched['page']): Promise<void> => {
  const files = (await loadedFiles(page)).filter((path) => path !== 'catalogue.bin')
  say(`first load, ${files.length} files, gzipped`, kb(await gzipped(folder, files)), '250 KB')
  say('catalogue, as it is sent', kb((await readFile(join(folder, 'catalogue.bin'))).length), '150 KB')
}

/** One answer: worked out, written for the page, copied, read there. The best of many: the others had company on the machine. */
const recalculation = (): void => {
  const catalog = loadCatalog()
  const { settings } = readFragment(FIFTY, '2026-11-24')
  let options = 0
  const once = (round: number): number => {
    const { traffic } = settings
    const asked: Settings =
      traffic.kind === 'numbers'
        ? { ...settings, traffic: { ...traffic, requestsPerDay: 50_000 + round * 97 } }
        : settings
    const before = performance.now()
    const result = solve({ catalog, settings: asked })
    unwireResult(structuredClone(wireResult(result)))
    const ms = performance.now() - before
    if (result.kind === 'answer') options = result.comparison.options.length
    return ms
  }
  const times = Array.from({ length: 120 }, (_, round) => once(round))
    .slice(20)
    .toSorted((a, b) => a - b)
  say(
    `an answer in closed form over ${options} options`,
    `${(times[0] ?? Number.NaN).toFixed(1)} ms`,
    `a frame, ${FRAME_MS} ms`,
  )
}

/** From the key to the new answer on the page, by the page's own clock. */
const keyToAnswer = async (page: Watched['page']): Promise<number> => {
  const input = page.locator('input[name="requests"]')
  const times: number[] = []
  for (let round = 0; round < 15; round += 1) {
    const arrived = page.evaluate(`new Promise((resolve) => {
      document.querySelector('input[name="requests"]').addEventListener('input', () => {
        const from = performance.now()
        new MutationObserver((_changes, observer) => {
          observer.disconnect()
          resolve(performance.now() - from)
        }).observe(document.querySelector('.verdict'), { characterData: true, subtree: true, childList: true })
      }, { capture: true, once: true })
    })`)
    await input.fill(String(60_000 + round * 10_000))
    times.push((await arrived) as number)
  }
  return median(times)
}

const LOG_BYTES = 100e6
const writeLog = async (path: string): Promise<number> => {
  const out = createWriteStream(path)
  out.write('timestamp,model,project,input_tokens,cached_tokens,output_tokens\n')
  let rows = 0
  for (let bytes = 0; bytes < LOG_BYTES; rows += 1000) {
    const lines = Array.from({ length: 1000 }, (_, line) => {
      const at = rows + line
      return `${new Date(Date.UTC(2026, 9, 1) + at * 2000).toISOString()},gpt-4o${at % 3 === 0 ? '-mini' : ''},team-${at % 7},${500 + (at % 977)},${at % 5 === 0 ? 100 : 0},${20 + (at % 211)}\n`
    }).join('')
    bytes += lines.length
    out.write(lines)
  }
  out.end()
  await finished(out)
  return rows
}

const stage = await openStage()
const folder = await mkdtemp(join(tmpdir(), 'breakeven-page-bench-'))
try {
  const first = await stage.open(ON)
  await first.page.locator('[data-estimate="simulated"]').waitFor({ timeout: 60_000 })
  await sizes(stage.folder, first.page)
  await first.page.close()
  recalculation()
  const { page } = await stage.open(`${FIFTY}&estimate=closed-form`)
  say(
    'a key stroke until its answer stands there',
    `${(await keyToAnswer(page)).toFixed(0)} ms`,
    'not to be felt, 100 ms',
  )
  const path = join(folder, 'log.csv')
  const rows = await writeLog(path)
  let seconds = 0
  const longest = await longestTask(page, async () => {
    const started = performance.now()
    await page.locator('input[name="files"]').setInputFiles(path)
    await page.locator('.from-file').waitFor({ timeout: 120_000 })
    await page.locator('main[aria-busy="false"]').waitFor()
    seconds = (performance.now() - started) / 1000
  })
  say(`the page's longest task, a log of 100 MB`, `${longest.toFixed(0)} ms`, '200 ms')
  console.log(`  ${rows.toLocaleString('en-US')} rows read and answered in ${seconds.toFixed(1)} s`)
} finally {
  await rm(folder, { recursive: true, force: true })
  await stage.close()
}
