export { type Discount, parseDiscount, parseShare } from '@breakeven/core'
