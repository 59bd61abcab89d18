export { openTrafficWriter } from './duckdb/write-traffic.ts'
export type { TrafficWriter } from './duckdb/write-traffic.ts'
