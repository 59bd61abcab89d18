import { randomUUID } from 'node:crypto'
import type { GatewayRequest } from '@breakeven/gateway'
import { textOf } from '../answer.ts'

/** What API Gateway knows of a request beside the request. */
export type Front = {
  readonly apiId: string
  readonly stage: string
  readonly region: string
  readonly sourceIp: string
  /** The id of the API key that was shown, never the key. */
  readonly apiKeyId?: string
}

const ACCOUNT = '123456789012'

const titled = (name: string): string => name.replaceAll(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase())

/** REST APIs hand names on as clients wrote them, and most write them so; a handler that expects lower case fails here. */
const titledHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [titled(name), value]))

const domainOf = ({ apiId, region }: Front): string => `${apiId}.execute-api.${region}.amazonaws.com`

/** `10/Oct/2026:13:55:36 +0000` */
const logTime = (at: Date): string => {
  const [, day, month, year, time] = /, (\d{2}) (\w{3}) (\d{4}) ([\d:]{8})/.exec(at.toUTCString()) ?? []
  return `${day}/${month}/${year}:${time} +0000`
}

const TEXT = /^(?:text\/|application\/(?:json|javascript|xml|x-www-form-urlencoded))|\+(?:json|xml)\b/

/** The event of a REST API (payload format 1.0, Lambda proxy integration). A body is text: there are no binary media types. */
export const restEvent = ({ method, path, headers, body }: GatewayRequest, front: Front, at: Date): object => {
  const passed = titledHeaders(headers)
  const { stage, apiKeyId, sourceIp } = front
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: passed,
    multiValueHeaders: Object.fromEntries(Object.entries(passed).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourceId: 'proxy1',
      resourcePath: '/{proxy+}',
      httpMethod: method,
      extendedRequestId: randomUUID(),
      requestTime: logTime(at),
      path: `/${stage}${path}`,
      accountId: ACCOUNT,
      protocol: 'HTTP/1.1',
      stage,
      domainPrefix: front.apiId,
      requestTimeEpoch: at.getTime(),
      requestId: randomUUID(),
      domainName: domainOf(front),
      apiId: front.apiId,
      identity: {
        accountId: null,
        caller: null,
        sourceIp,
        userAgent: headers['user-agent'] ?? null,
        ...(apiKeyId === undefined ? {} : { apiKeyId, apiKey: '(hidden)' }),
      },
    },
    body: body.length === 0 ? null : textOf(body),
    isBase64Encoded: false,
  }
}

/** The event of an HTTP API (payload format 2.0). A body that is no text comes in base64. */
export const httpEvent = ({ method, path, headers, body }: GatewayRequest, front: Front, at: Date): object => {
  const isText = TEXT.test(headers['content-type'] ?? '')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: {
      accountId: ACCOUNT,
      apiId: front.apiId,
      domainName: domainOf(front),
      domainPrefix: front.apiId,
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: front.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: logTime(at),
      timeEpoch: at.getTime(),
    },
    ...(body.length === 0 ? {} : { body: isText ? textOf(body) : Buffer.from(body).toString('base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}
