// oxlint-disable no-new -- A construct is made for its place in the stack.

import { Aws, type Stack } from 'aws-cdk-lib'
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns'

import type { StackPlan } from '../plan.ts'
import { VARIANT } from './endpoint.ts'
import type { Scaling } from './scaling.ts'

type Metric = {
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: CfnAlarm.DimensionProperty[]
}

const endpointMetric = ({ name }: StackPlan, metricName: string): Metric => ({
  namespace: 'AWS/SageMaker',
  metricName,
  dimensions: [
    { name: 'EndpointName', value: name },
    { name: 'VariantName', value: VARIANT },
  ],
})

const errorMetric = (plan: StackPlan, apiId: string | undefined): Metric => {
  const { front } = plan.deployment
  if (front === 'none') return endpointMetric(plan, 'Invocation5XXErrors')
  return front === 'rest'
    ? {
        namespace: 'AWS/ApiGateway',
        metricName: '5XXError',
        dimensions: [
          { name: 'ApiName', value: plan.name },
          { name: 'Stage', value: 'live' },
        ],
      }
    : { namespace: 'AWS/ApiGateway', metricName: '5xx', dimensions: [{ name: 'ApiId', value: apiId ?? '' }] }
}

/** No machine to answer: turned away for want of a copy, or more at a time than all machines were meant to hold. */
const capacityAlarm = (plan: StackPlan): { metric: Metric; statistic: string; threshold: number; periods: number } =>
  plan.scaleToZero
    ? {
        metric: {
          namespace: 'AWS/SageMaker',
          metricName: 'NoCapacityInvocationFailures',
          dimensions: [{ name: 'InferenceComponentName', value: plan.name }],
        },
        statistic: 'Sum',
        threshold: 1,
        periods: 1,
      }
    : {
        metric: endpointMetric(plan, 'ConcurrentRequestsPerModel'),
        statistic: 'Average',
        threshold: Math.ceil(1.5 * plan.concurrency),
        periods: 10,
      }

const MICROSECONDS = 1e6
/** So many server errors in five minutes. */
const MOST_ERRORS = 5

/** Three alarms: server errors, a slow p95, no capacity. Their number is priced (`STANDING.alarms`). */
const alarms = (stack: Stack, plan: StackPlan, apiId: string | undefined, wake: string[], tell: string[]): void => {
  const common = { comparisonOperator: 'GreaterThanOrEqualToThreshold', treatMissingData: 'notBreaching' }
  new CfnAlarm(stack, 'Errors', {
    ...common,
    ...errorMetric(plan, apiId),
    alarmDescription: 'Server errors before the client',
    statistic: 'Sum',
    period: 300,
    evaluationPeriods: 1,
    threshold: MOST_ERRORS,
    alarmActions: tell,
  })
  new CfnAlarm(stack, 'Slow', {
    ...common,
    ...endpointMetric(plan, 'ModelLatency'),
    alarmDescription: `p95 of the model over ${plan.slowSeconds} s, twice what was predicted at full load`,
    extendedStatistic: 'p95',
    period: 300,
    evaluationPeriods: 3,
    threshold: plan.slowSeconds * MICROSECONDS,
    alarmActions: tell,
  })
  const { metric, statistic, threshold, periods } = capacityAlarm(plan)
  new CfnAlarm(stack, 'NoCapacity', {
    ...common,
    ...metric,
    alarmDescription: 'No machine has room: the ceiling is reached, or none has started',
    statistic,
    period: 60,
    evaluationPeriods: periods,
    threshold,
    alarmActions: [...wake, ...tell],
  })
}

const budget = (stack: Stack, { name, budgetUsdPerMonth, email }: StackPlan): void => {
  new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName: name,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: budgetUsdPerMonth, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:breakeven$${name}`] },
    },
    ...(email === undefined
      ? {}
      : {
          notificationsWithSubscribers: [80, 100].map((threshold) => ({
            notification: {
              notificationType: threshold === 100 ? 'FORECASTED' : 'ACTUAL',
              comparisonOperator: 'GREATER_THAN',
              threshold,
            },
            subscribers: [{ subscriptionType: 'EMAIL', address: email }],
          })),
        }),
  })
}

/** A topic that tells an address. Not encrypted with the key of SNS: alarms may not publish through it. */
const alerts = (stack: Stack, email: string): string => {
  const topic = new CfnTopic(stack, 'Alerts')
  new CfnSubscription(stack, 'AlertsTo', { topicArn: topic.ref, protocol: 'email', endpoint: email })
  new CfnTopicPolicy(stack, 'AlertsFrom', {
    topics: [topic.ref],
    policyDocument: new PolicyDocument({
      statements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
          actions: ['sns:Publish'],
          resources: [topic.ref],
          conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
        }),
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: ['sns:Publish'],
          resources: [topic.ref],
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ],
    }),
  })
  return topic.ref
}

/** Alarms and a budget; where there is an address, it is told. */
export const watch = (stack: Stack, plan: StackPlan, { wake }: Scaling, apiId: string | undefined): void => {
  const told = plan.email === undefined ? [] : [alerts(stack, plan.email)]
  alarms(stack, plan, apiId, wake === undefined ? [] : [wake.attrArn], told)
  budget(stack, plan)
}
