import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import { deploymentFlags } from './flags.ts'
import type { StackFlags } from './run.ts'

const description = `Writes one deployment as a CloudFormation template that any client can put up as it is: API Gateway, the gateway in
Lambda, and the model on a SageMaker endpoint, with keys, throttling, scaling, alarms, log retention and a budget. Beside it a receipt in
which every line names what is charged for it, and every resource its line. \`breakeven compare\` gives the same sum.

Nothing is sent anywhere: \`breakeven deploy\` does that. What is known not to work (gated weights without a token) is written all the
same, and ends with exit 2, so that no script goes on to put it up; --force ends it with 0.

EXAMPLES
  breakeven stack --model llama-3.1-8b --instance ml.g5.2xlarge --token-secret hf-token --out llama
  breakeven stack --model bert-base-uncased --instance ml.m5.xlarge --weights my-org/my-labels
  breakeven stack --model flan-ul2 --instance ml.g5.4xlarge --precision int8 --requests-per-day 500 --json`

export const stackCommand: Command<CliContext> = buildCommand<StackFlags, [], CliContext>({
  loader: async () => {
    const { runStack } = await import('./run.ts')
    return function stack(flags) {
      return runStack(flags, this.io)
    }
  },
  parameters: {
    flags: {
      ...deploymentFlags,
      force: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'No error for what is known not to work',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'The receipt as JSON' },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No notes on stderr' },
    },
    positional: { kind: 'tuple', parameters: [] },
  },
  docs: { brief: 'A deployment as a CloudFormation template, with its receipt', fullDescription: description },
})
