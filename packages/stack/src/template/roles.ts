import { Aws, type CfnResource, Fn, type Stack } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'

import type { StackPlan } from '../plan.ts'

/** A statement that allows. */
export const allow = (actions: string[], resources: string[], conditions?: Record<string, unknown>): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    actions,
    resources,
    ...(conditions === undefined ? {} : { conditions }),
  })

export const arn = (service: string, rest: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${rest}`

/** A role for one service with one policy in line. */
export const roleOf = (stack: Stack, id: string, service: string, statements: PolicyStatement[]): Role =>
  new Role(stack, id, {
    assumedBy: new ServicePrincipal(`${service}.amazonaws.com`),
    inlinePolicies: { Only: new PolicyDocument({ statements }) },
  })

/** Where SageMaker writes what the model server says: by endpoint, or by component where copies come and go. */
export const modelLog = ({ name, scaleToZero }: StackPlan): string =>
  `/aws/sagemaker/${scaleToZero ? 'InferenceComponents' : 'Endpoints'}/${name}`

const S3_PREFIX = /^s3:\/\/([^/]+)\/(.*)$/

const readsPrefix = (prefix: string): PolicyStatement[] => {
  const [, bucket = '', folder = ''] = S3_PREFIX.exec(prefix) ?? []
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`
  return [
    allow(['s3:GetObject'], [`${bucketArn}/${folder}*`]),
    allow(['s3:ListBucket'], [bucketArn], { StringLike: { 's3:prefix': `${folder}*` } }),
  ]
}

/** What SageMaker does for the endpoint: pull the image, write logs and metrics, read the weights where they are in S3. */
export const modelRole = (stack: Stack, plan: StackPlan, imageAccount: string, weights: string | undefined): Role => {
  const { container } = plan
  const images = `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${imageAccount}:repository/${container.repository}`
  return roleOf(stack, 'ModelRole', 'sagemaker', [
    allow(['ecr:GetAuthorizationToken'], ['*']),
    allow(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'], [images]),
    allow(
      ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [arn('logs', `log-group:${modelLog(plan)}:*`)],
    ),
    allow(['cloudwatch:PutMetricData'], ['*'], { StringLike: { 'cloudwatch:namespace': '*/aws/sagemaker/*' } }),
    ...(weights === undefined ? [] : readsPrefix(weights)),
  ])
}

/** What the gateway may do: write its own log and invoke the one endpoint. */
export const gatewayRole = (stack: Stack, { name, scaleToZero }: StackPlan): Role =>
  roleOf(stack, 'GatewayRole', 'lambda', [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [arn('logs', `log-group:/aws/lambda/${name}:*`)]),
    allow(
      ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'],
      [
        arn('sagemaker', `endpoint/${name.toLowerCase()}`),
        ...(scaleToZero ? [arn('sagemaker', `inference-component/${name.toLowerCase()}`)] : []),
      ],
    ),
  ])

/** `123.dkr.ecr.us-east-1.amazonaws.com/repository:tag` */
export const imageUri = ({ container }: StackPlan, account: string): string =>
  Fn.join('', [account, '.dkr.ecr.', Aws.REGION, '.', Aws.URL_SUFFIX, `/${container.repository}:${container.tag}`])

/** CDK writes down that a function comes after its role; the reference to the role says it already. */
export const withoutNeedlessOrder = (made: LambdaFunction): void => {
  const resource = made.node.defaultChild as CfnResource
  resource.addDeletionOverride('DependsOn')
}
