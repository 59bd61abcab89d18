import { readFileSync } from 'node:fs'

import { catalogFromSnapshot } from './snapshot.ts'
import type { ShippedCatalog } from './snapshot.ts'

/** Where set-up writes the snapshot; a bundle carries it at the same place relative to its chunks. */
const SNAPSHOT = new URL('../generated/catalog.json', import.meta.url)

/** The shipped catalogue (or the snapshot at `path`). Throws where there is none. */
export const loadCatalog = (path: string | URL = SNAPSHOT): ShippedCatalog => {
  let json: string
  try {
    json = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`no catalogue snapshot at ${String(path)}: run \`npm run catalog\``, { cause: error })
  }
  return catalogFromSnapshot(json)
}
