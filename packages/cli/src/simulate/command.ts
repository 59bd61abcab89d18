import { InputError } from '@breakeven/core'
import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import { latencyTargetFlags } from '../flags/latency.ts'
import { parseCount } from '../flags/number.ts'
import { parseHost } from '../flags/pair.ts'
import { readingFlags } from '../flags/reading.ts'
import type { Staffed } from './play.ts'
import type { SimulateFlags } from './run.ts'

const description = `Plays your traffic, request by request as it came, through replicas of a model on a machine: percentiles of the latency,
the queue and the replicas over time. Without a number of replicas it finds the fewest that hold the target. With --at-once
the replicas are the base of a mix: what finds no place among them goes to a renter, and the answer says how much that is.

EXAMPLES
  breakeven simulate usage.csv --host llama-3.1-8b@ml.g5.2xlarge
  breakeven simulate trace.jsonl --host qwen3-32b@ml.p5.48xlarge/fp8/tp2 --replicas 3
  breakeven simulate usage.csv --host llama-3.1-8b@ml.g6e.2xlarge --replicas hourly --percentile p99 --chart day.svg
  breakeven simulate usage.csv --host llama-3.1-8b@ml.g5.2xlarge --replicas 4 --at-once most`

const parseStaffed = (text: string): Staffed => {
  if (text === 'fixed' || text === 'hourly') return text
  try {
    return parseCount(text)
  } catch {
    throw new InputError(`"${text}" is no number of replicas`, { hint: 'write a whole number, fixed or hourly' })
  }
}

const parseAtOnce = (text: string): number | 'most' => {
  if (text === 'most') return text
  try {
    return parseCount(text)
  } catch {
    throw new InputError(`"${text}" is no number of requests at a time`, { hint: 'write a whole number, or most' })
  }
}

export const simulateCommand: Command<CliContext> = buildCommand<SimulateFlags, string[], CliContext>({
  loader: async () => {
    const { runSimulate } = await import('./run.ts')
    return function simulate(flags, ...files) {
      return runSimulate(flags, files, this.io)
    }
  },
  parameters: {
    flags: {
      host: {
        kind: 'parsed',
        parse: parseHost,
        placeholder: 'MODEL@INSTANCE',
        brief: 'What runs where; /fp8 and /tp2 may follow',
      },
      engine: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        placeholder: 'ENGINE',
        brief: 'vllm, tgi-1, trt-llm, …',
      },
      replicas: {
        kind: 'parsed',
        parse: parseStaffed,
        default: 'fixed',
        placeholder: 'N|fixed|hourly',
        brief: 'So many, the fewest that do, or as many as each hour needs',
      },
      routing: {
        kind: 'enum',
        values: ['least-outstanding', 'round-robin'],
        default: 'least-outstanding',
        brief: 'Requests go to the replica with the fewest in it, or to each in turn',
      },
      atOnce: {
        kind: 'parsed',
        parse: parseAtOnce,
        optional: true,
        placeholder: 'N|most',
        brief:
          'Each replica takes so many requests at a time, or the most that hold the target; the rest goes to a renter',
      },
      spare: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: 'Replicas beside those that hold the target, for when one fails',
      },
      ...latencyTargetFlags,
      percentile: {
        kind: 'enum',
        values: ['p95', 'p99'],
        default: 'p95',
        brief: 'Which share of requests sees the target',
      },
      ...readingFlags,
      chart: {
        kind: 'parsed',
        parse: (text: string) => text,
        optional: true,
        placeholder: 'FILE',
        brief: 'Draw it into FILE.svg or .png',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'As JSON' },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress and no notes on stderr' },
    },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: {
        parse: (path: string) => path,
        placeholder: 'files',
        brief: 'Usage files or folders; - is standard input',
      },
    },
  },
  docs: { brief: 'Real traffic through a deployment: latency, queue, replicas', fullDescription: description },
})
