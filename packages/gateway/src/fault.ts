import type { Seconds } from '@breakeven/core'
import type { GatewayResponse } from './http.ts'

export type FaultDetails = {
  /** For programs, as `model_not_found`; also the `fault` of the ledger line. */
  readonly code: string
  readonly param?: string
  /** When it is worth trying again. */
  readonly retrySeconds?: Seconds
}

/** Why a request gets no answer: what the client is told, in OpenAI's words. Never holds a key or a text of the client. */
export class Fault extends Error {
  readonly status: number
  readonly details: FaultDetails

  constructor(status: number, message: string, details: FaultDetails) {
    super(message)
    this.name = 'Fault'
    this.status = status
    this.details = details
  }
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  408: 'timeout_error',
  424: 'model_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
}
const typeOf = (status: number): string => TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error')

/** The body of a refusal as OpenAI writes it; its clients read `error.message`, `type`, `param` and `code`. */
export const faultJson = ({ status, message, details: { code, param } }: Fault): string =>
  JSON.stringify({ error: { message, type: typeOf(status), param: param ?? null, code } })

const encoder = new TextEncoder()
export const jsonAnswer = (
  status: number,
  json: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: encoder.encode(json),
})

export const faultAnswer = (fault: Fault, headers: Readonly<Record<string, string>> = {}): GatewayResponse => {
  const { retrySeconds } = fault.details
  return jsonAnswer(fault.status, faultJson(fault), {
    ...headers,
    ...(retrySeconds === undefined ? {} : { 'retry-after': String(retrySeconds) }),
  })
}

/** What a stream that has begun ends with: OpenAI's clients throw it as an APIError. */
export const faultEvent = (fault: Fault): Uint8Array => encoder.encode(`data: ${faultJson(fault)}\n\n`)
