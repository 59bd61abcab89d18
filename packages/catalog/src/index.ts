// The catalogue at run time: the compiled snapshot. What reads data/ and user files (zod, yaml, genai-prices) is behind ./build and ./override.

export { catalogFromSnapshot, type ShippedCatalog } from './snapshot.ts'
export { loadCatalog } from './load.ts'
export { discountedCatalog } from './discounts.ts'
