export { rowKeeper } from '@breakeven/core'
