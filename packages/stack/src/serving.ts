import type { Container, Deployment, HostedOne } from '@breakeven/core'
import { InputError } from '@breakeven/core'

/** Where the model server finds its weights. */
export type Weights =
  /** The hub, read by the server itself. */
  | { readonly kind: 'hub'; readonly repository: string }
  /** An S3 prefix that SageMaker copies to the machine before the server starts. */
  | { readonly kind: 's3'; readonly prefix: string }
  /** The hub, read and quantised by a script of ours, which the stack puts beside the model. */
  | { readonly kind: 'script'; readonly repository: string }

export type Environment = Readonly<Record<string, string>>

const S3 = /^s3:\/\/[a-z0-9.-]{3,63}(?:\/[\w!.*'()-]+)*\/$/
const REVISION = /^\w[\w./-]*$/
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/

const named = (weights: string): Weights => {
  if (S3.test(weights)) return { kind: 's3', prefix: weights }
  if (REPOSITORY.test(weights)) return { kind: 'hub', repository: weights }
  throw new InputError(`--weights ${weights}: neither a repository of the hub nor an S3 prefix`, {
    hint: 'write OWNER/NAME, or s3://BUCKET/FOLDER/ with a / at the end (uncompressed files)',
  })
}

/** vLLM makes these of published weights while it loads them; others must be in the repository. */
const ONLINE: Readonly<Record<string, string>> = { fp8: 'fp8', int4: 'bitsandbytes' }

/** Where the weights come from. @throws InputError where they would have to be quantised first. */
export const weightsOf = (
  { model, precision }: Deployment,
  { shape }: Container,
  { weights, revision }: { readonly weights?: string; readonly revision?: string },
): Weights => {
  if (revision !== undefined && !REVISION.test(revision))
    throw new InputError(`--revision ${revision}: not a commit, tag or branch`, {
      hint: 'the 40 letters of a commit hold',
    })
  if (revision !== undefined && weights !== undefined && S3.test(weights))
    throw new InputError('--revision is of a repository, and the weights lie in S3', {
      hint: 'leave --revision out, and write to a new folder what is new',
    })
  if (model.kind === 'encoder-decoder') {
    const from = weights === undefined ? { kind: 'hub' as const, repository: model.repository } : named(weights)
    return from.kind === 'hub' ? { kind: 'script', repository: from.repository } : from
  }
  if (weights !== undefined) return named(weights)
  const published = precision === (model.nativePrecision ?? 'bf16') || precision === 'fp32' || precision === 'bf16'
  if (shape !== 'openai' || published || ONLINE[precision] !== undefined)
    return { kind: 'hub', repository: model.repository }
  throw new InputError(
    `${model.repository} holds no ${precision} weights, and vLLM does not make them while it loads`,
    {
      hint: `name a repository that does with --weights OWNER/NAME, or take ${Object.keys(ONLINE).join(' or ')}`,
    },
  )
}

type Serving = {
  readonly capacity: HostedOne['capacity']
  readonly perMachine: number
  readonly wishes: { readonly tokenSecret?: string; readonly weights?: string; readonly revision?: string }
}

/** CloudFormation reads the secret when it makes the model: the template never holds the token. */
const tokenOf = ({ tokenSecret }: Serving['wishes']): Environment =>
  tokenSecret === undefined ? {} : { HF_TOKEN: `{{resolve:secretsmanager:${tokenSecret}:SecretString}}` }

const revisionOf = (name: string, { revision }: Serving['wishes']): Environment =>
  revision === undefined ? {} : { [name]: revision }

/** The longest context that surely fits beside the weights: vLLM refuses to start with more. */
const contextTokens = ({ model }: Deployment, kvTokens: number): number =>
  Math.max(512, Math.min(model.contextTokens, Math.floor((0.9 * kvTokens) / 256) * 256))

/** Flags of `vllm serve` as the image takes them: `SM_VLLM_MAX_MODEL_LEN` is `--max-model-len`. */
const vllm = (deployment: Deployment, weights: Weights, { capacity, perMachine, wishes }: Serving): Environment => {
  const { model, precision, tensorParallel, engine, instance } = deployment
  const quantization =
    wishes.weights === undefined && precision !== model.nativePrecision ? ONLINE[precision] : undefined
  return {
    ...(weights.kind === 'hub' ? { SM_VLLM_MODEL: weights.repository, ...revisionOf('SM_VLLM_REVISION', wishes) } : {}),
    SM_VLLM_SERVED_MODEL_NAME: model.id,
    SM_VLLM_MAX_MODEL_LEN: `${contextTokens(deployment, capacity.kvTokens)}`,
    SM_VLLM_MAX_NUM_SEQS: `${engine.maxSequences}`,
    SM_VLLM_GPU_MEMORY_UTILIZATION: `${engine.memoryShare}`,
    SM_VLLM_ENABLE_PROMPT_TOKENS_DETAILS: 'true',
    ...(tensorParallel > 1 ? { SM_VLLM_TENSOR_PARALLEL_SIZE: `${tensorParallel}` } : {}),
    ...(perMachine > 1 ? { SM_VLLM_DATA_PARALLEL_SIZE: `${perMachine}` } : {}),
    ...(quantization === undefined ? {} : { SM_VLLM_QUANTIZATION: quantization }),
    // A T4 has no bf16; without this the server ends before it has begun.
    ...(instance.accelerator === 'T4' ? { SM_VLLM_DTYPE: 'half' } : {}),
    ...tokenOf(wishes),
  }
}

const PIPELINES = { classify: 'text-classification', embed: 'feature-extraction', generate: 'text2text-generation' }

const huggingface = ({ model, precision }: Deployment, weights: Weights, { wishes }: Serving): Environment => ({
  ...(weights.kind === 'script'
    ? {
        BREAKEVEN_WEIGHTS: weights.repository,
        BREAKEVEN_PRECISION: precision,
        SAGEMAKER_MODEL_SERVER_WORKERS: '1',
        ...revisionOf('BREAKEVEN_REVISION', wishes),
      }
    : { HF_TASK: PIPELINES[model.task] }),
  ...(weights.kind === 'hub' ? { HF_MODEL_ID: weights.repository, ...revisionOf('HF_REVISION', wishes) } : {}),
  ...tokenOf(wishes),
})

/** What the model server is told by its environment. */
export const environmentOf = (
  deployment: Deployment,
  { shape }: Container,
  weights: Weights,
  serving: Serving,
): Environment => (shape === 'openai' ? vllm(deployment, weights, serving) : huggingface(deployment, weights, serving))
