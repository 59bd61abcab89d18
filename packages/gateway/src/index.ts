export type { GatewayRequest, GatewayResponse, Handler } from './http.ts'
export {
  type Auth,
  type GatewayConfig,
  readConfig,
  type SageMakerUpstream,
  type Upstream,
  type UrlUpstream,
} from './config.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export { createHandler, type HandlerParts } from './handler.ts'
export { type Ledger, type LedgerEntry, ledgerLine, lineLedger } from './ledger.ts'
export type { Senders, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
