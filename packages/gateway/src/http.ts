/** A request as plain values: what `node:http`, API Gateway and a test all have in common. Header names are lower case. */
export type GatewayRequest = {
  readonly method: string
  /** Without the query, as `/v1/chat/completions`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The same bytes as they came in; reading these in place of `body` saves a large prompt its copy. */
  readonly pieces?: readonly Uint8Array[]
  /** Who calls, where what stands in front of the gateway has found out: the id of an API key, the subject of a token. */
  readonly caller?: string
  /** Aborts when the client goes away, or with a TimeoutError when our own time is up. */
  readonly signal?: AbortSignal
}

/** An answer whose body is whole or arrives in pieces. */
export type GatewayResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Pieces must be read to their end, or given up by `return()`: only then is the call in the ledger. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
}

/** Answers every request, a failing one too: it never throws and never rejects. */
export type Handler = (request: GatewayRequest) => Promise<GatewayResponse>
