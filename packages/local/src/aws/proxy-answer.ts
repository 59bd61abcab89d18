import type { Seconds } from '@breakeven/core'
import type { GatewayResponse } from '@breakeven/gateway'
import { isObject, json, utf8 } from '../answer.ts'
import { within } from '../within.ts'

/** API Gateway's own words: short, and not in the shape of what stands behind it. */
export const message = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse => json(status, { message: text }, headers)

export const BAD_ANSWER: GatewayResponse = message(502, 'Internal server error', {
  'x-amzn-errortype': 'InternalServerErrorException',
})

/** More metadata than this has no answer. */
const METADATA_BYTES = 64 * 1024
const METADATA_END = Buffer.alloc(8)

const lowered = (headers: unknown): Record<string, string> =>
  isObject(headers)
    ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
    : {}

const hasStatus = (value: unknown): value is { statusCode: number; headers?: unknown } =>
  isObject(value) && typeof value['statusCode'] === 'number' && value['statusCode'] >= 100 && value['statusCode'] < 600

/** The proxy result of a function that answers whole. */
export const wholeAnswer = (value: unknown): GatewayResponse => {
  if (!hasStatus(value)) return BAD_ANSWER
  const { statusCode, headers, body, isBase64Encoded } = value as { statusCode: number } & Record<string, unknown>
  if (body !== undefined && body !== null && typeof body !== 'string') return BAD_ANSWER
  const bytes = isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : utf8(body ?? '')
  return { status: statusCode, headers: { 'content-type': 'application/json', ...lowered(headers) }, body: bytes }
}

type Head = { readonly metadata: unknown; readonly rest: Uint8Array }

/** What stands before the eight NUL bytes, and what came with it; undefined where they do not come. */
const headOf = async (pieces: AsyncIterator<Uint8Array>): Promise<Head | undefined> => {
  let head = Buffer.alloc(0)
  while (head.length <= METADATA_BYTES) {
    const next = await pieces.next()
    if (next.done === true) return undefined
    head = Buffer.concat([head, next.value])
    const end = head.indexOf(METADATA_END)
    if (end >= 0)
      return { metadata: JSON.parse(head.toString('utf8', 0, end)), rest: head.subarray(end + METADATA_END.length) }
  }
  return undefined
}

/** Metadata as JSON, eight NUL bytes, then the body as it comes. */
export const streamedAnswer = async (
  stream: AsyncIterable<Uint8Array>,
  idleSeconds: Seconds,
): Promise<GatewayResponse> => {
  const pieces = stream[Symbol.asyncIterator]()
  // No JSON, or broken off before it was whole.
  const head = await headOf(pieces).catch(() => undefined)
  if (!hasStatus(head?.metadata)) {
    await pieces.return?.()
    return BAD_ANSWER
  }
  const { statusCode, headers } = head.metadata
  return { status: statusCode, headers: lowered(headers), body: bodyOf(head.rest, pieces, idleSeconds) }
}

/** To its end, though nobody listens: the function is not told. */
export const drain = async (pieces: AsyncIterator<Uint8Array>): Promise<void> => {
  try {
    while ((await pieces.next()).done !== true);
  } catch {
    // Nobody is left to hear of it.
  }
}

async function* bodyOf(
  rest: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
  idleSeconds: Seconds,
): AsyncGenerator<Uint8Array> {
  let isDone = false
  try {
    if (rest.length > 0) yield rest
    for (;;) {
      const next = await within(idleSeconds, pieces.next())
      // Cut off: the status has long been sent.
      if (next === undefined) throw new Error('the function sent nothing for too long')
      if (next.done === true) {
        isDone = true
        return
      }
      if (next.value.length > 0) yield next.value
    }
  } finally {
    if (!isDone) void drain(pieces)
  }
}
