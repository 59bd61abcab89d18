import { readFileSync } from 'node:fs'

import { catalogFromSnapshot } from './snapshot.ts'
import type { ShippedCatalog } from './snapshot.ts'

/** Where set-up writes the snapshot, and where a bundle carries it. */
const places: readonly URL[] = [
  new URL('../generated/catalog.json', import.meta.url),
  new URL('catalog.json', import.meta.url),
]

const read = (place: string | URL): string | undefined => {
  try {
    return readFileSync(place, 'utf8')
  } catch {
    return undefined
  }
}

/** The shipped catalogue, from the snapshot beside this file (or at `path`). Throws where there is none. */
export const loadCatalog = (path?: string): ShippedCatalog => {
  for (const place of path === undefined ? places : [path]) {
    const json = read(place)
    if (json !== undefined) return catalogFromSnapshot(json)
  }
  throw new Error(`no catalogue snapshot at ${path ?? places.map(String).join(' or ')}: run \`npm run catalog\``)
}
