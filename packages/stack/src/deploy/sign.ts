import { createHash, createHmac } from 'node:crypto'

type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

type Signing = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** Names in lower case, without `host` and `x-amz-date`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly service: string
  readonly region: string
  readonly credentials: Credentials
  readonly at: Date
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/**
 * The headers of a request with AWS's signature, version 4, for an address without a query.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const signed = (request: Signing): Readonly<Record<string, string>> => {
  const { method, url, body, service, region, credentials, at } = request
  const { host, pathname } = new URL(url)
  const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const { sessionToken: token } = credentials
  const headers: Readonly<Record<string, string>> = {
    ...request.headers,
    host,
    'x-amz-date': time,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  }
  const names = Object.keys(headers).toSorted()
  const canonical = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('')
  const asked = [method, pathname, '', canonical, names.join(';'), sha256(body)].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${credentials.secretAccessKey}`, day))
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(asked)}`).toString('hex')
  const who = `Credential=${credentials.accessKeyId}/${scope}`
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${who}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}
