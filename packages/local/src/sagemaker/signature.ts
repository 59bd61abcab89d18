/** Names the client signed with; never the signature, which nobody here could check without the secret. */
export type Signed = { readonly keyId: string; readonly region: string }

const SHAPE =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[\w-]+)\/(?<day>\d{8})\/(?<region>[a-z0-9-]+)\/(?<service>[a-z0-9-]+)\/aws4_request, ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}$/

/**
 * What is wrong with the shape of a Signature Version 4, as AWS would name it, or who signed. The secret is not known
 * here, so that a signature is right cannot be said: only that a client signs at all, for this service, what it must.
 */
export const signedBy = (
  headers: Readonly<Record<string, string>>,
): Signed | { readonly type: string; readonly message: string } => {
  const { authorization } = headers
  if (authorization === undefined)
    return { type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' }
  const found = SHAPE.exec(authorization)?.groups
  if (found === undefined)
    return { type: 'IncompleteSignatureException', message: 'Authorization header is no AWS4-HMAC-SHA256 signature.' }
  const date = headers['x-amz-date'] ?? ''
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(found['day'] ?? '?'))
    return {
      type: 'IncompleteSignatureException',
      message: "Date in Credential scope does not match 'X-Amz-Date' of the request.",
    }
  if (found['service'] !== 'sagemaker')
    return {
      type: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'sagemaker'.",
    }
  const covered = (found['headers'] ?? '').split(';')
  if (!covered.includes('host') || !covered.includes('x-amz-date'))
    return { type: 'InvalidSignatureException', message: "'Host' and 'X-Amz-Date' must be signed headers." }
  return { keyId: found['key'] ?? '', region: found['region'] ?? '' }
}
