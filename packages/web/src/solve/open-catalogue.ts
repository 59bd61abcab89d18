import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import { catalogFromSnapshot } from '@breakeven/catalog/snapshot'

/** The price catalogue out of the bytes that lie beside the page. */
export const openCatalogue = async (bytes: ArrayBuffer): Promise<ShippedCatalog> => {
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return catalogFromSnapshot(await new Response(unpacked).text())
}
