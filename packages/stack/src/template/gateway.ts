import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'

import type { StackPlan } from '../plan.ts'
import { gatewayRole, withoutNeedlessOrder } from './roles.ts'

/** The function between API Gateway and the endpoint: the whole gateway, in line. Its log is the ledger. */
export const gatewayFunction = (stack: Stack, plan: StackPlan, bundle: string): LambdaFunction => {
  const { name, lambda, gateway } = plan
  const logGroup = new LogGroup(stack, 'Ledger', {
    logGroupName: `/aws/lambda/${name}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const { models, auth, keys, limits } = gateway
  const made = new LambdaFunction(stack, 'Gateway', {
    functionName: name,
    runtime: Runtime.NODEJS_22_X,
    architecture: Architecture.ARM_64,
    handler: `index.${lambda.handler}`,
    code: Code.fromInline(bundle),
    memorySize: lambda.memoryMb,
    timeout: Duration.seconds(lambda.timeoutSeconds),
    role: gatewayRole(stack, plan),
    logGroup,
    loggingFormat: LoggingFormat.TEXT,
    environment: {
      BREAKEVEN_GATEWAY: JSON.stringify({ models, auth, keys, limits: { answerSeconds: limits.answerSeconds } }),
    },
  })
  withoutNeedlessOrder(made)
  return made
}
