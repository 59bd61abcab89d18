import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import type { CompareFlags } from './flags.ts'
import { compareFlags } from './flags.ts'

const description = `Prices your traffic on today's bill, on every API model and on open models that you would run, and finds
the volume at which running becomes cheaper than renting.

Traffic comes from usage files (see \`breakeven inspect\`), or from --requests-per-day with --input-tokens and
--output-tokens, or --words.

EXAMPLES
  breakeven compare usage.csv
  breakeven compare --requests-per-day 50k --input-tokens 800 --output-tokens 200
  breakeven compare usage.csv --api openai/gpt-4o-mini --host llama-3.1-8b@ml.g5.2xlarge
  breakeven compare usage.csv --chart cost.svg --explain api:openai/gpt-4o-mini
  breakeven compare --preset article-2023 --requests-per-day 1.5M --json`

export const compareCommand: Command<CliContext> = buildCommand<CompareFlags, string[], CliContext>({
  loader: async () => {
    const { runCompare } = await import('./run.ts')
    return function compare(flags, ...files) {
      return runCompare(flags, files, this.io)
    }
  },
  parameters: {
    flags: compareFlags,
    positional: {
      kind: 'array',
      parameter: {
        parse: (path: string) => path,
        placeholder: 'files',
        brief: 'Usage files or folders; - is standard input',
      },
    },
  },
  docs: { brief: 'Rent or run? Every option priced on your traffic, cheapest first', fullDescription: description },
})
