/** A request as plain values: what `node:http`, API Gateway and a test all have in common. Header names are lower case. */
export type GatewayRequest = {
  readonly method: string
  /** Without the query, as `/v1/chat/completions`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Aborts when the client goes away. */
  readonly signal?: AbortSignal
}

/** An answer whose body is whole or arrives in pieces. */
export type GatewayResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
}

/** Answers every request, a failing one too: it never throws and never rejects. */
export type Handler = (request: GatewayRequest) => Promise<GatewayResponse>
