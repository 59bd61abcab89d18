import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'

import type { CliContext } from '../context.ts'
import { deploymentFlags } from '../stack/flags.ts'
import type { DeployFlags } from './run.ts'

const description = `Puts one deployment on AWS, as \`breakeven stack\` writes it. First it looks whether it can work (credentials, the
account's quota for the machine, what is known to fail), says what it costs a day, and asks. Then it follows CloudFormation and gives the
address, or the reason why everything was taken back. A stack of that name is updated.

Credentials are what the AWS tools use: AWS_PROFILE, AWS_ACCESS_KEY_ID, SSO. Without any, the template is written all the same.

EXAMPLES
  breakeven deploy --model llama-3.1-8b --instance ml.g5.2xlarge --token-secret hf-token
  breakeven deploy --model bert-base-uncased --instance ml.m5.xlarge --weights my-org/my-labels --yes
  breakeven destroy --name breakeven-llama-3-1-8b`

export const deployCommand: Command<CliContext> = buildCommand<DeployFlags, [], CliContext>({
  loader: async () => {
    const { runDeploy } = await import('./run.ts')
    return function deploy(flags) {
      return runDeploy(flags, this.io)
    }
  },
  parameters: {
    flags: {
      ...deploymentFlags,
      yes: { kind: 'boolean', default: false, withNegated: false, brief: 'Do not ask: the price is accepted' },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'The outcome as JSON' },
    },
    positional: { kind: 'tuple', parameters: [] },
  },
  docs: { brief: 'Put a deployment on AWS', fullDescription: description },
})
