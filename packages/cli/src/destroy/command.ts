import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import type { DestroyFlags } from './run.ts'

const description = `Takes a deployment of \`breakeven deploy\` off AWS, follows CloudFormation until it is gone, and looks whether each of
its resources is. Stacks of others are not touched. Logs go with the stack, and with them the ledger in /aws/lambda/NAME: save it first.

EXAMPLES
  aws logs tail /aws/lambda/labels --since 30d --format short | grep -o '{"ledger".*' > ledger.jsonl
  breakeven destroy --name breakeven-llama-3-1-8b
  breakeven destroy --name labels --region eu-west-1 --yes`

const text = (input: string): string => input

export const destroyCommand: Command<CliContext> = buildCommand<DestroyFlags, [], CliContext>({
  loader: async () => {
    const { runDestroy } = await import('./run.ts')
    return function destroy(flags) {
      return runDestroy(flags, this.io)
    }
  },
  parameters: {
    flags: {
      name: { kind: 'parsed', parse: text, placeholder: 'NAME', brief: 'Of the stack' },
      region: { kind: 'parsed', parse: text, default: 'us-east-1', placeholder: 'REGION', brief: 'AWS region' },
      yes: { kind: 'boolean', default: false, withNegated: false, brief: 'Do not ask' },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'The outcome as JSON' },
    },
    positional: { kind: 'tuple', parameters: [] },
  },
  docs: { brief: 'Take a deployment off AWS', fullDescription: description },
})
