import { InputError } from '@breakeven/core'

const CREDENTIALS =
  'give them as AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`'

type Known = { readonly name: RegExp; readonly say: (message: string) => readonly [message: string, hint: string] }

const firstLine = (text: string): string => text.split('\n')[0] ?? text

const KNOWN: readonly Known[] = [
  {
    name: /^CredentialsProviderError$|^CredentialsError$/,
    say: () => ['there are no AWS credentials here', CREDENTIALS],
  },
  {
    name: /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/,
    say: () => ['the AWS credentials have run out', CREDENTIALS],
  },
  {
    name: /^(?:InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|AuthFailure|InvalidSignatureException)$/,
    say: () => ['AWS does not know these credentials', CREDENTIALS],
  },
  {
    name: /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation)$/,
    say: (message) => [
      `AWS does not allow it: ${message}`,
      'docs/deploy.md lists what a deploying user must be allowed',
    ],
  },
  {
    name: /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/,
    say: () => ['AWS kept asking to slow down', 'wait a minute and try again; what has begun goes on meanwhile'],
  },
  {
    name: /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError|NetworkingError)$/,
    say: (message) => [`AWS cannot be reached (${message})`, 'check the network, the region and AWS_ENDPOINT_URL'],
  },
  {
    name: /^InsufficientCapabilitiesException$/,
    say: (message) => [`CloudFormation refuses: ${message}`, 'report this: the stack asks for what it needs'],
  },
]

/** Names of an SDK's error, and of what lies under it. */
const namesOf = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return []
  const { code } = error as NodeJS.ErrnoException
  return [error.name, ...(typeof code === 'string' ? [code] : []), ...namesOf(error.cause)]
}

/** Whether the service itself answered, with this name. */
export const isNamed = (error: unknown, name: RegExp): boolean => namesOf(error).some((found) => name.test(found))

/** A refusal of AWS as a message to a person. A bug of ours stays what it is. */
const refusalOf = (error: unknown, doing: string): unknown => {
  if (error instanceof InputError || !(error instanceof Error)) return error
  const known = KNOWN.find(({ name }) => isNamed(error, name))
  if (known !== undefined) {
    const [message, hint] = known.say(firstLine(error.message))
    return new InputError(`${doing}: ${message}`, { hint })
  }
  // The SDK marks what a service answered; anything else is ours.
  return '$fault' in error ? new InputError(`${doing}: AWS says ${error.name}: ${firstLine(error.message)}`) : error
}

/** Runs it, and throws refusals as messages. */
export const asking = async <T>(doing: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    throw refusalOf(error, doing)
  }
}
