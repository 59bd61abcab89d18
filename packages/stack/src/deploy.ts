// A template put on AWS and taken away again: CloudFormation, followed to its end.

export { type Aws, awsOf } from './deploy/aws.ts'
export { type Check, preflight } from './deploy/preflight.ts'
export { type PutUp, putUp } from './deploy/put-up.ts'
export { findOurs, type TakenAway, takeAway } from './deploy/take-away.ts'
export type { Following, Progress } from './deploy/follow.ts'
export type { Reason } from './deploy/reasons.ts'
