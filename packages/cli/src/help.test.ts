import { expect, test } from 'vitest'
import { runCli } from './app.ts'
import { fitHelp } from './help.ts'
import { testIo } from './test-io.ts'

const helpOf = async (command: string, columns: number): Promise<string> => {
  const io = testIo({ isTTY: true, columns })
  expect(await runCli([command, '--help'], io)).toBe(0)
  return io.out()
}

test.each(['compare', 'inspect', 'prices', 'capacity', 'simulate', 'validate', 'page'])(
  'the flags of %s fit a terminal of 80 columns, none lost',
  async (command) => {
    const [narrow, wide] = [await helpOf(command, 80), await helpOf(command, 100)]
    const flags = narrow.slice(narrow.indexOf('FLAGS'))
    expect(Math.max(...flags.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    const names = (text: string): string[] => text.match(/^ +--[a-z-]+/gm) ?? []
    expect(names(narrow).length).toBeGreaterThan(2)
    expect(names(narrow)).toEqual(names(wide))
  },
)

test('values and defaults follow their brief; a switch that is off says nothing of it', () => {
  const text = [
    'FLAGS',
    '     [--purchase]          How machines are bought            [on-demand|one-year|spot, default: on-demand]',
    '     [--api]...            Only these API models; repeatable',
    '     [--quiet]             No progress on stderr              [default: false]',
    '  -h  --help               Show this and exit',
  ].join('\n')
  expect(fitHelp(text, 60)).toBe(
    [
      'FLAGS',
      '  --purchase  How machines are bought',
      '              [on-demand|one-year|spot, default: on-demand]',
      '  --api...    Only these API models; repeatable',
      '  --quiet     No progress on stderr',
      '  --help, -h  Show this and exit',
    ].join('\n'),
  )
})
