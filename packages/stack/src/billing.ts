import type { Line } from '@breakeven/core'

/** A CloudFormation template as it is read again: what is billed is looked up in what will be deployed, not in the plan. */
export type Resource = {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
}
export type Template = { readonly Resources: Readonly<Record<string, Resource>> }

export type Item = { readonly billed: string; readonly line: Line }

type Billed = {
  readonly type: string
  /** Which resources of the type; absent: all. */
  readonly when?: (resource: Resource, id: string) => boolean
  /** How many of the rate's unit one resource is in a month, where the template says it. */
  readonly each?: (resource: Resource) => number
}

const list = (resource: Resource, property: string): readonly Readonly<Record<string, unknown>>[] =>
  (resource.Properties?.[property] ?? []) as readonly Readonly<Record<string, unknown>>[]

const volumeOf = (config: Resource): number =>
  list(config, 'ProductionVariants').reduce(
    (sum, { VolumeSizeInGB: gb = 0, InitialInstanceCount: count = 1 }) => sum + Number(gb) * Number(count),
    0,
  )

const isGateway = ({ Properties }: Resource): boolean => !String(Properties?.['FunctionName']).endsWith('-script')
const isGatewayLog = ({ Properties }: Resource): boolean => !String(Properties?.['LogGroupName']).endsWith('-script')
const follows = ({ Properties }: Resource): boolean => Properties?.['PolicyType'] === 'TargetTrackingScaling'
const one = (): number => 1

/** What each line of a receipt is charged for. */
const BILLED: Readonly<Record<string, readonly Billed[]>> = {
  instance: [{ type: 'AWS::SageMaker::Endpoint' }],
  'sagemaker/data-processed': [{ type: 'AWS::SageMaker::Endpoint' }],
  'sagemaker/storage': [
    { type: 'AWS::SageMaker::EndpointConfig', when: (config) => volumeOf(config) > 0, each: volumeOf },
  ],
  'apigateway-rest/requests': [{ type: 'AWS::ApiGateway::RestApi' }],
  'apigateway-http/requests': [{ type: 'AWS::ApiGatewayV2::Api' }],
  'data-transfer/internet-out': [
    { type: 'AWS::ApiGateway::RestApi' },
    { type: 'AWS::ApiGatewayV2::Api' },
    { type: 'AWS::SageMaker::Endpoint' },
  ],
  'lambda/duration-arm64': [{ type: 'AWS::Lambda::Function', when: isGateway }],
  'lambda/requests': [{ type: 'AWS::Lambda::Function', when: isGateway }],
  'waf/web-acl': [{ type: 'AWS::WAFv2::WebACL', each: one }],
  'waf/rule': [{ type: 'AWS::WAFv2::WebACL', each: (acl) => list(acl, 'Rules').length }],
  'waf/requests': [{ type: 'AWS::WAFv2::WebACL' }],
  'cloudwatch/logs-ingestion': [{ type: 'AWS::Logs::LogGroup', when: isGatewayLog }],
  'cloudwatch/logs-archival': [{ type: 'AWS::Logs::LogGroup', when: isGatewayLog }],
  'cloudwatch/alarm': [{ type: 'AWS::CloudWatch::Alarm', each: one }],
  'cloudwatch/alarm-high-resolution': [
    { type: 'AWS::ApplicationAutoScaling::ScalingPolicy', when: follows, each: () => 2 },
  ],
  'budgets/budget': [{ type: 'AWS::Budgets::Budget' }],
}

/** Types that cost nothing by being there, or so little that no line would show it, with the reason. */
const FREE: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'IAM is free',
  'AWS::SageMaker::Model': 'a name for an image and weights; machines cost, models do not',
  'AWS::SageMaker::EndpointConfig': 'free but for the volume of a machine without its own disk',
  'AWS::SageMaker::InferenceComponent': 'runs on the machines of the endpoint, which are billed',
  'AWS::ApplicationAutoScaling::ScalableTarget': 'scaling is free, the alarms of a policy are not',
  'AWS::ApplicationAutoScaling::ScalingPolicy': 'a step policy has no alarm of its own',
  'AWS::ApiGateway::Deployment': 'part of the API, which is billed by request',
  'AWS::ApiGateway::Stage': 'part of the API; without a cache it costs nothing',
  'AWS::ApiGateway::Resource': 'part of the API',
  'AWS::ApiGateway::Method': 'part of the API',
  'AWS::ApiGateway::ApiKey': 'keys are free',
  'AWS::ApiGateway::UsagePlan': 'usage plans are free',
  'AWS::ApiGateway::UsagePlanKey': 'usage plans are free',
  'AWS::ApiGatewayV2::Integration': 'part of the API',
  'AWS::ApiGatewayV2::Route': 'part of the API',
  'AWS::ApiGatewayV2::Stage': 'part of the API',
  'AWS::ApiGatewayV2::Authorizer': 'part of the API',
  'AWS::Lambda::Permission': 'a permission',
  'AWS::Lambda::Function': 'the loader of the serving script runs once when the stack comes and once when it goes',
  'AWS::Logs::LogGroup': 'the loader of the serving script writes a few lines in its life',
  'AWS::CloudFormation::CustomResource': 'runs the loader of the serving script',
  'AWS::S3::Bucket': 'two files of 2 KB: less than a millionth of a dollar a month',
  'AWS::S3::BucketPolicy': 'a policy',
  'AWS::WAFv2::WebACLAssociation': 'part of the firewall, which is billed',
  'AWS::SNS::Topic': 'billed by message: an alarm that rings is a hundredth of a cent at most',
  'AWS::SNS::TopicPolicy': 'a policy',
  'AWS::SNS::Subscription': 'billed by message',
}

/** Lines that no resource of the template stands for: what people and training cost is the user's own. */
const NOT_DEPLOYED: ReadonlySet<string> = new Set(['people', 'fine-tuning'])

export type Billing = {
  /** Each line with the resources it is charged for. */
  readonly lines: readonly (Item & { readonly resources: readonly string[] })[]
  /** Each resource that costs nothing, with the reason. */
  readonly free: readonly { readonly id: string; readonly type: string; readonly reason: string }[]
  /** Where receipt and template part: empty, or one of the two is wrong. */
  readonly gaps: readonly string[]
}

const chargedFor = (billed: string, { Resources }: Template): readonly string[] =>
  (BILLED[billed] ?? []).flatMap(({ type, when }) =>
    Object.entries(Resources).flatMap(([id, resource]) =>
      resource.Type === type && (when?.(resource, id) ?? true) ? [id] : [],
    ),
  )

/** What the template says a month's quantity is; undefined where it follows from traffic. */
const deployedQuantity = (billed: string, { Resources }: Template): number | undefined => {
  const counted = (BILLED[billed] ?? []).filter(({ each }) => each !== undefined)
  if (counted.length === 0) return undefined
  return counted.reduce(
    (sum, { type, when, each }) =>
      Object.entries(Resources).reduce(
        (all, [id, resource]) =>
          resource.Type === type && (when?.(resource, id) ?? true) ? all + (each?.(resource) ?? 0) : all,
        sum,
      ),
    0,
  )
}

const DAYS_PER_MONTH = 730 / 24

const quantityGap = ({ billed, line }: Item, template: Template): readonly string[] => {
  const deployed = deployedQuantity(billed, template)
  const priced = line.quantity * DAYS_PER_MONTH
  if (deployed === undefined || Math.abs(deployed - priced) < 1e-6 * Math.max(1, deployed)) return []
  return [`${billed}: ${Number(priced.toFixed(6))} a month is priced, the template has ${deployed}`]
}

/** Walks both ways: every priced line to what is deployed, every resource to a line or to the reason why it is free. */
export const billingOf = (template: Template, items: readonly Item[]): Billing => {
  const lines = items.map((item) => ({ ...item, resources: chargedFor(item.billed, template) }))
  const charged = new Set(lines.flatMap(({ resources }) => resources))
  const priced = new Set(items.map(({ billed }) => billed))
  const rest = Object.entries(template.Resources).filter(([id]) => !charged.has(id))
  const owing = Object.keys(BILLED).filter(
    (billed) =>
      !priced.has(billed) && billed !== 'data-transfer/internet-out' && chargedFor(billed, template).length > 0,
  )
  return {
    lines,
    free: rest.flatMap(([id, { Type: type }]) => {
      const reason = FREE[type]
      return reason === undefined ? [] : [{ id, type, reason }]
    }),
    gaps: [
      ...lines
        .filter(({ billed, resources }) => resources.length === 0 && !NOT_DEPLOYED.has(billed))
        .map(({ billed }) => `${billed} is priced and nothing in the template is charged for it`),
      ...owing.map((billed) => `${billed} is deployed and no line prices it`),
      ...rest
        .filter(([, { Type }]) => FREE[Type] === undefined)
        .map(([id, { Type }]) => `${id} (${Type}) is neither priced nor known to be free`),
      ...items.flatMap((item) => quantityGap(item, template)),
    ],
  }
}
