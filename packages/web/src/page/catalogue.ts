import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import { catalogFromSnapshot } from '@breakeven/catalog/snapshot'

/** The price catalogue, which lies beside the page, compressed. */
export const fetchCatalogue = async (): Promise<ShippedCatalog> => {
  const response = await fetch(new URL('catalogue.bin', document.baseURI))
  if (!response.ok || response.body === null) throw new Error(`catalogue.bin: ${response.status}`)
  return catalogFromSnapshot(await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).text())
}
