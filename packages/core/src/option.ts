import type { ApiModel, Engine, Instance, OpenModel, Precision, Purchase } from './catalog.ts'

/** `api:openai/gpt-4o`, `hosted:llama-3.1-8b@ml.g5.2xlarge/bf16/tp1/vllm/on-demand`, `hybrid:2*hosted:…+api:…`, `as-is`. */
export type OptionId = string

/** What stands between the client and the model. */
export type Front = 'rest' | 'http' | 'none'

/** How many replicas run: as many as the peak needs all the time, or as each hour needs. */
export type ReplicaPolicy = 'fixed' | 'hourly'

/** One value with three readers: priced by `hostedCost`, simulated, and deployed. */
export type Deployment = {
  readonly model: OpenModel
  readonly instance: Instance
  readonly precision: Precision
  readonly tensorParallel: number
  readonly engine: Engine
  readonly purchase: Purchase
  readonly region: string
  readonly replicas: ReplicaPolicy
  readonly front: Front
}

export type Option =
  | { readonly kind: 'asIs' }
  | { readonly kind: 'api'; readonly model: ApiModel }
  | { readonly kind: 'hosted'; readonly deployment: Deployment }
  | { readonly kind: 'hybrid'; readonly deployment: Deployment; readonly overflow: ApiModel }

export const hostedId = ({ model, instance, precision, tensorParallel, engine, purchase }: Deployment): OptionId =>
  `hosted:${model.id}@${instance.id}/${precision}/tp${tensorParallel}/${engine.id}/${purchase}`

export const apiId = (model: ApiModel): OptionId => `api:${model.id}`
