import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { Catalog, Conditions, Requests, Workload } from '@breakeven/core'
import { articleComparison, compare, InputError, segmentEdges, workloadFromNumbers } from '@breakeven/core'
import type { Settings } from '../state/settings.ts'
import { conditionsOf } from './conditions.ts'
import { hoursOf } from './hours.ts'
import type { Result } from './messages.ts'
import { problemOf } from './session.ts'

/** One catalogue is asked thousands of times. */
const knownEdges = new WeakMap<Catalog['apiModels'], readonly number[]>()
const edgesOf = (catalog: Catalog): readonly number[] => {
  let edges = knownEdges.get(catalog.apiModels)
  if (edges === undefined) knownEdges.set(catalog.apiModels, (edges = segmentEdges(catalog)))
  return edges
}

/** The article names no latency target; what stands in front of its model ends a request after 29 s. */
const ARTICLE_PATIENCE_SECONDS = 29

/** The traffic of the settings, as the core takes it; `read` is what files held. Throws `InputError` for requests of no tokens. */
const workloadOf = ({ traffic }: Settings, catalog: Catalog, read: Workload | undefined): Workload => {
  if (traffic.kind === 'file') {
    if (read === undefined) throw new Error('the traffic of a file was not unpacked')
    return read
  }
  const { kind: _kind, ...numbers } = traffic
  if (numbers.inputTokens + numbers.outputTokens === 0)
    throw new InputError('requests of no tokens at all cost nothing to compare', {
      hint: 'give tokens in or tokens out above 0',
    })
  return workloadFromNumbers(numbers, edgesOf(catalog))
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
    workloadFromNumbers({ requestsPerDay, inputTokens, outputTokens }, edgesOf(catalog)),
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

export type Asked = {
  readonly catalog: ShippedCatalog
  readonly settings: Settings
  readonly read?: Workload | undefined
  /** The calls as they came, for the deeper look. */
  readonly rows?: Requests | undefined
}

/** Settings in, answer out, at one of the two depths. What is wrong with the settings is an answer too. */
export const solve = (
  { catalog, settings, read, rows }: Asked,
  estimate: Conditions['estimate'] = 'closed-form',
): Result => {
  try {
    if (settings.preset !== undefined) return solvePreset(catalog, settings)
    const workload = workloadOf(settings, catalog, read)
    const hours = hoursOf(workload)
    return {
      kind: 'answer',
      comparison: compare(catalogFor(catalog, settings), workload, conditionsOf(settings, estimate), rows),
      ...(hours === undefined ? {} : { hours }),
    }
  } catch (error) {
    return problemOf(error)
  }
}
