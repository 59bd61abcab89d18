import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const cli = join(import.meta.dirname, '../packages/cli')
let folder = ''
let tarball = ''

/** npm as a person has it: on its own Node, nothing of this repository in its environment. */
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakeven-pack-'))
  npm(['pack', '--loglevel=error', '--pack-destination', folder], cli)
  tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
  )
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the packed command, in an empty folder, without a network', () => {
  const empty = (): string => mkdtempSync(join(folder, 'empty-'))
  const breakeven = (cwd: string, ...args: readonly string[]): string =>
    npm(['exec', '--offline', '--yes', `--package=${tarball}`, '--', 'breakeven', ...args], cwd)

  test('npx runs it: version, prices and the article to the cent', () => {
    const cwd = empty()
    expect(breakeven(cwd, '--version').trim()).toBe('0.1.0')
    const { options } = JSON.parse(
      breakeven(cwd, 'compare', '--preset', 'article-2023', '--requests-per-day', '1500000', '--json'),
    ) as { options: { usdPerDay: number }[] }
    expect(options.map(({ usdPerDay }) => usdPerDay.toFixed(6))).toEqual(['167.500032', '2001.000000'])
    expect(breakeven(cwd, 'prices', 'gpt-4o', '--on', '2024-06-15')).toMatch(/openai\/gpt-4o +standard +2024-05-13/)
  }, 60_000)

  test('it brings no CDK, DuckDB or resvg, and says what a PNG needs', () => {
    const cwd = empty()
    npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], cwd)
    expect(readdirSync(join(cwd, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['breakeven'])
    const args = ['compare', '--preset', 'article-2023', '--chart', 'cost.png']
    expect(() =>
      execFileSync(join(cwd, 'node_modules/.bin/breakeven'), args, {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      }),
    ).toThrow(/a PNG needs the optional package @resvg\/resvg-js/)
    execFileSync(join(cwd, 'node_modules/.bin/breakeven'), [...args.slice(0, 4), 'cost.svg'], { cwd, stdio: 'pipe' })
    expect(readdirSync(cwd)).toContain('cost.svg')
  }, 60_000)

  test('it finds the worker that simulates beside it', () => {
    const cwd = empty()
    npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], cwd)
    // Enough to be played that threads are started for it.
    const args = ['capacity', '--model', 'llama-3.1-8b', '--requests-per-second', '60', '--json']
    const found = JSON.parse(
      execFileSync(join(cwd, 'node_modules/.bin/breakeven'), args, { cwd, encoding: 'utf8' }),
    ) as { simulated: number; best: { estimate: string } }
    expect(found).toMatchObject({ best: { estimate: 'simulated' } })
    expect(found.simulated).toBeGreaterThanOrEqual(20)
  }, 60_000)

  test('it serves the local path with the Lambda file that it carries, and says what the small model needs', async () => {
    const cwd = empty()
    npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], cwd)
    const args = ['serve', '--local', '--twin', 'llama-3.1-8b@ml.g5.2xlarge', '--output-tokens', '2', '--port', '0']
    const child = spawn(process.execPath, [join(cwd, 'node_modules/breakeven/dist/breakeven.js'), ...args], {
      cwd,
      env: { BREAKEVEN_KEY: 'k' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    try {
      let [out, err] = ['', '']
      child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
      child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      expect(err).toMatch(/left out\. npm install @energetic-ai\/core@/)
      const messages = [{ role: 'user', content: 'Hello!' }]
      const answer = await fetch(`${out.trim()}/chat/completions`, {
        method: 'POST',
        headers: { 'x-api-key': 'k', 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'llama-3.1-8b',
          messages,
          stream: true,
          stream_options: { include_usage: true },
        }),
      })
      expect(await answer.text()).toMatch(/"completion_tokens":2.*\n\ndata: \[DONE\]/)
      child.kill('SIGINT')
      // Closed: all that it said is here.
      expect(await once(child, 'close')).toEqual([0, null])
      expect(err).toContain('1 call (1 ok), 9 tokens in, 2 out')
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)
})
