import { discountedCatalog } from '@breakeven/catalog/discounts'
import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { Workload } from '@breakeven/core'
import { InputError, parseDiscount, requestsPerDayOf, scaledTo, segmentEdges } from '@breakeven/core'
import { unpackText } from '../state/packed.ts'
import type { Settings } from '../state/settings.ts'
import { workloadOfSummary } from '../state/summary.ts'
import type { Names, Problem } from './messages.ts'

/** Keeps the last answer of a slow question, as it is asked again with every key. */
const remembering = <Key extends string, Value>(work: (key: Key) => Promise<Value>): ((key: Key) => Promise<Value>) => {
  let last: { key: Key; value: Promise<Value> } | undefined
  return (key) => {
    if (last?.key !== key) {
      const value = work(key)
      last = { key, value }
    }
    return last.value
  }
}

const withOwnPrices = async (shipped: ShippedCatalog, name: string, packed: string): Promise<ShippedCatalog> => {
  // What reads a person's own file (YAML, zod) is loaded only for those who have one.
  const { applyOverrides } = await import('@breakeven/catalog/override')
  return applyOverrides(shipped, await unpackText(packed, name), name)
}

const discountsOf = (text: string): ReturnType<typeof parseDiscount>[] =>
  text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => parseDiscount(part.trim()))

/** The catalogue as a page needs it: names, and where prices change. */
export const namesOf = (catalog: ShippedCatalog): Names => ({
  api: catalog.apiModels
    .filter(({ free }) => free !== true)
    .map(({ id, retired }) => (retired === undefined ? { id } : { id, retired })),
  models: catalog.openModels.filter(({ unreleased }) => unreleased !== true).map(({ id }) => id),
  machines: catalog.instances.map(({ id }) => id),
  regions: [...new Set(catalog.instances.flatMap(({ rates }) => rates.map(({ region }) => region)))].toSorted(
    (one, other) => one.localeCompare(other),
  ),
  presets: catalog.presets,
  edges: segmentEdges(catalog),
})

export type Session = {
  /** The shipped catalogue under the reader's own file, less the reader's discounts. */
  readonly catalogFor: (settings: Settings) => Promise<ShippedCatalog>
  /** What was read from files, at the volume asked for; undefined for traffic given as numbers. */
  readonly trafficFor: (settings: Settings) => Promise<Workload | undefined>
  readonly partsFor: (settings: Settings) => Promise<readonly { value: string; workload: Workload }[]>
}

/** What a worker keeps between questions. */
export const openSession = (shipped: ShippedCatalog): Session => {
  const catalogs = remembering(async (key: string) => {
    const { prices, discounts } = JSON.parse(key) as Pick<Settings, 'prices' | 'discounts'>
    const base = prices === undefined ? shipped : await withOwnPrices(shipped, prices.name, prices.packed)
    return discountedCatalog(base, discountsOf(discounts))
  })
  const workloads = remembering(workloadOfSummary)
  return {
    catalogFor: ({ prices, discounts }) => catalogs(JSON.stringify({ prices, discounts })),
    trafficFor: async ({ traffic }) => {
      if (traffic.kind === 'numbers') return undefined
      const workload = await workloads(traffic.packed)
      return traffic.requestsPerDay === undefined ? workload : scaledTo(workload, traffic.requestsPerDay)
    },
    partsFor: async ({ traffic }) => {
      if (traffic.kind === 'numbers') return []
      const { packed: whole, parts = [], requestsPerDay } = traffic
      // Each part keeps its share of the whole.
      const factor =
        requestsPerDay === undefined ? undefined : requestsPerDay / requestsPerDayOf(await workloads(whole))
      return Promise.all(
        parts.map(async ({ value, packed }) => {
          const workload = await workloadOfSummary(packed)
          return {
            value,
            workload: factor === undefined ? workload : scaledTo(workload, requestsPerDayOf(workload) * factor),
          }
        }),
      )
    },
  }
}

/** Bad input as an answer; anything else that is thrown is a bug. Flags are the command line's: the page has fields. */
export const problemOf = (error: unknown): Problem => {
  if (!(error instanceof InputError)) throw error
  const { line } = error.place
  const message = error.message.replace(/^--[\w-]+ (?=\S)/, '')
  return {
    kind: 'problem',
    message:
      error.place.file === undefined
        ? message
        : `${error.place.file}${line === undefined ? '' : `:${line}`}: ${message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}
