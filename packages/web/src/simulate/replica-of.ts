import type { Catalog, PricedOption, Replica } from '@breakeven/core'

/** The replica that a hosted option's id names: `hosted:MODEL@MACHINE/PRECISION/tpN/ENGINE/PURCHASE`. */
export const replicaOf = (catalog: Catalog, { id }: PricedOption): Replica | undefined => {
  const [, modelId, instanceId, precision, degree, engineId] =
    /^hosted:([^@]+)@([^/]+)\/([^/]+)\/tp(\d+)\/([^/]+)\//.exec(id) ?? []
  const model = catalog.openModels.find((one) => one.id === modelId)
  const instance = catalog.instances.find((one) => one.id === instanceId)
  const accelerator = catalog.accelerators.find((one) => one.id === instance?.accelerator)
  const engine = catalog.engines.find((one) => one.id === engineId)
  if (model === undefined || instance === undefined || accelerator === undefined || engine === undefined)
    return undefined
  return {
    model,
    accelerator,
    engine,
    precision: precision as Replica['precision'],
    tensorParallel: Number(degree),
    ...(instance.ramBytes === undefined ? {} : { ramBytes: instance.ramBytes }),
  }
}
