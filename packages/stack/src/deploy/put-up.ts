import { randomUUID } from 'node:crypto'
import { CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation'
import { InputError } from '@breakeven/core'

import type { Aws } from './aws.ts'
import { follow, type Followed, type Following } from './follow.ts'
import { type Reason, reasonsOf } from './reasons.ts'
import { asking, isNamed } from './refusal.ts'
import { findStack, outputsOf, readinessOf } from './stack-state.ts'

export type PutUp =
  | {
      readonly kind: 'done'
      readonly action: 'created' | 'updated' | 'unchanged'
      readonly outputs: Followed['outputs']
    }
  /** CloudFormation took back what it had begun. */
  | { readonly kind: 'failed'; readonly status: string; readonly reasons: readonly Reason[] }

/** Creating roles has to be said aloud; those of the stack have no names of their own. */
const CAPABILITIES = ['CAPABILITY_IAM' as const]
const MOST_MINUTES = 120

type Begun = { readonly stackId: string; readonly token: string; readonly action: 'created' | 'updated' | 'unchanged' }

const create = async ({ cloudFormation }: Aws, name: string, template: string): Promise<Begun> => {
  const token = randomUUID()
  const { StackId } = await cloudFormation.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: template,
      Capabilities: CAPABILITIES,
      ClientRequestToken: token,
      OnFailure: 'ROLLBACK',
      TimeoutInMinutes: MOST_MINUTES,
      Tags: [{ Key: 'breakeven', Value: name }],
    }),
  )
  return { stackId: StackId ?? name, token, action: 'created' }
}

const update = async ({ cloudFormation }: Aws, name: string, stackId: string, template: string): Promise<Begun> => {
  const token = randomUUID()
  try {
    await cloudFormation.send(
      new UpdateStackCommand({
        StackName: name,
        TemplateBody: template,
        Capabilities: CAPABILITIES,
        ClientRequestToken: token,
        Tags: [{ Key: 'breakeven', Value: name }],
      }),
    )
  } catch (error) {
    if (isNamed(error, /^ValidationError$/) && /No updates are to be performed/.test((error as Error).message))
      return { stackId, token, action: 'unchanged' }
    throw error
  }
  return { stackId, token, action: 'updated' }
}

const begin = async (aws: Aws, name: string, template: string): Promise<Begun> => {
  const found = await findStack(aws, name)
  if (found === undefined) return create(aws, name, template)
  const { StackStatus = '', StackId = name } = found
  if (readinessOf(StackStatus) === 'update') return update(aws, name, StackId, template)
  throw new InputError(`${name} is ${StackStatus}`, {
    hint:
      readinessOf(StackStatus) === 'wait'
        ? 'something is being done to it: wait until that has ended'
        : `it has to go first: breakeven destroy --name ${name} --region ${aws.region}`,
  })
}

/**
 * Creates the stack, or updates the one of that name, and follows CloudFormation until it has done or has taken everything back.
 *
 * @throws InputError for what AWS refuses before it begins.
 */
export const putUp = async (aws: Aws, name: string, template: string, following: Following): Promise<PutUp> => {
  const { stackId, token, action } = await asking(`stack ${name}`, () => begin(aws, name, template))
  if (action === 'unchanged') {
    const found = await asking(`stack ${name}`, () => findStack(aws, stackId))
    return { kind: 'done', action, outputs: outputsOf(found) }
  }
  const { status, outputs, events } = await asking(`watching ${name}, which goes on`, () =>
    follow(aws, stackId, token, following),
  )
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE'
    ? { kind: 'done', action, outputs }
    : { kind: 'failed', status, reasons: reasonsOf(events) }
}
