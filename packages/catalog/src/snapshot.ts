import type { ArticlePreset, Catalog, Container } from '@breakeven/core'

/** The catalogue as it ships: core's, the published comparisons that can be run again, and the images that serve models on AWS. */
export type ShippedCatalog = Catalog & {
  readonly presets: readonly ArticlePreset[]
  readonly containers: readonly Container[]
}

/**
 * The JSON that Node and the browser load. A few hundred long sources stand under thousands of rows,
 * so each is written once and rows hold its number.
 */
type Snapshot = { readonly sources: readonly string[]; readonly catalog: ShippedCatalog }

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const swapSources = (value: unknown, swap: (source: unknown) => unknown): void => {
  if (Array.isArray(value)) {
    for (const item of value) if (isRecord(item)) swapSources(item, swap)
    return
  }
  if (!isRecord(value)) return
  if (value.source !== undefined) value.source = swap(value.source)
  for (const key in value) if (isRecord(value[key])) swapSources(value[key], swap)
}

export const snapshotOf = (catalog: ShippedCatalog): string => {
  const numbers = new Map<unknown, number>()
  const copy = structuredClone(catalog)
  swapSources(copy, (source) => {
    const known = numbers.get(source)
    if (known !== undefined) return known
    numbers.set(source, numbers.size)
    return numbers.size - 1
  })
  return JSON.stringify({ sources: [...numbers.keys()], catalog: copy })
}

/** The catalogue that `snapshotOf` wrote. Throws on anything else: the file is ours, so that is a bug or a broken installation. */
export const catalogFromSnapshot = (json: string): ShippedCatalog => {
  const { sources, catalog } = JSON.parse(json) as Snapshot
  if (!Array.isArray(sources) || !isRecord(catalog)) throw new Error('not a catalogue snapshot')
  swapSources(catalog, (number) => sources[number as number])
  return catalog
}
