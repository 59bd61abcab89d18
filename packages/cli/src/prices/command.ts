import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseDate } from '../flags/date.ts'
import type { PricesFlags } from './run.ts'

const description = `The rows of the catalogue: what a model or a machine costs, since when, who says so, when it was seen, and how sure
that is. Without --on: today's rows. A row that is open at an end is in force until told otherwise.

EXAMPLES
  breakeven prices gpt-4o
  breakeven prices gpt-3.5-turbo --on 2023-04-24
  breakeven prices claude --all --json
  breakeven prices ml.g5.2xlarge`

export const pricesCommand: Command<CliContext> = buildCommand<PricesFlags, [string?], CliContext>({
  loader: async () => {
    const { runPrices } = await import('./run.ts')
    return function prices(flags, text) {
      runPrices(flags, text, this.io)
    }
  },
  parameters: {
    flags: {
      on: {
        kind: 'parsed',
        parse: parseDate,
        optional: true,
        placeholder: 'YYYY-MM-DD',
        brief: 'Rows in force on this day; today by default',
      },
      all: { kind: 'boolean', default: false, withNegated: false, brief: 'Rows of all dates, past ones too' },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'As JSON' },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: (text: string) => text,
          optional: true,
          placeholder: 'text',
          brief: 'A part of a provider, model or machine name',
        },
      ],
    },
  },
  docs: { brief: 'Prices with dates, sources and how sure they are', fullDescription: description },
})
