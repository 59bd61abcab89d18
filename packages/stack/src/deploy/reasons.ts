import type { Progress } from './follow.ts'

type Known = { readonly reason: RegExp; readonly todo: string }

/** What people have run into, and what helps. */
const KNOWN: readonly Known[] = [
  {
    reason: /InsufficientInstanceCapacity|insufficient capacity|Unable to provision requested ML compute capacity/i,
    todo: 'AWS has none of these machines free: try again later, another type, or another region',
  },
  {
    reason: /ResourceLimitExceeded|quota|account-level service limit/i,
    todo: 'the account may not run so many of these machines: ask for more at Service Quotas',
  },
  {
    reason: /did not pass the ping health check|health check|CannotStartContainerError/i,
    todo: 'the server did not answer in time: its log is in CloudWatch while the stack is kept; gated weights, too little memory or a slow download are the usual causes',
  },
  {
    reason: /CannotPullContainer|image .*(?:not found|does not exist)|ModelError.*ecr|ecr:BatchGetImage/i,
    todo: 'the image is not in this region, or may not be pulled: look for a newer tag in data/aws/containers.csv',
  },
  {
    reason: /secretsmanager|Secrets Manager can't find|ResourceNotFoundException.*secret/i,
    todo: 'the secret with the Hugging Face token is not there or may not be read: see --token-secret',
  },
  {
    reason: /AccessDenied|is not authorized to perform/i,
    todo: 'the deploying user is not allowed to do this: docs/deploy.md lists what is needed',
  },
  { reason: /already exists/i, todo: 'something of this name is left from before: take another --name, or remove it' },
]

export type Reason = {
  readonly resource: string
  readonly type: string
  readonly reason: string
  readonly todo?: string
}

/** Cancelled because something else failed: a consequence, never a cause. */
const CONSEQUENCE = /cancelled|The following resource\(s\) failed/i

/** The causes of a failure, first things first. */
export const reasonsOf = (events: readonly Progress[]): readonly Reason[] =>
  events
    .filter(({ status, reason }) => status.endsWith('_FAILED') && reason !== undefined && !CONSEQUENCE.test(reason))
    .map(({ resource, type, reason = '' }) => {
      const todo = KNOWN.find((known) => known.reason.test(reason))?.todo
      return { resource, type, reason, ...(todo === undefined ? {} : { todo }) }
    })
