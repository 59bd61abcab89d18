import { RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { CfnEndpoint, CfnEndpointConfig, CfnInferenceComponent, CfnModel } from 'aws-cdk-lib/aws-sagemaker'
import { volumeGb } from '@breakeven/core'

import type { StackPlan } from '../plan.ts'
import { imageUri, modelLog, modelRole } from './roles.ts'
import { scriptBucket } from './script.ts'

export const VARIANT = 'AllTraffic'

const modelOf = (stack: Stack, plan: StackPlan, account: string): { model: CfnModel; roleArn: string } => {
  const { weightsFrom } = plan
  const script = weightsFrom.kind === 'script' ? scriptBucket(stack, plan) : undefined
  const prefix = script?.prefix ?? (weightsFrom.kind === 's3' ? weightsFrom.prefix : undefined)
  const role = modelRole(stack, plan, account, prefix)
  const model = new CfnModel(stack, 'Model', {
    executionRoleArn: role.roleArn,
    // Weights that lie in S3 need no way out; what is read from the hub does.
    enableNetworkIsolation: weightsFrom.kind === 's3',
    primaryContainer: {
      image: imageUri(plan, account),
      environment: plan.environment,
      ...(prefix === undefined
        ? {}
        : {
            modelDataSource: {
              s3DataSource: { s3Uri: prefix, s3DataType: 'S3Prefix', compressionType: 'None' },
            },
          }),
    },
  })
  if (script !== undefined) model.node.addDependency(script.files)
  return { model, roleArn: role.roleArn }
}

/** What one machine of the endpoint is. A volume is given only where the machine has no disk of its own: elsewhere it is refused. */
const variantOf = (plan: StackPlan): Omit<CfnEndpointConfig.ProductionVariantProperty, 'initialVariantWeight'> => {
  const { deployment, container, machines, startSeconds } = plan
  return {
    variantName: VARIANT,
    instanceType: deployment.instance.id,
    initialInstanceCount: Math.max(1, machines.min),
    containerStartupHealthCheckTimeoutInSeconds: startSeconds,
    modelDataDownloadTimeoutInSeconds: startSeconds,
    ...(container.hostImage === undefined ? {} : { inferenceAmiVersion: container.hostImage }),
    ...(deployment.instance.localDisk ? {} : { volumeSizeInGb: volumeGb(deployment) }),
  }
}

/** What one copy takes of a machine that may go away when there is none. */
const componentOf = (stack: Stack, plan: StackPlan, endpoint: CfnEndpoint, model: CfnModel): CfnInferenceComponent => {
  const { name, deployment, startSeconds } = plan
  const { instance, tensorParallel } = deployment
  const component = new CfnInferenceComponent(stack, 'Copies', {
    inferenceComponentName: name,
    endpointName: name,
    variantName: VARIANT,
    specification: {
      modelName: model.attrModelName,
      startupParameters: {
        containerStartupHealthCheckTimeoutInSeconds: startSeconds,
        modelDataDownloadTimeoutInSeconds: startSeconds,
      },
      computeResourceRequirements: {
        minMemoryRequiredInMb: 1024,
        ...(instance.acceleratorCount > 0 && !instance.accelerator.startsWith('cpu-')
          ? { numberOfAcceleratorDevicesRequired: tensorParallel }
          : { numberOfCpuCoresRequired: Math.max(1, (instance.vcpus ?? 2) - 1) }),
      },
    },
    // A component cannot be made with no copies: deploying starts a machine, whatever the floor.
    runtimeConfig: { copyCount: 1 },
  })
  component.addResourceDependency(endpoint)
  return component
}

export type EndpointParts = { readonly endpoint: CfnEndpoint; readonly component?: CfnInferenceComponent }

/** Model, configuration and endpoint, with a log that goes when they go. */
export const endpointOf = (stack: Stack, plan: StackPlan, account: string): EndpointParts => {
  const { name, machines, scaleToZero } = plan
  const log = new LogGroup(stack, 'ModelLog', {
    logGroupName: modelLog(plan),
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const { model, roleArn } = modelOf(stack, plan, account)
  const variant = variantOf(plan)
  const config = new CfnEndpointConfig(stack, 'Config', {
    productionVariants: [
      scaleToZero
        ? {
            ...variant,
            managedInstanceScaling: { status: 'ENABLED', minInstanceCount: 0, maxInstanceCount: machines.max },
            routingConfig: { routingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
          }
        : { ...variant, modelName: model.attrModelName, initialVariantWeight: 1 },
    ],
    ...(scaleToZero ? { executionRoleArn: roleArn } : {}),
  })
  const endpoint = new CfnEndpoint(stack, 'Endpoint', {
    endpointName: name,
    endpointConfigName: config.attrEndpointConfigName,
    // The scaling policy has set the number of machines: a later update of the stack leaves it.
    ...(scaleToZero ? {} : { retainAllVariantProperties: true }),
  })
  endpoint.node.addDependency(log)
  return scaleToZero ? { endpoint, component: componentOf(stack, plan, endpoint, model) } : { endpoint }
}
