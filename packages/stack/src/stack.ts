import { InputError } from '@breakeven/core'
import { bundleLambda } from '@breakeven/gateway/bundle'

import { type Billing, billingOf, type Item, type Template } from './billing.ts'
import type { StackPlan } from './plan.ts'
import type { imageAccountOf, templateOf } from './template/template.ts'

/** What `CreateStack` takes in one call; a longer template has to lie in S3. */
const MOST_TEMPLATE_BYTES = 51_200

export type BuiltStack = {
  readonly plan: StackPlan
  /** One line of JSON, without parameters, rules or assets: any CloudFormation client takes it. */
  readonly template: string
  readonly billing: Billing
  /** Whose registry the image is in. */
  readonly imageAccount: string
}

const CDK = ['aws-cdk-lib', 'constructs']

/** The CDK is 160 MB that most users never need, so it is installed only by those who do. */
type Synthesis = { readonly templateOf: typeof templateOf; readonly imageAccountOf: typeof imageAccountOf }

const cdk = async (load: () => Promise<Synthesis>): Promise<Synthesis> => {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' || !CDK.some((name) => message.includes(`'${name}`))) throw error
    throw new InputError('a template needs the optional packages aws-cdk-lib and constructs', {
      hint: 'npm install aws-cdk-lib@2.276.0 constructs@10.8.1',
    })
  }
}

/**
 * Template and receipt of a plan. Both are made here, so that neither goes out without the other: where they part, this throws.
 *
 * @throws InputError where the CDK is not installed or the region has no containers.
 */
export const stackOf = async (
  plan: StackPlan,
  items: readonly Item[],
  load: () => Promise<Synthesis> = () => import('./template/template.ts'),
): Promise<BuiltStack> => {
  const [{ templateOf: synthesise, imageAccountOf: accountOf }, bundle] = await Promise.all([
    cdk(load),
    plan.deployment.front === 'none' ? '' : bundleLambda(),
  ])
  const template = synthesise(plan, bundle)
  const bytes = Buffer.byteLength(template)
  if (bytes >= MOST_TEMPLATE_BYTES) throw new Error(`the template has ${bytes} bytes, more than CreateStack takes`)
  const billing = billingOf(JSON.parse(template) as Template, items)
  if (billing.gaps.length > 0) throw new Error(`receipt and template part: ${billing.gaps.join('; ')}`)
  return { plan, template, billing, imageAccount: accountOf(plan.deployment.region) }
}
