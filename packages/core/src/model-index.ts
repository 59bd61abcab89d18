import type { ApiModel, OpenModel } from './catalog.ts'

/** Sellers by the names that logs use for models. */
export type ModelIndex = {
  readonly byId: ReadonlyMap<string, ApiModel>
  readonly byName: ReadonlyMap<string, readonly ApiModel[]>
  /** Open models by the names under which servers offer them, as `openName` writes them. */
  readonly openByName: ReadonlyMap<string, OpenModel>
  /** Who sells any model, as `normalProvider` writes them. */
  readonly sellers: ReadonlySet<string>
}

export type Resolved = { readonly model: ApiModel; readonly note?: string }

/** Who makes models, as opposed to reselling them: a bare model name means its maker's price. */
const MAKERS: readonly string[] = [
  'openai',
  'anthropic',
  'google',
  'google-gemini-api',
  'mistral',
  'deepseek',
  'xai',
  'cohere',
  'moonshot',
  'zai',
  'alibaba-dashscope',
  'minimax',
  'ai21',
  'perplexity',
  'voyageai',
]

/** `Qwen2.5-7B-Instruct`, `qwen2.5:7b` and `qwen2.5-7b` are one name: case, joints and what was done to the weights aside. */
const openName = (name: string): string => {
  let bare = name.toLowerCase()
  for (let longer = ''; longer !== bare;) {
    longer = bare
    bare = bare.replace(/[-_:](?:instruct|chat|it|hf|gguf|awq|gptq|bf16|fp16|fp8|int8|int4|q\d\w*)$/, '')
  }
  return bare.replaceAll(/[-_:\s]/g, '')
}

const tailOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

const indexOpen = (models: readonly OpenModel[]): ReadonlyMap<string, OpenModel> => {
  const byName = new Map<string, OpenModel>()
  for (const model of models) {
    if (model.unreleased === true) continue
    for (const name of [model.id, tailOf(model.repository)])
      byName.set(openName(name), byName.get(openName(name)) ?? model)
  }
  return byName
}

/** @param openModels those that a log may name because somebody runs them. */
export const indexModels = (models: readonly ApiModel[], openModels: readonly OpenModel[] = []): ModelIndex => {
  const byName = new Map<string, ApiModel[]>()
  const byId = new Map<string, ApiModel>()
  for (const model of models) {
    byId.set(model.id.toLowerCase(), model)
    for (const name of new Set([model.model.toLowerCase(), ...(model.aliases ?? [])])) {
      const list = byName.get(name)
      if (list === undefined) byName.set(name, [model])
      else list.push(model)
    }
  }
  const sellers = new Set(models.map(({ provider }) => normalProvider(provider)))
  return { byId, byName, openByName: indexOpen(openModels), sellers }
}

/** `gpt-4o-2024-08-06` -> `gpt-4o`: a dated snapshot without a row of its own is priced as its family, and said so. */
const withoutDate = (name: string): string =>
  name.replace(/[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|latest|\d{3})$/, '')

const makerRank = ({ provider }: ApiModel): number => {
  const rank = MAKERS.indexOf(provider)
  return rank < 0 ? MAKERS.length : rank
}

const normalProvider = (provider: string): string => provider.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Whether the catalogue has a price list of this name. */
export const isSeller = ({ sellers }: ModelIndex, provider: string): boolean => sellers.has(normalProvider(provider))

const sameProvider = (model: ApiModel, provider: string): boolean => {
  const wanted = normalProvider(provider)
  const own = normalProvider(model.provider)
  return own === wanted || own.includes(wanted) || wanted.includes(own)
}

const isMaker = (model: ApiModel): boolean => makerRank(model) < MAKERS.length

/** A price in doubt is not what somebody paid: better no price than that one. */
const isDoubtful = ({ prices }: ApiModel): boolean => prices.every(({ suspect }) => suspect)

const lookUp = (index: ModelIndex, name: string, provider: string | undefined): ApiModel | undefined => {
  const candidates = index.byName.get(name) ?? []
  const own = provider === undefined ? [] : candidates.filter((model) => sameProvider(model, provider))
  if (own.length > 0) return own[0]
  const sound = candidates.filter((model) => !isDoubtful(model)).toSorted((a, b) => makerRank(a) - makerRank(b))
  return sound.find(isMaker) ?? (provider === undefined ? sound[0] : undefined)
}

/** The open model that a name stands for: its id, its repository, as Ollama writes it, or with its machine (`llama-3.1-8b@ml.g5.2xlarge`). */
export const openModelOf = (index: ModelIndex, { model }: { readonly model?: string }): OpenModel | undefined => {
  if (model === undefined) return undefined
  const [name = ''] = model.trim().split('@', 1)
  return index.openByName.get(openName(tailOf(name)))
}

/** As the ledger says who answered: an endpoint of SageMaker's; a server on this machine or in a private network. */
export const OWN_HOSTING: { readonly sageMaker: string; readonly self: string } = {
  sageMaker: 'sagemaker',
  self: 'self-hosted',
}

const isOwnHosting = (provider: string | undefined): boolean =>
  provider === OWN_HOSTING.sageMaker || provider === OWN_HOSTING.self

/**
 * The seller's model that a log row names: by id, by name or alias at its provider, by its maker, then without the
 * snapshot date. Whatever was not exact is told in the note; nothing is guessed beyond that.
 */
export const resolveModel = (
  index: ModelIndex,
  { model, provider }: { readonly model?: string; readonly provider?: string },
): Resolved | undefined => {
  if (model === undefined) return undefined
  // That a seller has it too is no bill of his.
  if (isOwnHosting(provider) && openModelOf(index, { model }) !== undefined) return undefined
  const name = model.trim().toLowerCase()
  const exact =
    index.byId.get(name) ?? (provider === undefined ? undefined : index.byId.get(`${provider.toLowerCase()}/${name}`))
  if (exact !== undefined) return { model: exact }
  const tail = name.includes('/') ? name.slice(name.indexOf('/') + 1) : name
  const head = name.includes('/') ? name.slice(0, name.indexOf('/')) : undefined
  const wanted = provider ?? head
  for (const candidate of new Set([name, tail, withoutDate(name), withoutDate(tail)])) {
    const found = lookUp(index, candidate, wanted)
    if (found === undefined) continue
    // A bare name at its maker, or a name at the provider the row gives, needs no remark.
    const plain =
      (candidate === name || candidate === tail) &&
      (wanted === undefined ? isMaker(found) : sameProvider(found, wanted))
    return plain ? { model: found } : { model: found, note: `${model} is priced as ${found.id}` }
  }
  return undefined
}
