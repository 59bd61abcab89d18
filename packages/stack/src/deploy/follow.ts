import { DescribeStackEventsCommand, type StackEvent } from '@aws-sdk/client-cloudformation'

import type { Aws } from './aws.ts'
import { isNamed } from './refusal.ts'
import { findStack, outputsOf } from './stack-state.ts'

/** One thing that CloudFormation did. */
export type Progress = {
  readonly at: Date
  readonly resource: string
  readonly type: string
  readonly status: string
  readonly reason?: string
}

export type Following = {
  readonly onProgress: (progress: Progress) => void
  /** Waits so many seconds; a test does not. */
  readonly sleep: (seconds: number) => Promise<void>
  readonly pollSeconds?: number
}

const POLL_SECONDS = 5
/** So many failed looks in a row end the watching; the deployment itself goes on. */
const MOST_FAILURES = 10
const PASSING =
  /^(?:Throttling|ThrottlingException|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError|5\d\d|InternalFailure|ServiceUnavailable)/

const progressOf = ({
  Timestamp,
  LogicalResourceId,
  ResourceType,
  ResourceStatus,
  ResourceStatusReason,
}: StackEvent): Progress => ({
  at: Timestamp ?? new Date(0),
  resource: LogicalResourceId ?? '',
  type: ResourceType ?? '',
  status: ResourceStatus ?? '',
  ...(ResourceStatusReason === undefined ? {} : { reason: ResourceStatusReason }),
})

/** Events that were not seen yet, oldest first. AWS gives the newest first, in pages. */
const freshEvents = async (
  { cloudFormation }: Aws,
  stackId: string,
  seen: Set<string>,
  token: string | undefined,
): Promise<readonly Progress[]> => {
  const fresh: StackEvent[] = []
  let next: string | undefined
  do {
    const { StackEvents = [], NextToken } = await cloudFormation.send(
      new DescribeStackEventsCommand({ StackName: stackId, ...(next === undefined ? {} : { NextToken: next }) }),
    )
    const unseen = StackEvents.filter(({ EventId = '' }) => !seen.has(EventId))
    fresh.push(...unseen)
    next = unseen.length < StackEvents.length ? undefined : NextToken
  } while (next !== undefined)
  for (const { EventId = '' } of fresh) seen.add(EventId)
  return fresh
    .filter(
      ({ ClientRequestToken }) =>
        token === undefined || ClientRequestToken === undefined || ClientRequestToken === token,
    )
    .map(progressOf)
    .toReversed()
}

export type Followed = {
  readonly status: string
  readonly outputs: ReturnType<typeof outputsOf>
  readonly events: readonly Progress[]
}

/**
 * Watches a stack until CloudFormation has done with it, telling each event once. Events of earlier operations are not told: ours
 * carry our token. A look that fails for a passing reason is tried again.
 */
export const follow = async (
  aws: Aws,
  stackId: string,
  token: string | undefined,
  { onProgress, sleep, pollSeconds = POLL_SECONDS }: Following,
): Promise<Followed> => {
  const seen = new Set<string>()
  const events: Progress[] = []
  const tell = async (): Promise<void> => {
    for (const progress of await freshEvents(aws, stackId, seen, token)) {
      events.push(progress)
      onProgress(progress)
    }
  }
  let failures = 0
  for (;;) {
    try {
      await tell()
      const stack = await findStack(aws, stackId)
      const status = stack?.StackStatus ?? 'DELETE_COMPLETE'
      if (!status.endsWith('_IN_PROGRESS')) {
        // The last event may have come between the two looks.
        await tell()
        return { status, outputs: outputsOf(stack), events }
      }
      failures = 0
    } catch (error) {
      failures += 1
      if (failures >= MOST_FAILURES || !isNamed(error, PASSING)) throw error
    }
    await sleep(pollSeconds)
  }
}
