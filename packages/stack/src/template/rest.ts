// oxlint-disable no-new -- A construct is made for its place in the stack.

import { Aws, CfnOutput, Duration, type Stack } from 'aws-cdk-lib'
import {
  ApiKeySourceType,
  EndpointType,
  LambdaIntegration,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'

import type { StackPlan } from '../plan.ts'

const STAGE = 'live'
/** Requests of one address in five minutes, before it is turned away. */
const MOST_PER_ADDRESS = 3000

const seen = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  // Samples hold headers, and keys are in headers.
  sampledRequestsEnabled: false,
})

/**
 * Two rules that look at addresses. Rules that read bodies are left out on purpose: the usual sets refuse more than 8 KB, and take
 * prompts about code, HTML or SQL for attacks.
 */
const firewall = (stack: Stack, api: RestApi): void => {
  const acl = new CfnWebACL(stack, 'Firewall', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: seen('all'),
    rules: [
      {
        name: 'known-bad',
        priority: 0,
        overrideAction: { none: {} },
        statement: {
          managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' },
        },
        visibilityConfig: seen('known-bad'),
      },
      {
        name: 'too-many',
        priority: 1,
        action: { block: {} },
        statement: { rateBasedStatement: { limit: MOST_PER_ADDRESS, aggregateKeyType: 'IP' } },
        visibilityConfig: seen('too-many'),
      },
    ],
  })
  new CfnWebACLAssociation(stack, 'FirewallOn', {
    webAclArn: acl.attrArn,
    resourceArn: api.deploymentStage.stageArn,
  })
}

/** A REST API that streams: every path and method asks for a key, counts it against the usage plan, and sits behind the firewall. */
export const restFront = (stack: Stack, plan: StackPlan, gateway: LambdaFunction): void => {
  const { name, throttle, lambda } = plan
  const api = new RestApi(stack, 'Api', {
    restApiName: name,
    description: `breakeven: ${plan.deployment.model.id}`,
    endpointTypes: [EndpointType.REGIONAL],
    apiKeySourceType: ApiKeySourceType.HEADER,
    cloudWatchRole: false,
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: throttle.perSecond,
      throttlingBurstLimit: throttle.burst,
    },
    defaultMethodOptions: { apiKeyRequired: true },
  })
  api.root.addProxy({
    anyMethod: true,
    defaultIntegration: new LambdaIntegration(gateway, {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: Duration.seconds(lambda.timeoutSeconds),
      allowTestInvoke: false,
    }),
  })
  const key = api.addApiKey('Key', { description: `first key of ${name}` })
  const usage = api.addUsagePlan('Plan', {
    throttle: { rateLimit: throttle.perSecond, burstLimit: throttle.burst },
    apiStages: [{ stage: api.deploymentStage }],
  })
  usage.addApiKey(key)
  firewall(stack, api)
  new CfnOutput(stack, 'BaseUrl', {
    value: `https://${api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${STAGE}/v1`,
  })
  new CfnOutput(stack, 'KeyId', { value: key.keyId })
}
