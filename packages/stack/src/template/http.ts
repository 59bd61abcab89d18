// oxlint-disable no-new -- A construct is made for its place in the stack.

import { Aws, CfnOutput, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { CfnApi, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'

import type { StackPlan } from '../plan.ts'
import { arn } from './roles.ts'

/**
 * Who called what, how it ended and how long it took: no header, no body, no key. The kind of error and not its message: a message
 * may hold quotes, and `messageString`, which brings its own, is a bare `-` where there was no error; neither is JSON.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS = JSON.stringify({
  at: '$context.requestTimeEpoch',
  id: '$context.requestId',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  error: '$context.error.responseType',
})

type Authorization = {
  authorizationType: 'AWS_IAM' | 'JWT'
  authorizerId?: string
}

const authorization = (stack: Stack, { jwt, name }: StackPlan, api: CfnApi): Authorization => {
  if (jwt === undefined) return { authorizationType: 'AWS_IAM' }
  const authorizer = new CfnAuthorizer(stack, 'Tokens', {
    apiId: api.ref,
    name,
    authorizerType: 'JWT',
    identitySource: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: jwt.issuer, audience: [jwt.audience] },
  })
  return { authorizationType: 'JWT', authorizerId: authorizer.ref }
}

/** An HTTP API for short answers: one route, which asks for a signature or a token. */
export const httpFront = (stack: Stack, plan: StackPlan, gateway: LambdaFunction): CfnApi => {
  const { name, throttle } = plan
  const api = new CfnApi(stack, 'Api', { name, protocolType: 'HTTP' })
  const integration = new CfnIntegration(stack, 'ToGateway', {
    apiId: api.ref,
    integrationType: 'AWS_PROXY',
    integrationUri: gateway.functionArn,
    payloadFormatVersion: '2.0',
  })
  new CfnRoute(stack, 'Every', {
    apiId: api.ref,
    routeKey: 'ANY /{proxy+}',
    target: `integrations/${integration.ref}`,
    ...authorization(stack, plan, api),
  })
  const log = new LogGroup(stack, 'Access', {
    logGroupName: `/aws/apigateway/${name}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  new CfnStage(stack, 'Stage', {
    apiId: api.ref,
    stageName: '$default',
    autoDeploy: true,
    accessLogSettings: { destinationArn: log.logGroupArn, format: ACCESS },
    defaultRouteSettings: {
      throttlingRateLimit: throttle.perSecond,
      throttlingBurstLimit: throttle.burst,
      detailedMetricsEnabled: false,
    },
  })
  new CfnPermission(stack, 'MayCall', {
    action: 'lambda:InvokeFunction',
    functionName: gateway.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: arn('execute-api', `${api.ref}/*/*/{proxy+}`),
  })
  new CfnOutput(stack, 'BaseUrl', {
    value: `https://${api.ref}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/v1`,
  })
  return api
}
