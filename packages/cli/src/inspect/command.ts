import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { readingFlags } from '../flags/reading.ts'
import type { InspectFlags } from './run.ts'

const description = `Reads usage files and says what they hold: the format, the time they span, calls and tokens, and every entry that was
left out, with the reason. Nothing is dropped silently, and nothing leaves this machine.

EXAMPLES
  breakeven inspect usage.csv
  breakeven inspect exports/ --json
  breakeven inspect ~/.claude/projects --out traffic.parquet
  zcat log.jsonl.gz | breakeven inspect -`

export const inspectCommand: Command<CliContext> = buildCommand<InspectFlags, string[], CliContext>({
  loader: async () => {
    const { runInspect } = await import('./run.ts')
    return function inspect(flags, ...files) {
      return runInspect(flags, files, this.io)
    }
  },
  parameters: {
    flags: {
      ...readingFlags,
      out: {
        kind: 'parsed',
        parse: (path: string) => path,
        optional: true,
        placeholder: 'FILE.parquet',
        brief: 'Write the rows as Parquet, for compare, DuckDB, Athena or Spark; needs @duckdb/node-api',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'As JSON' },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress on stderr' },
    },
    positional: {
      kind: 'array',
      parameter: {
        parse: (path: string) => path,
        placeholder: 'files',
        brief: 'Usage files or folders; - is standard input',
      },
    },
  },
  docs: { brief: 'What usage files hold, and what was left out', fullDescription: description },
})
