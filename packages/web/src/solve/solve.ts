import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { Catalog, Comparison, Workload } from '@breakeven/core'
import { articleComparison, compare, InputError, segmentEdges, workloadFromNumbers } from '@breakeven/core'
import type { Settings } from '../state/settings.ts'
import { conditionsOf } from './conditions.ts'

/** What the page shows: an answer (a preset's beside its honest version), or why there is none. */
export type Result =
  | { readonly kind: 'answer'; readonly comparison: Comparison; readonly honest?: Comparison }
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string }

/** The article names no latency target; what stands in front of its model ends a request after 29 s. */
const ARTICLE_PATIENCE_SECONDS = 29

/** The traffic of the settings, as the core takes it. Throws `InputError` for requests of no tokens. */
export const workloadOf = ({ traffic }: Settings, catalog: Catalog): Workload => {
  if (traffic.kind === 'file') return traffic.workload
  const { kind: _kind, ...numbers } = traffic
  if (numbers.inputTokens + numbers.outputTokens === 0)
    throw new InputError('requests of no tokens at all cost nothing to compare', {
      hint: 'give tokens in or tokens out above 0',
    })
  return workloadFromNumbers(numbers, segmentEdges(catalog))
}

/**
 * Where every rented model is named and the traffic names none, no other row of the catalogue can have a part in the
 * answer but those that rent out an open model that is run (a mix sends its overflow there). Reading only these makes an
 * answer several times faster, and changes nothing: a test holds both ways equal.
 */
export const catalogFor = (catalog: Catalog, settings: Settings): Catalog => {
  if (settings.traffic.kind === 'file' || settings.api.length === 0) return catalog
  const named = new Set(settings.api.map((id) => id.toLowerCase()))
  if (!catalog.apiModels.some(({ id }) => named.has(id.toLowerCase()))) return catalog
  const models = settings.models.map((model) => model.toLowerCase())
  const serves = (openModel: string): boolean =>
    models.length === 0 || models.some((model) => openModel.toLowerCase().startsWith(model))
  const apiModels = catalog.apiModels.filter(
    ({ id, openModel }) => named.has(id.toLowerCase()) || (openModel !== undefined && serves(openModel)),
  )
  const known = new Set(apiModels.map(({ id }) => id.toLowerCase()))
  // A name that is none (or short for one) is for the whole catalogue to answer.
  return [...named].every((id) => known.has(id)) ? { ...catalog, apiModels } : catalog
}

const solvePreset = (catalog: ShippedCatalog, settings: Settings): Result => {
  const preset = catalog.presets.find(({ id }) => id === settings.preset)
  if (preset === undefined)
    throw new InputError(`there is no preset called ${settings.preset}`, {
      hint: `known: ${catalog.presets.map(({ id }) => id).join(', ')}`,
    })
  if (settings.traffic.kind !== 'numbers') throw new InputError('a preset has its own traffic')
  const { requestsPerDay } = settings.traffic
  const { inputTokens, outputTokens, host, machines, apiModel, on } = preset
  const honest = compare(
    catalog,
    workloadFromNumbers({ requestsPerDay, inputTokens, outputTokens }, segmentEdges(catalog)),
    {
      ...conditionsOf(settings),
      on,
      api: [apiModel],
      ttftSeconds: ARTICLE_PATIENCE_SECONDS,
      tpotSeconds: ARTICLE_PATIENCE_SECONDS,
      host: [
        { model: host.model, instance: host.instance, precision: 'bf16' },
        ...machines.map((instance) => ({ model: host.model, instance })),
      ],
    },
  )
  return { kind: 'answer', comparison: articleComparison(catalog, preset, requestsPerDay), honest }
}

/** Names from an old link that the catalogue no longer has. */
export const missingNames = (catalog: Catalog, { api, models, machines }: Settings): readonly string[] => {
  const has = (rows: readonly { readonly id: string }[], name: string): boolean =>
    rows.some(({ id }) => id.toLowerCase() === name.toLowerCase())
  return [
    ...api.filter((name) => !has(catalog.apiModels, name)),
    ...models.filter((name) => !has(catalog.openModels, name)),
    ...machines.filter((name) => !has(catalog.instances, name)),
  ]
}

/** Leaves out what the catalogue does not have: a model that has gone must not take the page with it. */
export const withoutMissing = (settings: Settings, missing: readonly string[]): Settings => {
  if (missing.length === 0) return settings
  const left = (names: readonly string[]): readonly string[] => names.filter((name) => !missing.includes(name))
  return {
    ...settings,
    api: left(settings.api),
    models: left(settings.models),
    machines: left(settings.machines),
  }
}

/** Settings in, answer out. What is wrong with the settings is an answer too; anything else that is thrown is a bug. */
export const solve = (catalog: ShippedCatalog, settings: Settings): Result => {
  try {
    if (settings.preset !== undefined) return solvePreset(catalog, settings)
    return {
      kind: 'answer',
      comparison: compare(catalogFor(catalog, settings), workloadOf(settings, catalog), conditionsOf(settings)),
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { kind: 'problem', message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  }
}
