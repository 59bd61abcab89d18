import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { loadCatalog } from './load.ts'
import { snapshotOf } from './snapshot.ts'
import type { ShippedCatalog } from './snapshot.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakeven-'))
afterAll(() => rmSync(folder, { recursive: true }))

const catalog: ShippedCatalog = {
  hash: 'abc',
  asOf: '2026-01-01',
  apiModels: [],
  openModels: [],
  accelerators: [],
  instances: [],
  engines: [],
  services: [],
  tokenizers: [{ id: 'o200k', ratio: 1, low: 1, high: 1, source: 'itself', asOf: '2026-01-01', sure: 'measured' }],
  presets: [],
  containers: [],
}

test('loads the snapshot at a path', () => {
  const path = join(folder, 'catalog.json')
  writeFileSync(path, snapshotOf(catalog))
  expect(loadCatalog(path)).toEqual(catalog)
})

test('says what to do where there is none', () => {
  expect(() => loadCatalog(join(folder, 'missing.json'))).toThrow(
    /no catalogue snapshot at .*missing\.json: run `npm run catalog`/,
  )
})
