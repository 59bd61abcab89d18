import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { nodeTooOld } from './node-version.ts'

describe('which Node runs the command', () => {
  test.each(['20.20.2', '22.18.0', '18.0.0'])('%s is too old, and the line says what is needed', (version) => {
    expect(nodeTooOld(version)).toContain('needs Node 22.19 or newer')
    expect(nodeTooOld(version)).toContain(`this is ${version}.`)
  })

  test.each(['22.19.0', '22.20.1', '24.0.0'])('%s runs it', (version) => {
    expect(nodeTooOld(version)).toBeUndefined()
  })

  test('what is said is what the package asks for', () => {
    expect(manifest.engines.node).toBe('>=22.19')
  })
})

test('the command says so in one line, exit 2, before it loads anything', { timeout: 30_000 }, async () => {
  const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})`
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, ['--import', pretend, main, 'prices'], { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    )
  })
  expect(ended).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^breakeven needs Node 22\.19 or newer; this is 20\.20\.2\..*\n$/),
  })
})
