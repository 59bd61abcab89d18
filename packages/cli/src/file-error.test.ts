import { expect, test } from 'vitest'

import { runCli } from './app.ts'
import { fileError } from './file-error.ts'
import { testIo } from './test-io.ts'

const NUMBERS = ['--requests-per-day', '10', '--input-tokens', '100', '--output-tokens', '10']

test.each<[string, readonly string[], RegExp]>([
  [
    '--chart',
    ['compare', ...NUMBERS, '--chart', '/nowhere/x.svg'],
    /--chart: cannot write \/nowhere\/x\.svg: its folder does not exist \(ENOENT\)\n {2}hint: make the folder/,
  ],
  [
    '--catalog',
    ['compare', ...NUMBERS, '--catalog', '/nowhere.yaml'],
    /--catalog: cannot read \/nowhere\.yaml: it does not exist \(ENOENT\)\n {2}hint: check the path/,
  ],
  ['--config', ['serve', '--config', '/nowhere.json'], /--config: cannot read \/nowhere\.json: it does not exist/],
])('%s says in words what is wrong with the file, and what to do', async (_flag, args, message) => {
  const io = testIo()
  expect(await runCli([...args], io)).toBe(2)
  expect(io.err()).toMatch(message)
})

test('what nobody has a word for keeps its code', () => {
  const { message, hint } = fileError('--out', 'writing', 'x', Object.assign(new Error('strange'), { code: 'EODD' }))
  expect([message, hint]).toEqual(['--out: cannot write x: EODD', 'name another file'])
})
