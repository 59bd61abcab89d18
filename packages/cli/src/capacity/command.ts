import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import { parseDuration } from '../flags/duration.ts'
import { parseAmount, parseCount, parsePositive } from '../flags/number.ts'
import type { CapacityFlags } from './run.ts'

const description = `What one replica of a model carries on a machine: tokens of context beside the weights, requests a second within the
latency target, and the latency there, or under a rate or a number of requests at a time that you name.

What is not named is chosen: the least quantised precision that fits, split over as many accelerators as carry most.

EXAMPLES
  breakeven capacity --model llama-3.1-8b --instance ml.g5.2xlarge
  breakeven capacity --model llama-3.1-70b --instance ml.p5.48xlarge --precision fp8 --tensor-parallel 4 --concurrency 32
  breakeven capacity --model flan-ul2 --instance ml.g5.12xlarge --input-tokens 500 --output-tokens 100 --json`

const text = (input: string): string => input

export const capacityCommand: Command<CliContext> = buildCommand<CapacityFlags, [], CliContext>({
  loader: async () => {
    const { runCapacity } = await import('./run.ts')
    return function capacity(flags) {
      runCapacity(flags, this.io)
    }
  },
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: text, placeholder: 'MODEL', brief: 'An open model of the catalogue' },
      instance: { kind: 'parsed', parse: text, placeholder: 'INSTANCE', brief: 'A machine of the catalogue' },
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
        default: '1000',
        placeholder: 'N',
        brief: 'Prompt tokens of a request',
      },
      outputTokens: {
        kind: 'parsed',
        parse: parseAmount,
        default: '200',
        placeholder: 'N',
        brief: 'Completion tokens of a request',
      },
      requestsPerSecond: {
        kind: 'parsed',
        parse: parsePositive,
        optional: true,
        placeholder: 'N',
        brief: 'Latency when so many come a second, by chance',
      },
      concurrency: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: 'Latency when so many are always in it',
      },
      ttft: {
        kind: 'parsed',
        parse: parseDuration,
        default: '2s',
        placeholder: 'TIME',
        brief: 'Latency target: time to first token',
      },
      tpot: {
        kind: 'parsed',
        parse: parseDuration,
        default: '100ms',
        placeholder: 'TIME',
        brief: 'Latency target: time per further token',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'As JSON' },
    },
    positional: { kind: 'tuple', parameters: [] },
  },
  docs: { brief: 'What one replica of a model carries on a machine', fullDescription: description },
})
