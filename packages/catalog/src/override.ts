import { InputError } from '@breakeven/core'
import type {
  ApiModel,
  CapabilityClass,
  Catalog,
  Instance,
  InstanceRate,
  IsoDate,
  OpenModel,
  Place,
  Price,
  PriceBand,
  Provenance,
  Purchase,
} from '@breakeven/core'

import { withDiscounts } from './discounts.ts'
import { OVERRIDE_KEYS, overrideFile } from './override-file.ts'
import type { OverrideFile, OwnMachine, OwnPrice, OwnRate } from './override-file.ts'
import { openModelOf } from './rows.ts'
import { readYaml, refuseUnknown } from './source-file.ts'

// A user's own prices, machines and judgements, laid over the shipped catalogue.

const bandsOf = ({ usdPerMillion, above = {} }: OwnPrice): readonly PriceBand[] => [
  { above: -1, usdPerMillion },
  ...Object.entries(above)
    .map(([tokens, prices]) => ({ above: Number(tokens), usdPerMillion: prices }))
    .toSorted((a, b) => a.above - b.above),
]

type Period = { readonly from?: IsoDate; readonly to?: IsoDate }

/** What is left of a dated price when another takes a period out of it; a price without dates is taken to hold always. */
const outside = <Dated extends Period>(dated: Dated, { from, to }: Period): readonly Dated[] => {
  const apart =
    (dated.to !== undefined && from !== undefined && dated.to <= from) ||
    (dated.from !== undefined && to !== undefined && to <= dated.from)
  if (apart) return [dated]
  const before = from !== undefined && (dated.from === undefined || dated.from < from) ? [{ ...dated, to: from }] : []
  const after = to !== undefined && (dated.to === undefined || to < dated.to) ? [{ ...dated, from: to }] : []
  return [...before, ...after]
}

const priceOf = (row: OwnPrice, given: Provenance): Price => ({
  tier: row.tier,
  ...(row.region === undefined ? {} : { region: row.region }),
  ...(row.from === undefined ? {} : { from: row.from }),
  ...(row.to === undefined ? {} : { to: row.to }),
  bands: bandsOf(row),
  ...(row.usdPerRequest === undefined ? {} : { usdPerRequest: row.usdPerRequest }),
  ...(row.minimumInputTokens === undefined ? {} : { minimumInputTokens: row.minimumInputTokens }),
  ...given,
})

/** The user's price wins for its dates, tier and region. A model that is not known is added. */
const withPrice = (
  models: readonly ApiModel[],
  row: OwnPrice,
  given: Provenance,
  openClass: (id: string) => CapabilityClass | undefined,
): readonly ApiModel[] => {
  const known = models.find(({ id }) => id === row.model)
  const cut = row.model.indexOf('/')
  const classed = row.class ?? (row.openModel === undefined ? undefined : openClass(row.openModel))
  const base: ApiModel = known ?? {
    id: row.model,
    provider: row.model.slice(0, cut),
    model: row.model.slice(cut + 1),
    task: 'generate',
    prices: [],
  }
  const kept = base.prices.flatMap((old) =>
    old.tier === row.tier && old.region === row.region ? outside(old, row) : [old],
  )
  const { free: _, ...paid } = base
  const next: ApiModel = {
    ...paid,
    ...(row.task === undefined ? {} : { task: row.task }),
    ...(classed === undefined ? {} : { capability: { class: classed, source: given.source } }),
    ...(row.openModel === undefined ? {} : { openModel: row.openModel }),
    ...(row.tokenizer === undefined ? {} : { tokenizer: row.tokenizer }),
    ...(row.contextTokens === undefined ? {} : { contextTokens: row.contextTokens }),
    prices: [priceOf(row, given), ...kept],
  }
  return known ? models.map((model) => (model === known ? next : model)) : [...models, next]
}

const PURCHASES: readonly Purchase[] = ['on-demand', 'one-year', 'spot']

/** An own machine costs the same wherever one looks and however one would buy another. */
const machineOf = (row: OwnMachine, regions: readonly string[], given: Provenance): Instance => ({
  id: row.id,
  service: 'own',
  accelerator: row.accelerator,
  acceleratorCount: row.count,
  ...(row.vcpus === undefined ? {} : { vcpus: row.vcpus }),
  ...(row.ramGib === undefined ? {} : { ramBytes: row.ramGib * 1024 ** 3 }),
  localDisk: true,
  rates: regions.flatMap((region) =>
    PURCHASES.map((purchase): InstanceRate => ({ purchase, region, usdPerHour: row.usdPerHour, ...given })),
  ),
})

const withRate = (instances: readonly Instance[], row: OwnRate, given: Provenance): readonly Instance[] => {
  const { instance, ...own } = row
  return instances.map((known) =>
    known.id === instance
      ? {
          ...known,
          rates: [
            { ...own, ...given },
            ...known.rates.filter(({ region, purchase }) => region !== row.region || purchase !== row.purchase),
          ],
        }
      : known,
  )
}

const replaceById = <Row extends { readonly id: string }>(
  rows: readonly Row[],
  own: readonly Row[],
): readonly Row[] => {
  const ids = new Set(own.map(({ id }) => id))
  return [...rows.filter(({ id }) => !ids.has(id)), ...own]
}

/** Names that the file may use: what the catalogue knows and what the file itself adds. */
const namesOf = (
  catalog: Catalog,
  file: OverrideFile,
): Record<'accelerator' | 'instance' | 'openModel' | 'tokenizer' | 'apiModel' | 'provider', ReadonlySet<string>> => ({
  accelerator: new Set([...catalog.accelerators, ...file.accelerators].map(({ id }) => id)),
  instance: new Set(catalog.instances.map(({ id }) => id)),
  openModel: new Set([...catalog.openModels, ...file.models].map(({ id }) => id)),
  tokenizer: new Set([...catalog.tokenizers, ...file.tokenizers].map(({ id }) => id)),
  apiModel: new Set([...catalog.apiModels.map(({ id }) => id), ...file.prices.map(({ model }) => model)]),
  provider: new Set([
    'aws',
    ...catalog.apiModels.map(({ provider }) => provider),
    ...file.prices.map(({ model }) => model.slice(0, model.indexOf('/'))),
  ]),
})

const refuseUnknownNames = (
  catalog: Catalog,
  file: OverrideFile,
  placeAt: (path: readonly PropertyKey[]) => Place,
): void => {
  const known = namesOf(catalog, file)
  file.machines.forEach((row, index) =>
    refuseUnknown('accelerator', row.accelerator, known.accelerator, placeAt(['machines', index, 'accelerator'])),
  )
  file.rates.forEach((row, index) =>
    refuseUnknown('instance', row.instance, known.instance, placeAt(['rates', index, 'instance'])),
  )
  file.models.forEach((row, index) =>
    refuseUnknown('tokeniser family', row.tokenizer, known.tokenizer, placeAt(['models', index, 'tokenizer'])),
  )
  file.prices.forEach((row, index) => {
    if (row.openModel !== undefined)
      refuseUnknown('open model', row.openModel, known.openModel, placeAt(['prices', index, 'openModel']))
    if (row.tokenizer !== undefined)
      refuseUnknown('tokeniser family', row.tokenizer, known.tokenizer, placeAt(['prices', index, 'tokenizer']))
    if (row.from !== undefined && row.to !== undefined && row.to <= row.from) {
      throw new InputError(`the price ends (${row.to}) before it begins (${row.from})`, {
        ...placeAt(['prices', index, 'to']),
        hint: '`to` is the first day on which it no longer holds',
      })
    }
  })
  for (const provider of Object.keys(file.discounts))
    refuseUnknown('provider', provider, known.provider, placeAt(['discounts', provider]))
  for (const id of Object.keys(file.classes))
    refuseUnknown('model', id, new Set([...known.apiModel, ...known.openModel]), placeAt(['classes', id]))
}

const withClass = <Model extends ApiModel | OpenModel>(
  model: Model,
  classed: CapabilityClass | undefined,
  source: string,
): Model => {
  if (classed === undefined) return model
  return 'prices' in model
    ? { ...model, capability: { class: classed, source } }
    : { ...model, class: classed, classSource: source }
}

/**
 * Lays a user's YAML over the catalogue: discounts off list prices, own API prices, contract rates, machines, models,
 * accelerators, classes and tokeniser ratios. Own prices and rates are what is paid: no discount is taken off them.
 * Rows are dated `asOf` the catalogue where the file gives no date. Nothing of `catalog` is changed.
 * Throws `InputError` with line, column, key and what is allowed.
 */
export const applyOverrides = <Shipped extends Catalog>(
  catalog: Shipped,
  yamlText: string,
  fileName: string,
): Shipped => {
  if (yamlText.trim() === '') {
    throw new InputError('the file is empty', {
      file: fileName,
      hint: `allowed: ${OVERRIDE_KEYS.join(', ')}`,
    })
  }
  const { value: file, placeAt } = readYaml(yamlText, fileName, overrideFile)
  refuseUnknownNames(catalog, file, placeAt)
  const given = (path: readonly PropertyKey[], row: { source?: string; asOf?: IsoDate }): Provenance => ({
    source: row.source ?? `${fileName}:${placeAt(path).line}`,
    asOf: row.asOf ?? catalog.asOf,
    sure: 'published',
  })
  const listed = withDiscounts(catalog, (provider) => {
    const off = file.discounts[provider]
    return off === undefined
      ? undefined
      : {
          factor: 1 - off,
          note: `less ${Number((off * 100).toPrecision(6))} % (${fileName}:${placeAt(['discounts', provider]).line})`,
        }
  })
  const openModels = replaceById(catalog.openModels, file.models.map(openModelOf))
  const openClass = (id: string): CapabilityClass | undefined => openModels.find((model) => model.id === id)?.class
  const regions = [...new Set(catalog.instances.flatMap(({ rates }) => rates.map(({ region }) => region)))]
  const apiModels = file.prices.reduce(
    (models, row, index) => withPrice(models, row, given(['prices', index], row), openClass),
    listed.apiModels,
  )
  const rated = file.rates.reduce(
    (instances, row, index) => withRate(instances, row, given(['rates', index], row)),
    listed.instances,
  )
  const machines = file.machines.map((row, index) => machineOf(row, regions, given(['machines', index], row)))
  const classSource = `${fileName}, the user's judgement`
  const ratios = file.tokenizers.map((row, index) => ({
    id: row.id,
    ratio: row.ratio,
    low: row.low ?? row.ratio,
    high: row.high ?? row.ratio,
    ...given(['tokenizers', index], row.source === undefined ? {} : { source: row.source }),
  }))
  return {
    ...catalog,
    // An answer over other prices must not look like one over the shipped ones.
    hash: `${catalog.hash}+${fileName}`,
    services: listed.services,
    apiModels: apiModels.map((model) => withClass(model, file.classes[model.id], classSource)),
    openModels: openModels.map((model) => withClass(model, file.classes[model.id], classSource)),
    accelerators: replaceById(catalog.accelerators, file.accelerators),
    instances: replaceById(rated, machines),
    tokenizers: replaceById(catalog.tokenizers, ratios),
  }
}
