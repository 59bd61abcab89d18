import type { Seconds } from '@breakeven/core'
import type { GatewayConfig, UrlUpstream } from './config.ts'
import type { Senders } from './upstream.ts'
import { isObject } from './value.ts'

/** As OpenAI's clients list it. */
export type ListedModel = {
  readonly id: string
  readonly object: 'model'
  /** Seconds since 1970; 0 where nobody said. */
  readonly created: number
  readonly owned_by: string
}

/** A user interface asks for the list with every page; what a server has changes when somebody changes it. */
const KEPT_SECONDS = 30
/** A server that does not answer is not asked by everybody who waits for it. */
const FAILURE_KEPT_SECONDS = 5
const MOST_MODELS = 5000
const LONGEST_ID = 256

const isId = (id: unknown): id is string => typeof id === 'string' && id !== '' && id.length <= LONGEST_ID

/** What is in an upstream's answer of models. @throws where it is none. */
export const readModels = (body: Uint8Array): readonly ListedModel[] => {
  const value: unknown = JSON.parse(new TextDecoder().decode(body))
  if (!isObject(value) || !Array.isArray(value['data'])) throw new TypeError('no list of models')
  return value['data'].slice(0, MOST_MODELS).flatMap((model: unknown): ListedModel[] => {
    if (!isObject(model) || !isId(model['id'])) return []
    const { id, created, owned_by: owner } = model
    return [
      {
        id,
        object: 'model',
        created: typeof created === 'number' ? created : 0,
        owned_by: isId(owner) ? owner : 'upstream',
      },
    ]
  })
}

const named = ({ models }: GatewayConfig): readonly ListedModel[] =>
  Object.keys(models)
    .filter((name) => name !== '*')
    .map((id) => ({ id, object: 'model', created: 0, owned_by: 'breakeven' }))

/** The upstream's own list, asked for once in a while, by one caller for all. What it said last holds while it is silent. */
const askedOf = (
  upstream: UrlUpstream,
  models: NonNullable<Senders['models']>,
  clock: () => Seconds,
): (() => Promise<readonly ListedModel[]>) => {
  let last: readonly ListedModel[] = []
  let until = -Infinity
  let asking: Promise<void> | undefined
  const ask = async (): Promise<void> => {
    try {
      last = readModels(await models(upstream))
      until = clock() + KEPT_SECONDS
    } catch {
      until = clock() + FAILURE_KEPT_SECONDS
    }
    asking = undefined
  }
  return async () => {
    if (clock() >= until) await (asking ??= ask())
    return last
  }
}

/** The models that clients may name: those of the configuration, then, where any name is taken, those that the upstream has. */
export const modelLister = (
  config: GatewayConfig,
  models: Senders['models'],
  clock: () => Seconds,
): (() => Promise<readonly ListedModel[]>) => {
  const own = named(config)
  const any = config.models['*']
  if (any?.kind !== 'url' || models === undefined) return async () => own
  const theirs = askedOf(any, models, clock)
  const ownIds = new Set(own.map(({ id }) => id))
  return async () => [...own, ...(await theirs()).filter(({ id }) => !ownIds.has(id))]
}
