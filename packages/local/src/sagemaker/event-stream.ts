import { EventStreamCodec } from '@smithy/eventstream-codec'
import { textOf, utf8 } from '../answer.ts'

const codec = new EventStreamCodec(
  (input) => (typeof input === 'string' ? input : textOf(input)),
  (input) => utf8(input),
)

const header = (value: string): { type: 'string'; value: string } => ({ type: 'string', value })

/** A piece of the model's answer as one frame of `application/vnd.amazon.eventstream`. */
export const payloadFrame = (body: Uint8Array): Uint8Array =>
  codec.encode({
    headers: {
      ':message-type': header('event'),
      ':event-type': header('PayloadPart'),
      ':content-type': header('application/octet-stream'),
    },
    body,
  })

/** The frame that ends a stream that went wrong. */
export const exceptionFrame = (type: 'ModelStreamError' | 'InternalStreamFailure', value: object): Uint8Array =>
  codec.encode({
    headers: {
      ':message-type': header('exception'),
      ':exception-type': header(type),
      ':content-type': header('application/json'),
    },
    body: utf8(JSON.stringify(value)),
  })
