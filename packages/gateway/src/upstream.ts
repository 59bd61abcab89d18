import type { Pieces } from './bytes.ts'
import type { SageMakerUpstream, UrlUpstream } from './config.ts'
import type { Limits } from './limits.ts'

export type Route = 'chat' | 'completions' | 'embeddings' | 'classify'

/** What goes upstream: already checked, routed and made to report its usage. */
export type UpstreamRequest = {
  readonly route: Route
  /** As the client named it; the body says what the upstream is to hear. */
  readonly model: string
  readonly body: Pieces
  readonly isStream: boolean
  /** Aborts when the client goes away before there is an answer. */
  readonly signal: AbortSignal | undefined
  readonly limits: Limits
}

/** What comes back: in OpenAI's shape, whatever the upstream speaks. */
export type UpstreamAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A reader that gives it up by `return()` stops the call upstream. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
}

/** Rejects with a `Fault` where there is no answer to pass on. */
type Send<U> = (upstream: U, request: UpstreamRequest) => Promise<UpstreamAnswer>

/** The ways out of the gateway. One that is absent is refused when the handler is made. */
export type Senders = {
  readonly url?: Send<UrlUpstream>
  readonly sagemaker?: Send<SageMakerUpstream>
  /** What a server answers at `/models`, as it came; absent: none is asked. Rejects where there is no such answer. */
  readonly models?: (upstream: UrlUpstream) => Promise<Uint8Array>
}

export const isEventStream = ({ headers }: Pick<UpstreamAnswer, 'headers'>): boolean =>
  headers['content-type']?.toLowerCase().startsWith('text/event-stream') === true
