export { type Arrived, arrivals } from '@breakeven/core'
