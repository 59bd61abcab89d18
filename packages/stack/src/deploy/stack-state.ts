import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation'

import type { Aws } from './aws.ts'
import { isNamed } from './refusal.ts'

/** A stack by name (while it lives) or by id (for 90 days after it is gone too); undefined where there is none. */
export const findStack = async ({ cloudFormation }: Aws, name: string): Promise<Stack | undefined> => {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))
    return Stacks?.[0]
  } catch (error) {
    // CloudFormation has no name of its own for "there is none".
    if (isNamed(error, /^ValidationError$/) && /does not exist/.test((error as Error).message)) return undefined
    throw error
  }
}

/** What a stack says of itself: `BaseUrl`, `KeyId`. */
export const outputsOf = (stack: Stack | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))

/** What can be done with a stack in this state. */
export type Readiness = 'update' | 'wait' | 'delete-first'

export const readinessOf = (status: string): Readiness => {
  if (status.endsWith('_IN_PROGRESS')) return 'wait'
  return /^(?:CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|IMPORT_COMPLETE)$/.test(status)
    ? 'update'
    : 'delete-first'
}
