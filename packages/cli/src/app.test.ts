import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { runCli } from './app.ts'
import { testIo } from './test-io.ts'

const call = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(args, io)
  return { code, out: io.out(), err: io.err() }
}

test('--version prints the version alone', async () => {
  expect(await call('--version')).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' })
})

test.each([[[]], [['--help']], [['compare', '--help']], [['inspect', '--help']], [['prices', '-h']]])(
  '%j shows examples',
  async (args) => {
    const { code, out, err } = await call(...args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('EXAMPLES\n  breakeven ')
  },
)

describe('a wrong command line is exit 2, says what and what to do, and prints no result', () => {
  test.each([
    ['unknown command', ['comprae'], 'there is no command "comprae"\n  hint: did you mean compare?'],
    [
      'a file in place of a command',
      ['usage.csv'],
      'there is no command "usage.csv"\n  hint: to price the traffic in it: breakeven compare usage.csv',
    ],
    [
      'a flag in place of a command',
      ['--words', '5'],
      '--words needs a command before it\n  hint: as in: breakeven compare --words …',
    ],
    ['unknown flag', ['compare', '--ttff', '2s'], 'there is no flag --ttff\n  hint: did you mean --ttft?'],
    [
      'unknown flag like no other',
      ['compare', '--xylophone'],
      'there is no flag --xylophone\n  hint: --help lists the flags',
    ],
    [
      'value without its unit',
      ['compare', '--ttft', '2'],
      '--ttft: "2" is not a duration\n  hint: did you mean 2ms or 2s?',
    ],
    ['not a number', ['compare', '--requests-per-day', 'NaN'], '--requests-per-day: "NaN" is not a number above 0'],
    ['negative number', ['compare', '--requests-per-day=-5'], '--requests-per-day: "-5" is not a number above 0'],
    ['not a day', ['prices', '--on', '2023-02-30'], '--on: "2023-02-30" is not a date'],
    [
      'not of the list',
      ['compare', '--format', 'xml'],
      '--format: "xml" is not one of its values\n  hint: allowed: table, json, csv or markdown',
    ],
    ['flag without its value', ['compare', '--region'], 'region'],
    ['too many names', ['prices', 'a', 'b'], 'Too many arguments'],
    ['no files', ['inspect'], 'files'],
  ])('%s', async (_name, args, message) => {
    const { code, out, err } = await call(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^breakeven: .+\n {2}hint: .+\n$/)
    expect(err).toContain(message)
  })
})

describe('wrong input is exit 2 with its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakeven-'))
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  test.each([
    ['no such file', join(folder, 'none.csv')],
    ['empty', file('empty.csv', '')],
    ['header only', file('header.csv', 'timestamp,model,input_tokens,output_tokens\n')],
    ['not a usage file', file('letter.txt', 'Dear Sir,\nthank you for your letter.\n')],
    [
      'negative tokens',
      file('negative.csv', 'timestamp,model,input_tokens,output_tokens\n2026-01-01T00:00:00Z,gpt-4o,-5,-1\n'),
    ],
  ])('%s', async (_name, path) => {
    const { code, out, err } = await call('compare', path)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^breakeven: .+/)
    expect(err).toContain(path)
  })
})

describe('inspect', () => {
  test('counts what a file holds, as text and as JSON', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'breakeven-')), 'two.csv')
    writeFileSync(
      path,
      'timestamp,model,input_tokens,output_tokens\n2026-01-01T00:00:00Z,gpt-4o,100,20\n2026-01-01T01:00:00Z,gpt-4o,300,40\n',
    )
    const json = await call('inspect', path, '--json')
    expect(json.code).toBe(0)
    expect(JSON.parse(json.out)).toMatchObject({
      schema: 'breakeven/import@1',
      total: { requests: 2, input: 400, output: 60 },
    })
    expect((await call('inspect', path)).out).toMatch(/requests\s+2\n/)
  })
})
