import { type Fault, faultEvent } from './fault.ts'
import { meterEvents } from './meter.ts'
import type { CallRecord } from './record.ts'
import { eventFilter, tailOf } from './sse.ts'
import type { UpstreamAnswer } from './upstream.ts'

export type RelayParts = {
  readonly record: CallRecord
  readonly withholdsUsage: boolean
  /** Undefined: nothing went wrong, the client went away. */
  readonly faultOf: (error: unknown) => Fault | undefined
}

const NOTHING = new Uint8Array()

async function* relayed(
  { status, body }: UpstreamAnswer,
  { record, withholdsUsage, faultOf }: RelayParts,
): AsyncGenerator<Uint8Array, void> {
  const filter = eventFilter(withholdsUsage)
  const tail = tailOf()
  let fault: Fault | undefined
  let isDone = false
  try {
    yield NOTHING
    for await (const piece of body instanceof Uint8Array ? [body] : body) {
      record.took(piece)
      tail.keep(piece)
      const passed = filter.take(piece)
      if (passed.length > 0) yield passed
    }
    isDone = true
    const rest = filter.rest()
    if (rest.length > 0) yield rest
  } catch (error) {
    fault = faultOf(error)
    if (fault) yield faultEvent(fault)
  } finally {
    const metered = meterEvents(tail.events())
    if (fault) record.close('error', status, metered, fault.details.code)
    else if (!isDone) record.close('aborted', status, metered)
    else if (metered.isError) record.close('error', status, metered, 'upstream_error')
    else record.close('ok', status, metered)
  }
}

/**
 * The events of an answer on their way to the client. At its end the call is in the ledger; given up by `return()`, the call upstream is stopped and recorded as aborted with what is known.
 */
export const relay = async (answer: UpstreamAnswer, parts: RelayParts): Promise<AsyncGenerator<Uint8Array, void>> => {
  const pieces = relayed(answer, parts)
  // A generator that was never begun runs no `finally` on `return()`: the call would never be recorded.
  await pieces.next()
  return pieces
}
