import type { GatewayResponse } from '@breakeven/gateway'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const utf8 = (text: string): Uint8Array => encoder.encode(text)
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

/** A JSON answer. */
export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: utf8(JSON.stringify(value)),
})

/** The whole of a body, whether it came at once or in pieces. */
export const bytesOf = async (body: GatewayResponse['body']): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
}

/** A body in pieces, whether it came so or at once. */
export async function* piecesOf(body: GatewayResponse['body']): AsyncGenerator<Uint8Array> {
  if (!(body instanceof Uint8Array)) yield* body
  else if (body.length > 0) yield body
}

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The JSON object in a body; undefined where it is none. */
export const objectIn = (bytes: Uint8Array): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(textOf(bytes))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Tokens beside an answer whose shape has no place for them: a container's custom attributes, which SageMaker hands on and
 * the gateway meters.
 */
export const usageBeside = (prompt: number, completion?: number): Readonly<Record<string, string>> => ({
  'x-amzn-sagemaker-custom-attributes':
    completion === undefined ? `prompt_tokens=${prompt}` : `prompt_tokens=${prompt}, completion_tokens=${completion}`,
})
