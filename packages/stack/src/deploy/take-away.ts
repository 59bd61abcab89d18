import { randomUUID } from 'node:crypto'
import {
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  paginateDescribeStacks,
  type StackResource,
} from '@aws-sdk/client-cloudformation'
import { InputError } from '@breakeven/core'

import type { Aws } from './aws.ts'
import { follow, type Following } from './follow.ts'
import { type Reason, reasonsOf } from './reasons.ts'
import { asking } from './refusal.ts'
import { findStack } from './stack-state.ts'

type Left = {
  readonly resource: string
  readonly type: string
  readonly physical: string
  readonly status: string
}

export type TakenAway =
  | { readonly kind: 'gone'; readonly resources: number }
  /** Something would not go, and may go on costing. */
  | {
      readonly kind: 'left'
      readonly status: string
      readonly left: readonly Left[]
      readonly reasons: readonly Reason[]
    }

/** Stacks of ours in the region, for somebody who has mistaken the name. */
const ours = async ({ cloudFormation }: Aws): Promise<readonly string[]> => {
  const names: string[] = []
  for await (const { Stacks = [] } of paginateDescribeStacks({ client: cloudFormation }, {}))
    for (const { StackName = '', Description = '' } of Stacks)
      if (Description.startsWith('breakeven:')) names.push(StackName)
  return names
}

/** @throws InputError where there is no stack of ours by that name: another's is not taken away. */
export const findOurs = (aws: Aws, name: string): Promise<{ readonly stackId: string; readonly description: string }> =>
  asking(`stack ${name}`, async () => {
    const found = await findStack(aws, name)
    const description = found?.Description ?? ''
    if (found?.StackId !== undefined && description.startsWith('breakeven:'))
      return { stackId: found.StackId, description }
    const others = await ours(aws)
    const hint =
      others.length === 0 ? `breakeven has no stack in ${aws.region}` : `those of breakeven there: ${others.join(', ')}`
    throw new InputError(
      found === undefined
        ? `there is no stack ${name} in ${aws.region}`
        : `${name} is a stack, but not one of breakeven`,
      { hint },
    )
  })

const leftOf = ({ LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus }: StackResource): Left => ({
  resource: LogicalResourceId ?? '',
  type: ResourceType ?? '',
  physical: PhysicalResourceId ?? '',
  status: ResourceStatus ?? '',
})

/** Takes the stack away and follows until it is gone, then looks whether each of its resources is. */
export const takeAway = async (aws: Aws, stackId: string, following: Following): Promise<TakenAway> => {
  const token = randomUUID()
  await asking('deleting', () =>
    aws.cloudFormation.send(new DeleteStackCommand({ StackName: stackId, ClientRequestToken: token })),
  )
  const { status, events } = await asking('watching the deletion, which goes on', () =>
    follow(aws, stackId, token, following),
  )
  const { StackResources = [] } = await asking('looking for what is left', () =>
    aws.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stackId })),
  )
  const left = StackResources.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE')
  return status === 'DELETE_COMPLETE' && left.length === 0
    ? { kind: 'gone', resources: StackResources.length }
    : { kind: 'left', status, left: left.map(leftOf), reasons: reasonsOf(events) }
}
