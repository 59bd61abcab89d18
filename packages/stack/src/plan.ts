import type { Container, Deployment, HostedOne, Seconds, Usd } from '@breakeven/core'
import { type GatewayConfig, readConfig } from '@breakeven/gateway'
import { containerOf } from './container.ts'
import { type Environment, environmentOf, weightsOf, type Weights } from './serving.ts'

/** What a person may choose beside the deployment itself. */
export type StackWishes = {
  /** Of the stack, the endpoint and all that stands with them. */
  readonly name: string
  /** Machines beyond those that the traffic needs; absent: half as many again, at least one. */
  readonly mostMachines?: number
  /** A repository of the hub or an S3 prefix, in place of the model's own repository. */
  readonly weights?: string
  /** A commit, tag or branch of that repository; absent: whatever its main branch is when a machine starts. */
  readonly revision?: string
  /** The name of a secret in Secrets Manager that holds a Hugging Face token: for gated weights. */
  readonly tokenSecret?: string
  /** Who is let in at an HTTP API; absent: IAM. A REST API asks for a key. There is no way to ask nobody. */
  readonly jwt?: { readonly issuer: string; readonly audience: string }
  /** Told of alarms and of the budget. */
  readonly email?: string
  /** Machines may go down to none after a quiet time; the first call after it waits for minutes. */
  readonly scaleToZero: boolean
}

/** Everything that the template says, as plain values: no construct, no token. */
export type StackPlan = StackWishes & {
  readonly deployment: Deployment
  readonly container: Container
  readonly weightsFrom: Weights
  readonly environment: Environment
  readonly machines: { readonly min: number; readonly max: number }
  readonly replicasPerMachine: number
  /** Concurrent requests of one machine (of one copy, with scale to zero) that the scaling policy holds. */
  readonly concurrency: number
  /** What the usage plan or the stage lets through. */
  readonly throttle: { readonly perSecond: number; readonly burst: number }
  readonly lambda: { readonly memoryMb: number; readonly timeoutSeconds: Seconds; readonly handler: string }
  readonly gateway: GatewayConfig
  /** What one machine is counted on to carry, and how long a whole answer takes there. */
  readonly counted: { readonly requestsPerSecond: number; readonly answerSeconds: Seconds }
  /** A p95 of the model above this is an alarm: twice what was predicted at full load. */
  readonly slowSeconds: Seconds
  /** Until a new machine must answer: image, weights and start. */
  readonly startSeconds: Seconds
  readonly budgetUsdPerMonth: Usd
}

const DAYS_PER_MONTH = 730 / 24
const MOST_START_SECONDS = 3600
/** Pulling an image of 10 to 20 GB and starting the server. */
const IMAGE_SECONDS = 600
/** What the hub has been seen to give one machine, at the low end. */
const HUB_BYTES_PER_SECOND = 50e6
/** A streaming REST integration may take 15 minutes, an HTTP API 30 s: Lambda ends before, so that the caller gets its 504. */
const STREAM_SECONDS = 900
const HTTP_SECONDS = 29

const startSeconds = (weightBytes: number): Seconds =>
  Math.min(MOST_START_SECONDS, Math.ceil((IMAGE_SECONDS + weightBytes / HUB_BYTES_PER_SECOND) / 60) * 60)

const machinesOf = ({ machines: { min, max } }: HostedOne, most: number | undefined): StackPlan['machines'] => ({
  min: Math.ceil(min),
  max: most ?? Math.ceil(max) + Math.max(1, Math.ceil(max / 2)),
})

/** The upstream that Lambda forwards to; whoever reaches it has been asked by API Gateway. */
const gatewayOf = (
  { deployment: { model, region }, shape }: { deployment: Deployment; shape: Container['shape'] },
  { name, scaleToZero }: StackWishes,
  answerSeconds: Seconds,
): GatewayConfig =>
  readConfig({
    models: {
      [model.id]: {
        kind: 'sagemaker',
        endpoint: name,
        region,
        shape,
        task: model.task,
        ...(shape === 'openai' ? { model: model.id } : {}),
        ...(scaleToZero ? { inferenceComponent: name } : {}),
      },
    },
    auth: 'front',
    limits: { answerSeconds },
  })

/** What will stand on AWS for one priced deployment. @throws InputError for what cannot be deployed, with what to do. */
export const planOf = (
  one: HostedOne,
  containers: readonly Container[],
  weightBytes: number,
  wishes: StackWishes,
): StackPlan => {
  const { deployment, capacity, shape, option, machines } = one
  const container = containerOf(deployment, containers)
  const weightsFrom = weightsOf(deployment, container, wishes)
  const perMachine = Math.max(1, Math.floor(deployment.instance.acceleratorCount / deployment.tensorParallel))
  const { min, max } = machinesOf(one, wishes.mostMachines)
  const timeoutSeconds = deployment.front === 'http' ? HTTP_SECONDS : STREAM_SECONDS
  const copies = wishes.scaleToZero ? 1 : perMachine
  const perSecond = Math.max(1, Math.ceil(capacity.requestsPerSecond * perMachine * max))
  const answer = capacity.ttft + Math.max(0, shape.output - 1) * capacity.tpot
  const ceilingUsdPerDay = option.usdPerDay + Math.max(0, max - machines.min) * machines.usdPerDayEach
  return {
    ...wishes,
    deployment,
    container,
    weightsFrom,
    environment: environmentOf(deployment, container, weightsFrom, { capacity, perMachine: copies, wishes }),
    machines: { min: wishes.scaleToZero ? 0 : min, max },
    replicasPerMachine: perMachine,
    concurrency: Math.max(1, Math.round(capacity.concurrency * copies)),
    throttle: { perSecond, burst: 2 * perSecond },
    lambda: { memoryMb: 128, timeoutSeconds, handler: deployment.front === 'http' ? 'buffered' : 'handler' },
    gateway: gatewayOf({ deployment, shape: container.shape }, wishes, timeoutSeconds - 1),
    counted: { requestsPerSecond: capacity.requestsPerSecond * perMachine, answerSeconds: answer },
    slowSeconds: Math.max(1, Math.ceil(2 * answer)),
    startSeconds: startSeconds(weightBytes),
    budgetUsdPerMonth: Math.ceil(ceilingUsdPerDay * DAYS_PER_MONTH),
  }
}
