import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { readCatalogFiles } from './catalog-files.ts'
import { catalogFromSnapshot, snapshotOf } from './snapshot.ts'
import type { ShippedCatalog } from './snapshot.ts'

const files = await readCatalogFiles(fileURLToPath(new URL('../../../data', import.meta.url)))
const catalog: ShippedCatalog = { hash: 'h', asOf: '2026-11-23', apiModels: [], ...files }

test('what a snapshot holds comes back as it was', () => {
  expect(catalogFromSnapshot(snapshotOf(catalog))).toEqual(catalog)
})

test('a source is written once, however many rows name it', () => {
  const json = snapshotOf(catalog)
  const source = catalog.instances.find(({ id }) => id === 'g5.4xlarge')!.rates[0]!.source
  expect(json.split(JSON.stringify(source))).toHaveLength(2)
})

test('writing a snapshot leaves the catalogue as it was', () => {
  const before = structuredClone(catalog)
  snapshotOf(catalog)
  expect(catalog).toEqual(before)
})

test('another file is refused', () => {
  expect(() => catalogFromSnapshot('{"rows":[]}')).toThrow('not a catalogue snapshot')
})
