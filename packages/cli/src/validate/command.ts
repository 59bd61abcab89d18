import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import type { ValidateFlags } from './run.ts'

const description = `Predicts measured load tests and says how far off it was, by source, engine and accelerator. A row that the model cannot
predict counts as wrong by 100 %, unless the row itself lacks something.

A FILE is a CSV of measurements (columns model, engine, engine_version, precision, gpu, parallelism, kind, input_tokens,
output_tokens, concurrency and what was measured: ttft_ms_mean, tpot_ms_mean, e2e_ms_mean, output_tps, requests_per_s),
a CSV of cache sizes (column kv_tokens_measured), or one run request by request (NAME.requests.jsonl beside NAME.meta.json).

EXAMPLES
  breakeven validate measured.csv
  breakeven validate measured.csv kv-capacity.csv --json
  breakeven validate measured.csv --markdown accuracy.md`

export const validateCommand: Command<CliContext> = buildCommand<ValidateFlags, string[], CliContext>({
  loader: async () => {
    const { runValidate } = await import('./run.ts')
    return function validate(flags, ...files) {
      return runValidate(flags, files, this.io)
    }
  },
  parameters: {
    flags: {
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'As JSON' },
      markdown: {
        kind: 'parsed',
        parse: (path: string) => path,
        optional: true,
        placeholder: 'FILE.md',
        brief: 'Write the tables into a file too, below its own words',
      },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress on stderr' },
    },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: (path: string) => path, placeholder: 'files', brief: 'Measurements' },
    },
  },
  docs: { brief: 'The capacity model against measured load tests', fullDescription: description },
})
