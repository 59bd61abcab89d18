import type { CallStatus, Seconds, Task } from '@breakeven/core'
import type { Upstream } from './config.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { Metered } from './meter.ts'

/** What is known of a call before it goes upstream. */
export type CallFacts = {
  readonly id: string
  readonly task: Task
  readonly model: string
  readonly provider: string | undefined
  readonly place: string
  readonly project: string | undefined
  readonly streamed: boolean
  readonly requestBytes: number
}

export type RecordParts = {
  readonly ledger: Ledger
  readonly clock: () => Seconds
  readonly onFault: (error: unknown) => void
  readonly onClose: () => void
}

export type CallRecord = {
  /** A piece of the answer came. */
  readonly took: (piece: Uint8Array) => void
  /** Appends the call's line, once. Nobody waits until it is durable; that it could not be written is for `onFault`. */
  readonly close: (status: CallStatus, httpStatus: number, metered: Metered, fault?: string) => void
}

/** Where an upstream is, in a ledger. */
export const placeOf = (upstream: Upstream): string =>
  upstream.kind === 'sagemaker' ? `sagemaker:${upstream.endpoint}` : new URL(upstream.url).host

/** A call from its way upstream to its line in the ledger. */
export const openRecord = (facts: CallFacts, { ledger, clock, onFault, onClose }: RecordParts): CallRecord => {
  const at = clock()
  let firstAt: Seconds | undefined
  let answerBytes = 0
  return {
    took: (piece) => {
      firstAt ??= clock()
      answerBytes += piece.length
    },
    close: (status, httpStatus, { usage, reasoning, tier }, fault) => {
      onClose()
      const { id, task, model, provider, place, project, streamed, requestBytes } = facts
      // In the order of the line.
      const entry: LedgerEntry = {
        id,
        at,
        firstAt,
        endAt: clock(),
        status,
        httpStatus,
        task,
        model,
        provider,
        upstream: place,
        project,
        tier,
        streamed,
        usage,
        reasoning,
        requestBytes,
        answerBytes,
        fault,
      }
      // The model has been paid for its answer, so the client gets it, whatever becomes of the line.
      ledger.append(entry).catch(onFault)
    },
  }
}
