import { Fault, faultAnswer } from './fault.ts'
import type { GatewayResponse } from './http.ts'
import { meterAnswer } from './meter.ts'
import type { UpstreamAnswer } from './upstream.ts'

const PASSED = new Set(['content-type', 'retry-after', 'openai-processing-ms'])

/** Headers of the upstream that are of use to a client; the rest stays here. */
export const passedHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> => {
  const passed: Record<string, string> = {}
  for (const name in headers) if (PASSED.has(name) || name.startsWith('x-ratelimit-')) passed[name] = headers[name]!
  return passed
}

type Refusal = { readonly code: string; readonly answer: GatewayResponse }

const ours = (fault: Fault, headers: Readonly<Record<string, string>>): Refusal => {
  const { 'content-type': _, ...rest } = headers
  return { code: fault.details.code, answer: faultAnswer(fault, rest) }
}

/** Redirects are not followed: an upstream is where the configuration says, and nowhere else. */
const statusOf = (status: number): number => (status < 400 ? 502 : status)

/** An upstream's refusal: in its own words where they have OpenAI's shape, in ours where not. */
export const refusalOf = ({ status, headers }: UpstreamAnswer, body: Uint8Array): Refusal => {
  if (status === 401 || status === 403)
    // Not the client's key was refused: a 401 would send it looking there.
    return ours(
      new Fault(403, 'The upstream refuses the credentials of this gateway; its operator has to look into it.', {
        code: 'upstream_forbidden',
      }),
      {},
    )
  const code = status === 429 ? 'rate_limit_exceeded' : 'upstream_error'
  const retry = status === 429 || status === 503 ? { 'retry-after': '1' } : {}
  const passed = { ...retry, ...passedHeaders(headers) }
  if (status >= 400 && meterAnswer(body)?.isError) return { code, answer: { status, headers: passed, body } }
  return ours(new Fault(statusOf(status), `The upstream answered ${status}.`, { code }), passed)
}
