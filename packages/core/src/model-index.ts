import type { ApiModel } from './catalog.ts'

/** Sellers by the names that logs use for models. */
export type ModelIndex = {
  readonly byId: ReadonlyMap<string, ApiModel>
  readonly byName: ReadonlyMap<string, readonly ApiModel[]>
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

export const indexModels = (models: readonly ApiModel[]): ModelIndex => {
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
  return { byId, byName }
}

/** `gpt-4o-2024-08-06` -> `gpt-4o`: a dated snapshot without a row of its own is priced as its family, and said so. */
const withoutDate = (name: string): string =>
  name.replace(/[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|latest|\d{3})$/, '')

const makerRank = ({ provider }: ApiModel): number => {
  const rank = MAKERS.indexOf(provider)
  return rank < 0 ? MAKERS.length : rank
}

const normalProvider = (provider: string): string => provider.toLowerCase().replace(/[^a-z0-9]/g, '')

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

/**
 * The seller's model that a log row names: by id, by name or alias at its provider, by its maker, then without the
 * snapshot date. Whatever was not exact is told in the note; nothing is guessed beyond that.
 */
export const resolveModel = (
  index: ModelIndex,
  { model, provider }: { readonly model?: string; readonly provider?: string },
): Resolved | undefined => {
  if (model === undefined) return undefined
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
