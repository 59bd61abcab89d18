import type { Front, IsoDate, Precision, ReplicaPolicy, Seconds } from '@breakeven/core'
import type { TypedCommandFlagParameters } from '@stricli/core'

import type { CliContext } from '../context.ts'
import { parseDate } from '../flags/date.ts'
import { latencyFlags } from '../flags/latency.ts'
import { parseAmount, parseCount, parseFactor, parsePositive } from '../flags/number.ts'

/** What is to be put on AWS, and for which traffic: the same for `stack` and `deploy`. */
export type DeploymentFlags = {
  readonly model: string
  readonly instance: string
  readonly precision?: Precision
  readonly tensorParallel?: number
  readonly region: string
  readonly on?: IsoDate
  readonly requestsPerDay: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly peakFactor?: number
  readonly ttft?: Seconds
  readonly tpot?: Seconds
  readonly replicas: ReplicaPolicy
  readonly front?: Front
  readonly name?: string
  readonly mostMachines?: number
  readonly weights?: string
  readonly revision?: string
  readonly tokenSecret?: string
  readonly jwtIssuer?: string
  readonly jwtAudience?: string
  readonly email?: string
  readonly scaleToZero: boolean
  readonly out?: string
}

const text = (input: string): string => input

export const deploymentFlags: TypedCommandFlagParameters<DeploymentFlags, CliContext>['flags'] = {
  model: { kind: 'parsed', parse: text, placeholder: 'MODEL', brief: 'An open model of the catalogue' },
  instance: { kind: 'parsed', parse: text, placeholder: 'INSTANCE', brief: 'A machine of SageMaker: ml.g5.2xlarge' },
  precision: {
    kind: 'enum',
    values: ['fp32', 'bf16', 'fp8', 'int8', 'int4'],
    optional: true,
    brief: 'Weights in this precision; else the least quantised that fits',
  },
  tensorParallel: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'N',
    brief: 'Split over so many accelerators',
  },
  region: { kind: 'parsed', parse: text, default: 'us-east-1', placeholder: 'REGION', brief: 'AWS region' },
  on: {
    kind: 'parsed',
    parse: parseDate,
    optional: true,
    placeholder: 'YYYY-MM-DD',
    brief: 'Prices in force on this day; today by default',
  },
  requestsPerDay: {
    kind: 'parsed',
    parse: parsePositive,
    default: '1000',
    placeholder: 'N',
    brief: 'Traffic that it is sized and priced for',
  },
  inputTokens: {
    kind: 'parsed',
    parse: parseAmount,
    default: '500',
    placeholder: 'N',
    brief: 'Prompt tokens of a request',
  },
  outputTokens: {
    kind: 'parsed',
    parse: parseAmount,
    default: '100',
    placeholder: 'N',
    brief: 'Completion tokens of a request; none for encoders',
  },
  peakFactor: {
    kind: 'parsed',
    parse: parseFactor,
    optional: true,
    placeholder: 'N',
    brief: 'Peak rate over mean rate; 3 by default',
  },
  ...latencyFlags,
  replicas: {
    kind: 'enum',
    values: ['fixed', 'hourly'],
    default: 'fixed',
    brief: 'At least as many machines as the peak needs, or as each hour needs',
  },
  front: {
    kind: 'enum',
    values: ['rest', 'http', 'none'],
    optional: true,
    brief: 'What is before the endpoint: a REST API that streams, an HTTP API, or nothing but AWS signatures',
  },
  name: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'NAME',
    brief: 'Of the stack and the endpoint; breakeven-MODEL by default',
  },
  mostMachines: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'N',
    brief: 'Scaling stops here; half as many again as the traffic needs by default',
  },
  weights: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'OWNER/NAME|s3://…/',
    brief: 'Weights of your own, in place of the published ones',
  },
  revision: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'COMMIT',
    brief: 'Weights of this commit, tag or branch; else as they are when a machine starts',
  },
  tokenSecret: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'NAME',
    brief: 'Secret in Secrets Manager with a Hugging Face token, for gated weights',
  },
  jwtIssuer: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'URL',
    brief: 'HTTP API: tokens of this issuer in place of IAM signatures',
  },
  jwtAudience: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'NAME',
    brief: 'HTTP API: tokens for this audience',
  },
  email: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'ADDRESS',
    brief: 'Told of alarms and of the budget',
  },
  scaleToZero: {
    kind: 'boolean',
    default: false,
    withNegated: false,
    brief: 'Down to no machine when nobody calls; the next call waits for minutes',
  },
  out: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'DIR',
    brief: 'Folder for template, receipt and next steps; ./NAME by default',
  },
}
