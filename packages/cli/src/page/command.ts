import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseAmount } from '../flags/number.ts'
import type { PageFlags } from './run.ts'

const description = `Serves the page to this machine: the same core in the browser, where the break-even can be seen, moved and shared.
Files that are dropped on it are read in the browser; nothing leaves the machine.

EXAMPLES
  breakeven page
  breakeven page --port 8080 --no-open`

export const pageCommand: Command<CliContext> = buildCommand<PageFlags, [], CliContext>({
  loader: async () => {
    const { runPage } = await import('./run.ts')
    return function page(flags) {
      return runPage(flags, this.io)
    }
  },
  parameters: {
    flags: {
      port: {
        kind: 'parsed',
        parse: parseAmount,
        default: '4173',
        placeholder: 'N',
        brief: 'Where to listen; 0 takes any free port',
      },
      open: { kind: 'boolean', default: true, brief: 'Open a browser' },
    },
  },
  docs: { brief: 'See the break-even, move it, share it: the page, served locally', fullDescription: description },
})
