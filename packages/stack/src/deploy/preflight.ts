import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  type ServiceQuota,
} from '@aws-sdk/client-service-quotas'

import type { Pitfall } from '../pitfalls.ts'
import type { StackPlan } from '../plan.ts'
import type { Aws } from './aws.ts'
import { findImage } from './image.ts'
import { asking, isNamed } from './refusal.ts'
import { findStack, readinessOf } from './stack-state.ts'

/** One thing that was looked at before anything was begun. */
export type Check = {
  readonly id: string
  readonly outcome: 'ok' | 'mind' | 'stop'
  readonly what: string
  readonly todo?: string
}

type Page = { readonly Quotas?: ServiceQuota[] | undefined; readonly NextToken?: string | undefined }

/** Quotas are found by name: their codes are nowhere written down. There are over a thousand for SageMaker. */
const quotaNamed = async (
  name: string,
  page: (token: string | undefined) => Promise<Page>,
): Promise<number | undefined> => {
  let token: string | undefined
  do {
    const { Quotas = [], NextToken } = await page(token)
    const found = Quotas.find(({ QuotaName }) => QuotaName === name)
    if (found?.Value !== undefined) return found.Value
    token = NextToken
  } while (token !== undefined)
  return undefined
}

/** The account's own quota, else AWS's default. */
const quotaOf = async ({ quotas }: Aws, name: string): Promise<number | undefined> => {
  const common = { ServiceCode: 'sagemaker', MaxResults: 100 }
  const token = (NextToken: string | undefined): { NextToken?: string } =>
    NextToken === undefined ? {} : { NextToken }
  return (
    (await quotaNamed(name, (next) => quotas.send(new ListServiceQuotasCommand({ ...common, ...token(next) })))) ??
    (await quotaNamed(name, (next) =>
      quotas.send(new ListAWSDefaultServiceQuotasCommand({ ...common, ...token(next) })),
    ))
  )
}

const quotaCheck = async (aws: Aws, { deployment, machines }: StackPlan): Promise<Check> => {
  const name = `${deployment.instance.id} for endpoint usage`
  const todo = `ask for more at Service Quotas, SageMaker, "${name}", in ${aws.region}; it takes hours to days`
  let quota: number | undefined
  try {
    quota = await quotaOf(aws, name)
  } catch (error) {
    // Who may deploy may still not be allowed to read quotas.
    if (!isNamed(error, /^AccessDenied/)) throw error
    return {
      id: 'quota',
      outcome: 'mind',
      what: `the quota "${name}" may not be read`,
      todo: 'allow servicequotas:ListServiceQuotas',
    }
  }
  if (quota === undefined)
    return {
      id: 'quota',
      outcome: 'mind',
      what: `AWS names no quota "${name}" in ${aws.region}: it may not be sold there`,
      todo,
    }
  const least = Math.max(1, machines.min)
  if (quota < least)
    return {
      id: 'quota',
      outcome: 'stop',
      what: `the account may run ${quota} ${deployment.instance.id} for endpoints, and ${least} are needed`,
      todo,
    }
  if (quota < machines.max)
    return {
      id: 'quota',
      outcome: 'mind',
      what: `the account may run ${quota} ${deployment.instance.id} for endpoints: scaling will not reach ${machines.max}`,
      todo,
    }
  return {
    id: 'quota',
    outcome: 'ok',
    what: `${quota} ${deployment.instance.id} for endpoints; ${machines.max} at most are asked for, and what runs already counts too`,
  }
}

const callerCheck = async ({ sts, region }: Aws): Promise<Check> => {
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}))
  return {
    id: 'credentials',
    outcome: 'ok',
    what: `account ${Account ?? '?'} in ${region}, as ${Arn?.split(':').at(-1) ?? '?'}`,
  }
}

const stackCheck = async (aws: Aws, name: string): Promise<Check> => {
  const found = await findStack(aws, name)
  if (found === undefined) return { id: 'stack', outcome: 'ok', what: `${name} is new` }
  const status = found.StackStatus ?? 'UNKNOWN'
  const readiness = readinessOf(status)
  if (readiness === 'update')
    return { id: 'stack', outcome: 'ok', what: `${name} exists (${status}) and will be updated` }
  return {
    id: 'stack',
    outcome: 'stop',
    what: `${name} exists and is ${status}`,
    todo:
      readiness === 'wait'
        ? 'something is being done to it: wait until that has ended'
        : `it has to go first: breakeven destroy --name ${name} --region ${aws.region}`,
  }
}

const imageCheck = async (aws: Aws, { container }: StackPlan, account: string): Promise<Check> => {
  const image = `${container.repository}:${container.tag}`
  const found = await findImage(aws, container, account)
  if (found === 'there') return { id: 'image', outcome: 'ok', what: `${image} is in ${aws.region}` }
  if (found === 'missing')
    return {
      id: 'image',
      outcome: 'stop',
      what: `AWS's registry has no ${image} in ${aws.region}`,
      todo: 'take another region, or put a newer tag into data/aws/containers.csv',
    }
  return {
    id: 'image',
    outcome: 'mind',
    what: `whether ${image} is in ${aws.region} could not be seen; it was published by ${container.asOf}`,
    todo: 'allow ecr:BatchGetImage to have it looked at',
  }
}

const pitfallCheck = ({ id, weight, what, todo }: Pitfall): Check => ({ id, outcome: weight, what, todo })

/**
 * Everything that can be known before CloudFormation is asked: whose account, whether it may run the machines, whether the image is
 * there, what is known to fail.
 *
 * @throws InputError where AWS cannot be asked at all: no credentials, no network.
 */
export const preflight = async (
  aws: Aws,
  plan: StackPlan,
  imageAccount: string,
  pitfalls: readonly Pitfall[],
): Promise<readonly Check[]> => [
  await asking('credentials', () => callerCheck(aws)),
  await asking('quota', () => quotaCheck(aws, plan)),
  await asking('stack', () => stackCheck(aws, plan.name)),
  await imageCheck(aws, plan, imageAccount),
  ...pitfalls.map(pitfallCheck),
]
