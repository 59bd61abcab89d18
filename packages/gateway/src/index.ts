export type { GatewayRequest, GatewayResponse, Handler } from './http.ts'
