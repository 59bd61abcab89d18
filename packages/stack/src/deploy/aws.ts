import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { STSClient } from '@aws-sdk/client-sts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The services that a deployment talks to. */
export type Aws = {
  readonly region: string
  readonly cloudFormation: CloudFormationClient
  readonly quotas: ServiceQuotasClient
  readonly sts: STSClient
  /** Where the registry's API is. */
  readonly ecrUrl: string
}

/** AWS throttles who asks often, and a deployment is watched for half an hour. */
const ATTEMPTS = 5

const suffixOf = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com')

type Common = ConstructorParameters<typeof STSClient>[0] & { region: string }

/** Keys in the environment that was handed in; else what the SDK finds by itself: profiles, SSO, roles of machines. */
const credentialsIn = (env: Environment): Pick<Common, 'credentials'> => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: session } = env
  if (accessKeyId === undefined || secretAccessKey === undefined) return {}
  return { credentials: { accessKeyId, secretAccessKey, ...(session === undefined ? {} : { sessionToken: session }) } }
}

/** Clients for a region. `AWS_ENDPOINT_URL` and its kin lead to another server that speaks the same protocol, as in AWS's own tools. */
export const awsOf = (region: string, env: Environment): Aws => {
  const common = { region, maxAttempts: ATTEMPTS, ...credentialsIn(env) }
  const at = (service: string): { endpoint?: string } => {
    const endpoint = env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL']
    return endpoint === undefined ? {} : { endpoint }
  }
  return {
    region,
    cloudFormation: new CloudFormationClient({ ...common, ...at('CLOUDFORMATION') }),
    quotas: new ServiceQuotasClient({ ...common, ...at('SERVICE_QUOTAS') }),
    sts: new STSClient({ ...common, ...at('STS') }),
    ecrUrl: new URL('/', at('ECR').endpoint ?? `https://api.ecr.${region}.${suffixOf(region)}`).href,
  }
}
