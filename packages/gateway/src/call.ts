import type { Upstream } from './config.ts'
import { Fault, faultAnswer } from './fault.ts'
import type { GatewayRequest, GatewayResponse } from './http.ts'
import type { Limits } from './limits.ts'
import { meterAnswer, NOTHING_METERED } from './meter.ts'
import type { CallRecord } from './record.ts'
import { passedHeaders, refusalOf } from './refusal.ts'
import { relay } from './relay.ts'
import type { Asked } from './request.ts'
import { isEventStream, type Route, type Senders, type UpstreamAnswer, type UpstreamRequest } from './upstream.ts'

export type CallParts = {
  readonly id: string
  readonly route: Route
  readonly asked: Asked
  readonly request: GatewayRequest
  readonly limits: Limits
  readonly send: Senders
  readonly record: CallRecord
  readonly onFault: (error: unknown) => void
}

/** As nginx records a client that went away before its answer. */
const CLIENT_GONE = 499

const sendTo = (send: Senders, upstream: Upstream, request: UpstreamRequest): Promise<UpstreamAnswer> => {
  const sent = upstream.kind === 'url' ? send.url?.(upstream, request) : send.sagemaker?.(upstream, request)
  return sent ?? Promise.reject(new Error(`no sender for ${upstream.kind}`))
}

const wholeBody = async (body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > limit) throw new Fault(502, 'The answer of the upstream is too long.', { code: 'upstream_too_long' })
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** What went wrong, in our words; undefined: nothing did, the client went away. */
const faultOf = (
  error: unknown,
  signal: AbortSignal | undefined,
  onFault: (error: unknown) => void,
): Fault | undefined => {
  if (signal?.aborted) {
    const { reason } = signal as { reason: unknown }
    const isTimeUp = reason instanceof Error && reason.name === 'TimeoutError'
    return isTimeUp ? new Fault(504, 'The time of this gateway was up.', { code: 'gateway_timeout' }) : undefined
  }
  if (error instanceof Fault) return error
  onFault(error)
  return new Fault(500, 'The gateway failed.', { code: 'internal_error' })
}

/** Sends a call upstream and answers with what comes back. Never rejects; its line is in the ledger however it ends. */
export const forward = async (parts: CallParts): Promise<GatewayResponse> => {
  const { id, route, asked, request, limits, send, record, onFault } = parts
  const { signal } = request
  const ids = { 'x-request-id': id }

  const whole = async (answer: UpstreamAnswer): Promise<GatewayResponse> => {
    // A promise for what is there already would cost every call a turn.
    const body = answer.body instanceof Uint8Array ? answer.body : await wholeBody(answer.body, limits.answerBytes)
    record.took(body)
    if (answer.status >= 300) {
      const { code, answer: refusal } = refusalOf(answer, body)
      record.close('error', refusal.status, NOTHING_METERED, code)
      return { ...refusal, headers: { ...refusal.headers, ...ids } }
    }
    const metered = meterAnswer(body)
    if (!metered) throw new Fault(502, 'The upstream answered with what is no JSON.', { code: 'upstream_garbage' })
    if (metered.isError) record.close('error', answer.status, metered, 'upstream_error')
    else record.close('ok', answer.status, metered)
    return { status: answer.status, headers: { ...passedHeaders(answer.headers), ...ids }, body }
  }

  const failed = (error: unknown): GatewayResponse => {
    const fault = faultOf(error, signal, onFault)
    if (fault) {
      record.close('error', fault.status, NOTHING_METERED, fault.details.code)
      return faultAnswer(fault, ids)
    }
    record.close('aborted', CLIENT_GONE, NOTHING_METERED)
    return { status: CLIENT_GONE, headers: ids, body: new Uint8Array() }
  }

  try {
    const answer = await sendTo(send, asked.upstream, {
      route,
      model: asked.model,
      body: asked.body,
      isStream: asked.isStream,
      signal,
      limits,
    })
    if (answer.status >= 300 || !isEventStream(answer)) return await whole(answer)
    const pieces = await relay(answer, {
      record,
      withholdsUsage: asked.withholdsUsage,
      faultOf: (error) => faultOf(error, signal, onFault),
    })
    const headers = { ...passedHeaders(answer.headers), 'cache-control': 'no-cache', ...ids }
    return { status: answer.status, headers, body: pieces }
  } catch (error) {
    return failed(error)
  }
}
