import { InputError, type Task } from '@breakeven/core'
import { DEFAULT_LIMITS, type Limits, readLimits } from './limits.ts'
import { isObject, type Json, only, textOf } from './value.ts'

/** An OpenAI-compatible server: vLLM, llama.cpp, Ollama, or a provider. */
export type UrlUpstream = {
  readonly kind: 'url'
  /** The base that an OpenAI client would be given, as `http://127.0.0.1:8000/v1`. */
  readonly url: string
  /** Sent as bearer; the client's own key never is. */
  readonly apiKey?: string
  /** The name the server knows the model by, where it is another than the client's. */
  readonly model?: string
  /** Whose prices apply, as `openai`; absent for a server of one's own. */
  readonly provider?: string
  /** False for the few servers that refuse `stream_options`: their streams are then metered only where they report usage anyway. */
  readonly asksUsage?: boolean
}

type SageMakerShape = 'openai' | 'llamacpp' | 'huggingface'
/** A real-time endpoint of SageMaker, called by its runtime API with the credentials of the process. */
export type SageMakerUpstream = {
  readonly kind: 'sagemaker'
  readonly endpoint: string
  readonly region: string
  /** Another server than AWS that speaks the same protocol. */
  readonly endpointUrl?: string
  /** What the container behind `/invocations` understands. */
  readonly shape: SageMakerShape
  readonly inferenceComponent?: string
  readonly task: Task
  readonly model?: string
}
export type Upstream = UrlUpstream | SageMakerUpstream

/** `keys`: callers show one of our keys. `front`: whoever reaches us has shown theirs to what stands in front, as API Gateway. */
export type Auth = 'keys' | 'front'

export type GatewayConfig = {
  /** By the name clients use; `*` takes every other name. Upstreams come from here only, never from a request. */
  readonly models: Readonly<Record<string, Upstream>>
  readonly auth: Auth
  /** SHA-256 in hex of each accepted key; `name:` before it names the project in the ledger. Empty only where auth is `front`. */
  readonly keys: readonly string[]
  readonly limits: Limits
}

const SHAPES: readonly SageMakerShape[] = ['openai', 'llamacpp', 'huggingface']
const TASKS: readonly Task[] = ['generate', 'embed', 'classify']
const KEY = /^(?:[\w.@-]{1,64}:)?[0-9a-f]{64}$/

const oneOf = <T extends string>(value: unknown, choices: readonly T[], key: string): T => {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw new InputError(`${key} is ${JSON.stringify(value) ?? 'missing'}.`, {
    key,
    hint: `One of ${choices.join(', ')}.`,
  })
}

const required = (value: Json, name: string, key: string): string => {
  const text = textOf(value[name], `${key}.${name}`)
  if (text !== undefined) return text
  throw new InputError(`${key} has no ${name}.`, { key: `${key}.${name}` })
}

const urlOf = (text: string, key: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InputError(`${key} is no URL.`, {
      key,
      hint: 'Give the base as for an OpenAI client: http://127.0.0.1:8000/v1',
    })
  const { username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '' || search !== '' || hash !== '')
    throw new InputError(`${key} carries a user, a query or a fragment.`, { key, hint: 'Give a key as apiKey.' })
  return text.replace(/\/+$/, '')
}

/** Only what is there: an absent option stays absent. */
const texts = <K extends string>(value: Json, names: readonly K[], key: string): Partial<Record<K, string>> => {
  const found: Partial<Record<K, string>> = {}
  for (const name of names) {
    const text = textOf(value[name], `${key}.${name}`)
    if (text !== undefined) found[name] = text
  }
  return found
}

const readUpstream = (value: unknown, key: string): Upstream => {
  if (!isObject(value)) throw new InputError(`${key} is no object.`, { key })
  if (oneOf(value.kind, ['url', 'sagemaker'], `${key}.kind`) === 'url') {
    only(value, ['kind', 'url', 'apiKey', 'model', 'provider', 'asksUsage'], key)
    if (value.asksUsage !== undefined && typeof value.asksUsage !== 'boolean')
      throw new InputError(`${key}.asksUsage is neither true nor false.`, { key: `${key}.asksUsage` })
    return {
      kind: 'url',
      url: urlOf(required(value, 'url', key), `${key}.url`),
      ...texts(value, ['apiKey', 'model', 'provider'], key),
      ...(value.asksUsage === undefined ? {} : { asksUsage: value.asksUsage }),
    }
  }
  only(value, ['kind', 'endpoint', 'region', 'endpointUrl', 'shape', 'inferenceComponent', 'task', 'model'], key)
  const { endpointUrl, ...rest } = texts(value, ['endpointUrl', 'inferenceComponent', 'model'], key)
  return {
    kind: 'sagemaker',
    endpoint: required(value, 'endpoint', key),
    region: required(value, 'region', key),
    shape: oneOf(value.shape, SHAPES, `${key}.shape`),
    task: oneOf(value.task, TASKS, `${key}.task`),
    ...rest,
    ...(endpointUrl === undefined ? {} : { endpointUrl: urlOf(endpointUrl, `${key}.endpointUrl`) }),
  }
}

const readModels = (value: unknown): Readonly<Record<string, Upstream>> => {
  if (!isObject(value) || Object.keys(value).length === 0)
    throw new InputError('The gateway has no models.', {
      key: 'models',
      hint: 'models: { NAME: { kind: "url", url: … } }',
    })
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readUpstream(one, `models.${name}`)]))
}

const readKeys = (value: unknown, auth: Auth): readonly string[] => {
  const keys = value ?? []
  if (!Array.isArray(keys)) throw new InputError('keys is no list.', { key: 'keys' })
  const bad = keys.findIndex((key) => typeof key !== 'string' || !KEY.test(key))
  // A key in clear, put here by mistake, is not repeated in the message.
  if (bad >= 0)
    throw new InputError(`keys[${bad}] is no SHA-256 in lower-case hex.`, {
      key: 'keys',
      hint: 'Give NAME:HASH or HASH, the hash by: printf %s "$KEY" | sha256sum',
    })
  if (auth === 'keys' && keys.length === 0)
    throw new InputError('The gateway would be open: no keys.', {
      key: 'keys',
      hint: 'Give the SHA-256 of at least one key, or auth: "front" where something in front already asks for one.',
    })
  return keys as string[]
}

/** Checks a configuration that comes as parsed JSON. @throws InputError with the key that is wrong. */
export const readConfig = (value: unknown): GatewayConfig => {
  if (!isObject(value)) throw new InputError('The configuration of the gateway is no JSON object.')
  only(value, ['models', 'auth', 'keys', 'limits'], 'the configuration')
  const auth = value.auth === undefined ? 'keys' : oneOf(value.auth, ['keys', 'front'], 'auth')
  return {
    models: readModels(value.models),
    auth,
    keys: readKeys(value.keys, auth),
    limits: value.limits === undefined ? DEFAULT_LIMITS : readLimits(value.limits),
  }
}
