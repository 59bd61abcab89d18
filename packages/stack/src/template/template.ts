import { App, BootstraplessSynthesizer, type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib'
import { RegionInfo } from 'aws-cdk-lib/region-info'
import { InputError } from '@breakeven/core'

import type { StackPlan } from '../plan.ts'
import { acknowledge } from './acknowledged.ts'
import { endpointOf } from './endpoint.ts'
import { gatewayFunction } from './gateway.ts'
import { httpFront } from './http.ts'
import { restFront } from './rest.ts'
import { scalingOf } from './scaling.ts'
import { watch } from './watch.ts'

/** The account whose registry holds AWS's containers in a region. @throws InputError where none is known. */
export const imageAccountOf = (region: string): string => {
  const account = RegionInfo.get(region).dlcRepositoryAccount
  if (account !== undefined) return account
  throw new InputError(`AWS keeps no containers for deep learning in ${region}, as far as is known`, {
    hint: `one that has them: ${['us-east-1', 'us-west-2', 'eu-west-1'].join(', ')}`,
  })
}

/** The deployment as constructs; `scope` is an app whose validator the caller chose. */
export const stackIn = (scope: App, plan: StackPlan, bundle: string): Stack => {
  const { name, deployment } = plan
  const stack = new Stack(scope, name, {
    stackName: name,
    env: { region: deployment.region },
    // Its declarations are not written for exact optional properties.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    analyticsReporting: false,
    description: `breakeven: ${deployment.model.id} on ${deployment.instance.id}`,
  })
  const parts = endpointOf(stack, plan, imageAccountOf(deployment.region))
  const scaling = scalingOf(stack, plan, parts)
  const gateway = deployment.front === 'none' ? undefined : gatewayFunction(stack, plan, bundle)
  if (gateway !== undefined && deployment.front === 'rest') restFront(stack, plan, gateway)
  const api = gateway !== undefined && deployment.front === 'http' ? httpFront(stack, plan, gateway) : undefined
  watch(stack, plan, scaling, api?.ref)
  Tags.of(stack).add('breakeven', name)
  acknowledge(stack, plan)
  return stack
}

/** The template as one line of JSON. The built-in validator takes seconds to load and runs in our tests instead. */
export const templateOf = (plan: StackPlan, bundle: string): string => {
  const app = new App({ builtinCloudFormationValidation: false, treeMetadata: false, analyticsReporting: false })
  stackIn(app, plan, bundle)
  const { Resources, ...rest } = app.synth().getStackByName(plan.name).template as {
    Resources: Record<string, Record<string, unknown>>
  }
  // CDK leaves notes to itself on resources.
  for (const resource of Object.values(Resources)) delete resource['Metadata']
  return JSON.stringify({ ...rest, Resources })
}
