import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../packages/cli/src/app.ts'
import { testIo } from '../packages/cli/src/test-io.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')

test('the worked example of README prints what README says', async () => {
  const example = readme.slice(readme.indexOf('## A worked example'), readme.indexOf('That is the picture above'))
  const [command = '', printed = ''] = [...example.matchAll(/```(?:sh)?\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  )
  const words = command.replaceAll('\\\n', ' ').trim().split(/\s+/)
  expect(words.slice(0, 3)).toEqual(['npm', 'start', '--'])
  const args = words.slice(3)
  const chart = args.indexOf('--chart')
  const io = testIo({ isTTY: true, columns: 120 })
  expect(await runCli(args.toSpliced(chart, 2), io)).toBe(0)
  expect(io.out().startsWith(printed)).toBe(true)
})

test('every file that README links to is there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '')
  expect(links.length).toBeGreaterThan(8)
  expect(links.filter((link) => !existsSync(join(import.meta.dirname, '..', link)))).toEqual([])
})

test('README counts the rows of the price book as they are', () => {
  const folder = join(import.meta.dirname, '../data/api-prices')
  const rows = readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    // One line a row, and a header: no cell of the book spans lines.
    .reduce((sum, name) => sum + readFileSync(join(folder, name), 'utf8').trim().split('\n').length - 1, 0)
  expect(readme).toContain(`${rows.toLocaleString('en-US')} dated rows`)
})
