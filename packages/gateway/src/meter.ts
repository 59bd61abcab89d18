import { METERS, type Meter, type Tier, type Tokens, type Usage } from '@breakeven/core'
import { chatUsage, tierOf } from '@breakeven/formats/response'
import { parseSpan, spansOf } from './json-span.ts'
import { isObject, type Json } from './value.ts'

/** What an answer says of its call. */
export type Metered = {
  readonly usage: Usage
  readonly reasoning?: Tokens | undefined
  readonly tier?: Tier | undefined
  /** The upstream says, inside an answer that began well, that it failed. */
  readonly isError: boolean
}
export const NOTHING_METERED: Metered = { usage: {}, isError: false }

/** A count that is no count is not reported: it never reaches the ledger. */
const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && (value ?? -1) >= 0

const counts = (usage: Usage): Usage => {
  const counted: { -readonly [M in Meter]?: Tokens } = {}
  for (const meter of METERS) {
    const tokens = usage[meter]
    if (isCount(tokens)) counted[meter] = tokens
  }
  return counted
}

/** OpenAI's shape only: it is what our upstreams speak. */
const meteredOf = (body: Json): Metered => {
  const isError = isObject(body.error)
  if (!isObject(body.usage)) return { usage: {}, isError }
  const { usage, extra } = chatUsage(body.usage)
  const tier = tierOf(typeof body.service_tier === 'string' ? body.service_tier : undefined)
  return {
    usage: counts(usage),
    ...(isCount(extra.reasoning) ? { reasoning: extra.reasoning } : {}),
    ...(tier === undefined ? {} : { tier }),
    isError,
  }
}

/** Texts and vectors are longer, usage never is. */
const MOST_BYTES = 4096

/** What is short is parsed sooner than searched. */
const meterSmall = (answer: Uint8Array): Metered | undefined => {
  try {
    const body = parseSpan([answer], 0, answer.length)
    return isObject(body) ? meteredOf(body) : undefined
  } catch {
    return undefined
  }
}

/** Undefined: the answer is no JSON object. Choices and vectors are skipped unread. */
export const meterAnswer = (answer: Uint8Array): Metered | undefined => {
  if (answer.length <= MOST_BYTES) return meterSmall(answer)
  const spans = spansOf([answer])
  if (!spans) return undefined
  try {
    return meteredOf(
      Object.fromEntries(
        spans
          .filter(({ key, start, end }) => key !== 'choices' && key !== 'data' && end - start <= MOST_BYTES)
          .map(({ key, start, end }) => [key, parseSpan([answer], start, end)]),
      ),
    )
  } catch {
    return undefined
  }
}

/** The last event that has a usage, and whether any of these events is an error. */
export const meterEvents = (events: readonly unknown[]): Metered => {
  const bodies = events.filter(isObject)
  const isError = bodies.some((body) => isObject(body.error))
  const last = bodies.findLast((body) => isObject(body.usage))
  return { ...(last ? meteredOf(last) : NOTHING_METERED), isError }
}
