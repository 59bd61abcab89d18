import { execFileSync } from 'node:child_process'
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
})
