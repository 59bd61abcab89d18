import type { IncomingMessage, ServerResponse } from 'node:http'
import { crc32 } from 'node:zlib'
import { httpPlace, type Place } from './upstream.ts'

const STRING = 7

/** One frame of `application/vnd.amazon.eventstream`: lengths, headers, body, each followed by its checksum. */
const frame = (headers: Readonly<Record<string, string>>, body: Uint8Array | string): Buffer => {
  const heads = Object.entries(headers).map(([name, value]) => {
    const head = Buffer.alloc(name.length + value.length + 4)
    head.writeUInt8(name.length, 0)
    head.write(name, 1)
    head.writeUInt8(STRING, name.length + 1)
    head.writeUInt16BE(value.length, name.length + 2)
    head.write(value, name.length + 4)
    return head
  })
  const headerBytes = Buffer.concat(heads)
  const bodyBytes = Buffer.from(body)
  const whole = Buffer.alloc(16 + headerBytes.length + bodyBytes.length)
  whole.writeUInt32BE(whole.length, 0)
  whole.writeUInt32BE(headerBytes.length, 4)
  whole.writeUInt32BE(crc32(whole.subarray(0, 8)), 8)
  headerBytes.copy(whole, 12)
  bodyBytes.copy(whole, 12 + headerBytes.length)
  whole.writeUInt32BE(crc32(whole.subarray(0, -4)), whole.length - 4)
  return whole
}

export const part = (body: Uint8Array | string): Buffer =>
  frame({ ':message-type': 'event', ':event-type': 'PayloadPart', ':content-type': 'application/octet-stream' }, body)

export const exception = (type: string, value: object): Buffer =>
  frame(
    { ':message-type': 'exception', ':exception-type': type, ':content-type': 'application/json' },
    JSON.stringify(value),
  )

export const EVENT_STREAM = {
  'content-type': 'application/vnd.amazon.eventstream',
  'x-amzn-sagemaker-content-type': 'text/event-stream',
}

/** What speaks SageMaker's runtime protocol as it is told. */
export const sagemakerPlace = async (
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<
  Place & {
    readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
  }
> => {
  const asked: { path: string; headers: IncomingMessage['headers']; body: string }[] = []
  const place = await httpPlace((request, response, body) => {
    asked.push({ path: request.url ?? '', headers: request.headers, body })
    answer(request, response, body)
  })
  return { ...place, asked }
}
