import type { GatewayRequest } from './http.ts'
import { isObject, type Json } from './value.ts'

/** What both forms of API Gateway's proxy event, 1.0 (REST) and 2.0 (HTTP API, function URL), are read for. */
export type ProxyEvent = {
  readonly version?: string
  readonly httpMethod?: string
  readonly path?: string
  readonly rawPath?: string
  readonly headers?: Readonly<Record<string, string | undefined>> | null
  readonly body?: string | null
  readonly isBase64Encoded?: boolean
  readonly requestContext?: Json
}

const objectIn = (value: Json | undefined, ...keys: readonly string[]): Json | undefined => {
  let inner: unknown = value
  for (const key of keys) inner = isObject(inner) ? inner[key] : undefined
  return isObject(inner) ? inner : undefined
}

const firstText = (...values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string' && value !== '')

/** The id of the API key, the subject of the token, or the IAM user: what the front has checked. Never the key itself. */
const callerOf = (context: Json | undefined): string | undefined => {
  const authorizer = objectIn(context, 'authorizer')
  const claims = objectIn(authorizer, 'jwt', 'claims') ?? objectIn(authorizer, 'claims')
  const identity = objectIn(context, 'identity')
  return firstText(
    identity?.apiKeyId,
    claims?.client_id,
    claims?.sub,
    objectIn(authorizer, 'iam')?.userId,
    authorizer?.principalId,
    identity?.user,
  )
}

/** HTTP APIs put a named stage in front of the path, REST APIs do not. */
const pathOf = ({ version, path, rawPath, requestContext }: ProxyEvent): string => {
  if (version !== '2.0') return path ?? '/'
  const stage = `/${firstText(requestContext?.stage) ?? '$default'}`
  const whole = rawPath ?? '/'
  return whole.startsWith(`${stage}/`) ? whole.slice(stage.length) : whole
}

export const requestOf = (event: ProxyEvent, signal: AbortSignal): GatewayRequest => {
  const { body, isBase64Encoded, requestContext } = event
  const http = objectIn(requestContext, 'http')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(event.headers ?? {}))
    if (value !== undefined) headers[name.toLowerCase()] = value
  const caller = callerOf(requestContext)
  return {
    method: firstText(event.httpMethod, http?.method) ?? 'GET',
    path: pathOf(event),
    headers,
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
    ...(caller === undefined ? {} : { caller }),
    signal,
  }
}
