import type { Stack } from 'aws-cdk-lib'
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling'

import type { StackPlan } from '../plan.ts'
import { type EndpointParts, VARIANT } from './endpoint.ts'

/** What is scaled, and by which of SageMaker's predefined metrics: machines of a variant, or copies of a component. */
const dimensionOf = ({ name, scaleToZero }: StackPlan): { resourceId: string; dimension: string; metric: string } =>
  scaleToZero
    ? {
        resourceId: `inference-component/${name}`,
        dimension: 'sagemaker:inference-component:DesiredCopyCount',
        metric: 'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution',
      }
    : {
        resourceId: `endpoint/${name}/variant/${VARIANT}`,
        dimension: 'sagemaker:variant:DesiredInstanceCount',
        metric: 'SageMakerVariantConcurrentRequestsPerModelHighResolution',
      }

export type Scaling = { readonly wake?: CfnScalingPolicy }

/** Follows the requests that run at a time, between the floor and the ceiling. `wake` starts the first copy when there is none. */
export const scalingOf = (stack: Stack, plan: StackPlan, { endpoint, component }: EndpointParts): Scaling => {
  const { machines, replicasPerMachine, concurrency, startSeconds } = plan
  const { resourceId, dimension, metric } = dimensionOf(plan)
  const copies = component === undefined ? 1 : replicasPerMachine
  const target = new CfnScalableTarget(stack, 'Scaled', {
    serviceNamespace: 'sagemaker',
    resourceId,
    scalableDimension: dimension,
    minCapacity: machines.min,
    maxCapacity: machines.max * copies,
  })
  target.addResourceDependency(component ?? endpoint)
  const common = { serviceNamespace: 'sagemaker', resourceId, scalableDimension: dimension }
  const follow = new CfnScalingPolicy(stack, 'Follow', {
    ...common,
    policyName: 'follow-concurrency',
    policyType: 'TargetTrackingScaling',
    targetTrackingScalingPolicyConfiguration: {
      targetValue: concurrency,
      predefinedMetricSpecification: { predefinedMetricType: metric },
      // A machine that goes takes as long to come back as to start: it stays until the load has surely gone.
      scaleInCooldown: Math.max(300, startSeconds),
      scaleOutCooldown: 60,
    },
  })
  follow.addResourceDependency(target)
  if (component === undefined) return {}
  const wake = new CfnScalingPolicy(stack, 'Wake', {
    ...common,
    policyName: 'wake-from-zero',
    policyType: 'StepScaling',
    stepScalingPolicyConfiguration: {
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Maximum',
      cooldown: 60,
      stepAdjustments: [{ metricIntervalLowerBound: 0, scalingAdjustment: 1 }],
    },
  })
  wake.addResourceDependency(target)
  return { wake }
}
