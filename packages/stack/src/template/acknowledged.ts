import { CfnResource, type Stack, Validations } from 'aws-cdk-lib'

import type { StackPlan } from '../plan.ts'
import { modelLog } from './roles.ts'

/** A finding of cdk-nag's AwsSolutions that stands, on which resources, and why it is right here. */
type Acknowledged = {
  readonly rule: string
  readonly type: string
  /** Which of that type; absent: all. */
  readonly id?: RegExp
  readonly reason: string
}

const logsOf = (group: string): string =>
  `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${group}:*]`

const ROLE = 'AWS::IAM::Role'
const METHOD = 'AWS::ApiGateway::Method'
const STREAMS = 'the star stands for the streams of one log group, whose names the service makes up'

/** Every one of them, with its reason; a finding that is not here fails the tests. */
const acknowledged = (plan: StackPlan, bucket: string): readonly Acknowledged[] => [
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    type: ROLE,
    id: /^ModelRole/,
    reason:
      'ecr:GetAuthorizationToken and cloudwatch:PutMetricData know no resources; the latter is bound to SageMaker namespaces',
  },
  { rule: logsOf(modelLog(plan)), type: ROLE, id: /^ModelRole/, reason: STREAMS },
  { rule: logsOf(`/aws/lambda/${plan.name}`), type: ROLE, id: /^GatewayRole/, reason: STREAMS },
  { rule: logsOf(`/aws/lambda/${plan.name}-script`), type: ROLE, id: /^ScriptRole/, reason: STREAMS },
  {
    rule: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/model/code/*]`,
    type: ROLE,
    id: /^ScriptRole/,
    reason: 'the two files of the serving script, in a bucket that holds nothing else',
  },
  {
    rule: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::<${bucket}>/model/*]`,
    type: ROLE,
    id: /^ModelRole/,
    reason: 'the files under the one prefix that SageMaker is told to fetch',
  },
  {
    rule: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${plan.weights?.replace('s3://', '') ?? ''}*]`,
    type: ROLE,
    id: /^ModelRole/,
    reason: 'the weights under the one prefix that the user named',
  },
  {
    rule: 'AwsSolutions-L1',
    type: 'AWS::Lambda::Function',
    reason: 'Node 22 is what the function is built and tested for; it is supported until 2027-04',
  },
  {
    rule: 'AwsSolutions-S1',
    type: 'AWS::S3::Bucket',
    reason:
      'it holds two files of this repository, read when a machine starts; a log of that would cost more than it tells',
  },
  {
    rule: 'AwsSolutions-APIG1',
    type: 'AWS::ApiGateway::Stage',
    reason: 'needs a role set for the whole account and region; the ledger has a line for each call that was answered',
  },
  {
    rule: 'AwsSolutions-APIG6',
    type: 'AWS::ApiGateway::Stage',
    reason: 'as APIG1; and full logging of methods writes prompts into a log',
  },
  {
    rule: 'AwsSolutions-APIG2',
    type: 'AWS::ApiGateway::RestApi',
    reason:
      'the gateway checks every body and answers in the form that OpenAI clients understand; a validator of API Gateway does not',
  },
  {
    rule: 'AwsSolutions-APIG4',
    type: METHOD,
    reason:
      'every method asks for an API key of the usage plan: what clients of LLM APIs have; an HTTP API takes IAM or tokens',
  },
  { rule: 'AwsSolutions-COG4', type: METHOD, reason: 'as APIG4: callers are programs, not people with a password' },
]

/** Says of each finding that stands why it does. Leaves no trace in the template. */
export const acknowledge = (stack: Stack, plan: StackPlan): void => {
  const resources = stack.node.findAll().filter((node) => node instanceof CfnResource)
  const ids = resources.map((resource) => ({ resource, id: stack.getLogicalId(resource) }))
  const bucket = ids.find(({ resource }) => resource.cfnResourceType === 'AWS::S3::Bucket')?.id ?? ''
  for (const { rule, type, id: wanted, reason } of acknowledged(plan, bucket))
    for (const { resource, id } of ids)
      if (resource.cfnResourceType === type && (wanted?.test(id) ?? true))
        Validations.of(resource).acknowledge({ id: `AwsSolutions::${rule}`, reason })
}
