import { InputError } from '@breakeven/core'
import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import { latencyTargetFlags } from '../flags/latency.ts'
import { parseAmount, parseCount, parsePositive } from '../flags/number.ts'
import { parseMap } from '../flags/pair.ts'
import type { CapacityWish } from './run.ts'
import type { SearchWish } from './search.ts'

const description = `What one replica of a model carries on a machine: tokens of context beside the weights, requests a second within the
latency target, and the latency there, or under a rate or a number of requests at a time that you name. What is not named
is chosen: the least quantised precision that fits, split over as many accelerators as carry most.

Without a machine it is a search: every machine, precision and split, and how many of them hold the target on your usage
files or at --requests-per-second; the best are simulated. With --instance, --search looks at all ways to run it there.

EXAMPLES
  breakeven capacity --model llama-3.1-8b --requests-per-second 20
  breakeven capacity usage.csv --model qwen3-32b --precision bf16 --spare 1
  breakeven capacity --model llama-3.1-8b --instance ml.g5.2xlarge
  breakeven capacity --model llama-3.1-70b --instance ml.p5.48xlarge --precision fp8 --tensor-parallel 4 --concurrency 32
  breakeven capacity --model flan-ul2 --instance ml.g5.12xlarge --input-tokens 500 --output-tokens 100 --json`

const text = (input: string): string => input

type Flags = Omit<SearchWish, 'percentile' | 'region' | 'purchase' | 'spare' | 'top'> &
  Partial<Pick<SearchWish, (typeof OF_SEARCH)[number]>> &
  Pick<CapacityWish, 'concurrency'> & { readonly search: boolean }

/** What only a search can be asked. */
const OF_SEARCH = ['percentile', 'region', 'purchase', 'spare', 'top', 'map'] as const

const TOP = 12

const searchFlags = ({ search: _search, concurrency, ...flags }: Flags): SearchWish => {
  if (concurrency !== undefined)
    throw new InputError('--concurrency loads one replica, and a search is for a load that comes', {
      hint: 'name the machine with --instance, or the load with --requests-per-second',
    })
  const { percentile = 'p95', region = 'us-east-1', purchase = 'on-demand', spare = 0, top = TOP } = flags
  return { ...flags, percentile, region, purchase, spare, top }
}

/** One replica has no fleet to be asked about. */
const replicaFlags = (flags: Flags & { readonly instance: string }, files: readonly string[]): CapacityWish => {
  const only = OF_SEARCH.find((name) => flags[name] !== undefined)
  if (only !== undefined)
    throw new InputError(`--${only} is about a fleet, and --instance asks about one replica`, {
      hint: 'add --search for all ways to run the model on that machine',
    })
  if (files.length > 0)
    throw new InputError('files are traffic for a fleet, and --instance asks about one replica', {
      hint: 'add --search, or `breakeven simulate FILE --host MODEL@INSTANCE`',
    })
  return flags
}

export const capacityCommand: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  loader: async () => {
    const [{ runCapacity }, { runSearch }] = await Promise.all([import('./run.ts'), import('./search.ts')])
    return async function capacity(flags, ...files) {
      const { instance, search } = flags
      if (search || instance === undefined) await runSearch(searchFlags(flags), files, this.io)
      else runCapacity(replicaFlags({ ...flags, instance }, files), this.io)
    }
  },
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: text, placeholder: 'MODEL', brief: 'An open model of the catalogue' },
      instance: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'INSTANCE',
        brief: 'A machine of the catalogue; without it, all are searched',
      },
      search: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Every precision and split, and how many machines the load takes',
      },
      precision: {
        kind: 'enum',
        values: ['fp32', 'bf16', 'fp8', 'fp4', 'int8', 'int4'],
        optional: true,
        brief: 'Weights in this precision',
      },
      tensorParallel: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: 'Split over so many accelerators',
      },
      engine: { kind: 'parsed', parse: text, optional: true, placeholder: 'ENGINE', brief: 'vllm, tgi-1, trt-llm, …' },
      inputTokens: {
        kind: 'parsed',
        parse: parseAmount,
        optional: true,
        placeholder: 'N',
        brief: 'Prompt tokens of a request; 1,000 by default, or as many as the model reads',
      },
      outputTokens: {
        kind: 'parsed',
        parse: parseAmount,
        optional: true,
        placeholder: 'N',
        brief: 'Completion tokens of a request; 200 by default, none of an encoder',
      },
      requestsPerSecond: {
        kind: 'parsed',
        parse: parsePositive,
        optional: true,
        placeholder: 'N',
        brief: 'So many come a second, by chance: to one replica, or in a search to all',
      },
      concurrency: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: 'Latency when so many are always in it',
      },
      ...latencyTargetFlags,
      percentile: {
        kind: 'enum',
        values: ['p95', 'p99'],
        optional: true,
        brief: 'In a search: which share of requests sees the target; p95 by default',
      },
      region: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'REGION',
        brief: 'In a search: AWS region; us-east-1 by default',
      },
      purchase: {
        kind: 'enum',
        values: ['on-demand', 'one-year', 'spot'],
        optional: true,
        brief: 'In a search: how machines are bought; on-demand by default',
      },
      spare: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: 'In a search: machines beside those that hold the target, for when one fails',
      },
      top: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: `In a search: how many the table shows; ${TOP} by default`,
      },
      map: {
        kind: 'parsed',
        parse: parseMap,
        optional: true,
        placeholder: 'OURS=THEIRS,…',
        brief: 'Columns of a table of your own: input=prompt_tokens,output=completion_tokens',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'As JSON' },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress on stderr' },
    },
    positional: {
      kind: 'array',
      parameter: {
        parse: text,
        placeholder: 'files',
        brief: 'In a search: usage files whose requests are the load',
      },
    },
  },
  docs: {
    brief: 'What a replica carries on a machine; or which machines run a model best',
    fullDescription: description,
  },
})
