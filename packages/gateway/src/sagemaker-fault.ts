import { Fault } from './fault.ts'
import { isObject } from './value.ts'

/** What the SDK's errors have in common; they are told apart by name, so that nothing of the SDK is loaded for it. */
type SdkError = {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly OriginalStatusCode?: number
  readonly OriginalMessage?: string
  readonly ErrorCode?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

const unavailable = (message: string, retrySeconds: number): Fault =>
  new Fault(503, message, { code: 'upstream_unavailable', retrySeconds })

/** An instance takes minutes to come, a copy on a running one less. */
const CAPACITY_RETRY_SECONDS = 30
const BUSY_RETRY_SECONDS = 2

/** The container's own message, where it has OpenAI's or Hugging Face's shape. */
const containerMessage = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  try {
    const body = JSON.parse(text) as unknown
    const error = isObject(body) ? (body.error ?? body) : undefined
    const message = isObject(error) ? error.message : error
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

/** What the container refused is the client's to hear as it was; where it failed, that is 424, as SageMaker has it. */
const modelFault = ({ OriginalStatusCode = 500, OriginalMessage, message = '' }: SdkError): Fault => {
  if (OriginalStatusCode < 400 && /timed out/i.test(message))
    return new Fault(504, 'The model took longer than SageMaker waits.', { code: 'upstream_timeout' })
  const said = containerMessage(OriginalMessage)
  if (OriginalStatusCode === 429)
    return new Fault(429, said ?? 'The model is busy.', {
      code: 'rate_limit_exceeded',
      retrySeconds: BUSY_RETRY_SECONDS,
    })
  if (OriginalStatusCode === 503) return unavailable(said ?? 'The model is not ready yet.', BUSY_RETRY_SECONDS)
  const isRefusal = OriginalStatusCode >= 400 && OriginalStatusCode < 500
  if (isRefusal && OriginalStatusCode !== 401 && OriginalStatusCode !== 403)
    return new Fault(OriginalStatusCode, said ?? `The model refused the request (${OriginalStatusCode}).`, {
      code: 'upstream_error',
    })
  return new Fault(424, `The model failed (${OriginalStatusCode}).`, { code: 'model_error' })
}

/** SageMaker says only in words that an endpoint, or a copy of its model, is not there yet. */
const validationFault = ({ message = '' }: SdkError): Fault => {
  if (/capacity/i.test(message)) return unavailable('Capacity for this model is starting.', CAPACITY_RETRY_SECONDS)
  if (/not found|in service|could not find/i.test(message))
    return unavailable('The endpoint of this model is not in service.', CAPACITY_RETRY_SECONDS)
  return new Fault(400, 'SageMaker refused the request.', { code: 'upstream_validation' })
}

const streamFault = ({ ErrorCode }: SdkError): Fault =>
  ErrorCode === 'ModelInvocationTimeExceeded'
    ? new Fault(504, 'The model took too long.', { code: 'upstream_timeout' })
    : new Fault(424, 'The model broke off.', { code: 'model_error' })

const forbidden = (): Fault =>
  new Fault(403, 'The upstream refuses the credentials of this gateway; its operator has to look into it.', {
    code: 'upstream_forbidden',
  })

const reset = (): Fault => new Fault(502, 'The upstream broke off.', { code: 'upstream_reset' })

/** The SDK calls a connection that breaks a timeout, too. */
const timeoutFault = ({ code }: SdkError): Fault =>
  code === 'ECONNRESET' || code === 'EPIPE'
    ? reset()
    : new Fault(504, 'The upstream took too long.', { code: 'upstream_timeout' })

const BY_NAME: Readonly<Record<string, (error: SdkError) => Fault>> = {
  ModelError: modelFault,
  ValidationError: validationFault,
  ValidationException: validationFault,
  ModelNotReadyException: () => unavailable('The model is not ready yet.', BUSY_RETRY_SECONDS),
  ServiceUnavailable: () => unavailable('SageMaker is not available.', BUSY_RETRY_SECONDS),
  ServiceUnavailableException: () => unavailable('SageMaker is not available.', BUSY_RETRY_SECONDS),
  ThrottlingException: () =>
    new Fault(429, 'SageMaker takes no more requests for now.', {
      code: 'rate_limit_exceeded',
      retrySeconds: BUSY_RETRY_SECONDS,
    }),
  ModelStreamError: streamFault,
  InternalStreamFailure: streamFault,
  AccessDeniedException: forbidden,
  UnrecognizedClientException: forbidden,
  InvalidSignatureException: forbidden,
  ExpiredTokenException: forbidden,
  CredentialsProviderError: forbidden,
  TimeoutError: timeoutFault,
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])

/** An error of the SDK in our words. What SageMaker says may name accounts and roles, and stays here. */
export const sageMakerFault = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  const sdk = error as SdkError
  const named = BY_NAME[sdk.name ?? '']
  if (named && Object.hasOwn(BY_NAME, sdk.name ?? '')) return named(sdk)
  if (UNREACHABLE.has(sdk.code ?? '')) return unavailable('SageMaker cannot be reached.', BUSY_RETRY_SECONDS)
  const status = sdk.$metadata?.httpStatusCode
  if (status === 401 || status === 403) return forbidden()
  return reset()
}
