import { loadCatalog, type ShippedCatalog } from '@breakeven/catalog'
import {
  type Conditions,
  DEFAULT_CONDITIONS,
  type Deployment,
  hostedOne,
  type HostedOne,
  InputError,
  type OpenModel,
  segmentEdges,
  weightBytes,
  type Workload,
} from '@breakeven/core'
import { pitfallsOf, planOf, type Receipted, stackOf, type StackWishes } from '@breakeven/stack'

import { modelNamed, named } from '../capacity/replica.ts'
import { numbersWorkload } from '../compare/traffic.ts'
import type { Io } from '../io.ts'
import type { DeploymentFlags } from './flags.ts'

/** SageMaker, Lambda and API Gateway all take it, with a few letters more behind it. */
const NAME = /^[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)*$/
const MOST_LETTERS = 50
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

const nameOf = ({ name }: DeploymentFlags, model: string): string => {
  const wanted =
    name ?? `breakeven-${model.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`.slice(0, MOST_LETTERS).replace(/-+$/, '')
  if (NAME.test(wanted) && wanted.length <= MOST_LETTERS) return wanted
  throw new InputError(`--name ${wanted}: AWS does not take it`, {
    hint: `letters, digits and single hyphens, a letter first, at most ${MOST_LETTERS}`,
  })
}

const jwtOf = ({ jwtIssuer, jwtAudience }: DeploymentFlags, { front }: Deployment): Pick<StackWishes, 'jwt'> => {
  if (jwtIssuer === undefined && jwtAudience === undefined) return {}
  if (jwtIssuer === undefined || jwtAudience === undefined)
    throw new InputError('--jwt-issuer and --jwt-audience go together', { hint: 'give both, or neither for IAM' })
  if (!jwtIssuer.startsWith('https://') || !URL.canParse(jwtIssuer))
    throw new InputError(`--jwt-issuer ${jwtIssuer}: not an https address`)
  if (front !== 'http')
    throw new InputError(`tokens are checked by an HTTP API, and this is ${front === 'none' ? 'none' : 'a REST API'}`, {
      hint: '--front http, or leave --jwt-issuer out: a REST API asks for its own keys',
    })
  return { jwt: { issuer: jwtIssuer, audience: jwtAudience } }
}

const emailOf = ({ email }: DeploymentFlags): Pick<StackWishes, 'email'> => {
  if (email === undefined) return {}
  if (!EMAIL.test(email)) throw new InputError(`--email ${email}: not an address`)
  return { email }
}

const wishesOf = (flags: DeploymentFlags, { deployment, machines }: HostedOne): StackWishes => {
  const { mostMachines, weights, revision, tokenSecret, scaleToZero } = flags
  if (mostMachines !== undefined && mostMachines < Math.ceil(machines.max))
    throw new InputError(`--most-machines ${mostMachines}: this traffic needs ${Math.ceil(machines.max)}`, {
      hint: 'fewer --requests-per-day, a lower --peak-factor, or more machines',
    })
  if (tokenSecret !== undefined && !/^[\w/+=.@:-]+$/.test(tokenSecret))
    throw new InputError(`--token-secret ${tokenSecret}: not a name of a secret`, {
      hint: 'the name in Secrets Manager, never the token itself',
    })
  if (tokenSecret?.startsWith('hf_'))
    throw new InputError('--token-secret looks like a token, and would stand in the template', {
      hint: 'keep it in Secrets Manager and give the name of the secret',
    })
  return {
    name: nameOf(flags, deployment.model.id),
    ...(mostMachines === undefined ? {} : { mostMachines }),
    ...(weights === undefined ? {} : { weights }),
    ...(revision === undefined ? {} : { revision }),
    ...(tokenSecret === undefined ? {} : { tokenSecret }),
    ...jwtOf(flags, deployment),
    ...emailOf(flags),
    scaleToZero,
  }
}

const given = <Key extends keyof Conditions>(key: Key, value: Conditions[Key] | undefined): Partial<Conditions> =>
  value === undefined ? {} : { [key]: value }

const modelOf = (catalog: ShippedCatalog, name: string): OpenModel => {
  const model = modelNamed(catalog, name, '--model')
  if (model.unreleased !== true) return model
  throw new InputError(`--model ${name}: the weights of ${model.name} were never given out`, {
    hint: 'its shapes are in the catalogue for checking measured figures only',
  })
}

/** An encoder writes nothing, whatever is asked for. */
const workloadOf = (flags: DeploymentFlags, { task }: OpenModel, catalog: ShippedCatalog): Workload => {
  const { requestsPerDay, inputTokens, outputTokens, peakFactor } = flags
  return numbersWorkload(
    {
      requestsPerDay,
      inputTokens,
      outputTokens: task === 'generate' ? outputTokens : 0,
      task,
      ...(peakFactor === undefined ? {} : { peakFactor }),
    },
    segmentEdges(catalog),
  )
}

/**
 * Prices the deployment by the code that `compare` runs, plans it, and makes template and receipt.
 *
 * @throws InputError for what does not exist, fit or go together.
 */
export const wanted = async (flags: DeploymentFlags, io: Io): Promise<Receipted> => {
  const catalog = loadCatalog()
  const on = flags.on ?? io.now().toISOString().slice(0, 10)
  const { precision, tensorParallel } = flags
  const model = modelOf(catalog, flags.model)
  const instance = named(catalog.instances, flags.instance, 'machine', '--instance')
  const conditions: Conditions = {
    ...DEFAULT_CONDITIONS,
    on,
    region: flags.region,
    replicas: flags.replicas,
    host: [
      {
        model: model.id,
        instance: instance.id,
        ...(precision === undefined ? {} : { precision }),
        ...(tensorParallel === undefined ? {} : { tensorParallel }),
      },
    ],
    ...given('ttftSeconds', flags.ttft),
    ...given('tpotSeconds', flags.tpot),
    ...given('front', flags.front),
  }
  const one = hostedOne(catalog, workloadOf(flags, model, catalog), conditions)
  const { deployment } = one
  // What is quantised while it is loaded comes as it was published.
  const published = deployment.model.nativePrecision ?? 'bf16'
  const bytes = Math.max(...[published, deployment.precision].map((each) => weightBytes(deployment.model, each)))
  const plan = planOf(one, catalog.containers, bytes, wishesOf(flags, one))
  const built = await stackOf(plan, one.items)
  const { hash, asOf } = catalog
  return {
    one,
    built,
    pitfalls: pitfallsOf(plan),
    requestsPerDay: flags.requestsPerDay,
    catalogue: { hash, asOf },
    on,
  }
}
