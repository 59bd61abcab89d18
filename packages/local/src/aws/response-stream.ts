import { PassThrough } from 'node:stream'

/** What a streaming handler writes to: Lambda's own, as its runtime makes it. */
type ResponseStream = PassThrough & {
  setContentType: (type: string) => void
  contentType: string | undefined
  /** Called once, before the first `write`. */
  _onBeforeFirstWrite?: (write: (chunk: Uint8Array | string) => void) => void
}

const WAITING_BYTES = 64 * 1024

/**
 * Like the runtime's, whose metadata go out with the first `write`: a handler that only calls `end` sends none, here and
 * on AWS (aws-lambda-nodejs-runtime-interface-client, ResponseStream.js and HttpResponseStream.js).
 */
export const responseStream = (): ResponseStream => {
  const stream = new PassThrough({ highWaterMark: WAITING_BYTES }) as ResponseStream
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean
  let began = false
  stream.contentType = undefined
  stream.setContentType = (type) => {
    stream.contentType = type
  }
  stream.write = ((chunk: unknown, ...rest: unknown[]): boolean => {
    if (!began) {
      began = true
      stream._onBeforeFirstWrite?.((first) => void write(first))
    }
    // An empty chunk is how a handler says that nothing follows its metadata.
    return write(typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk), ...rest)
  }) as ResponseStream['write']
  return stream
}

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')

type Streamed = (event: unknown, stream: ResponseStream, context: unknown) => unknown

export const isStreaming = (handler: unknown): handler is Streamed =>
  typeof handler === 'function' && STREAMING in handler

const METADATA_END_BYTES = 8

/** The global `awslambda` of the Node runtimes. */
export const awslambda = {
  streamifyResponse: (handler: Streamed): Streamed => Object.assign(handler, { [STREAMING]: 'response' }),
  HttpResponseStream: {
    from: (stream: ResponseStream, metadata: unknown): ResponseStream => {
      stream.setContentType('application/vnd.awslambda.http-integration-response')
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(metadata))
        write(new Uint8Array(METADATA_END_BYTES))
      }
      return stream
    },
  },
}
