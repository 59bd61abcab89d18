import type { CallStatus, Task, Tier, Usage } from '@breakeven/core'
import { tierOf } from './attribution.ts'
import type { RowExtra } from './format.ts'
import { freshOf, usageOf } from './meters.ts'
import { firstText, isObject, numberAt, objectAt, textAt, toTime } from './text/value.ts'
import type { Json } from './text/value.ts'

/** What the body of one answer of an LLM API says of its call. */
export type Answer = {
  readonly id?: string | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly task: Task
  readonly tier?: Tier | undefined
  readonly status: CallStatus
  /** NaN where the body carries no time. */
  readonly at: number
  /** When the call took that long. */
  readonly seconds?: number | undefined
  readonly usage: Usage
  readonly extra: RowExtra
}

/** The cache writes of an Anthropic usage object: those it splits by their life, and the rest, priced as five minutes. */
export const anthropicWrites = (
  usage: unknown,
): { write5m: number | undefined; write1h: number | undefined; unsplit: number | undefined } => {
  const total = numberAt(usage, 'cache_creation_input_tokens')
  const split = objectAt(usage, 'cache_creation')
  const known5m = numberAt(split, 'ephemeral_5m_input_tokens')
  const write1h = numberAt(split, 'ephemeral_1h_input_tokens')
  // With server tools the split stays at the first turn while the total grows.
  const unsplit = Math.max(0, (total ?? 0) - (known5m ?? 0) - (write1h ?? 0))
  return {
    write5m: total === undefined && known5m === undefined ? undefined : (known5m ?? 0) + unsplit,
    write1h,
    unsplit: unsplit > 0 ? unsplit : undefined,
  }
}

/** Anthropic Messages: input beside the cache. */
export const anthropicUsage = (usage: unknown): { usage: Usage; extra: RowExtra } => {
  const { write5m, write1h, unsplit } = anthropicWrites(usage)
  return {
    usage: usageOf({
      freshInput: numberAt(usage, 'input_tokens'),
      cacheRead: numberAt(usage, 'cache_read_input_tokens'),
      cacheWrite5m: write5m,
      cacheWrite1h: write1h,
      output: numberAt(usage, 'output_tokens'),
    }),
    extra: {
      reasoning: numberAt(objectAt(usage, 'output_tokens_details'), 'thinking_tokens'),
      unsplitWrite: unsplit,
      webSearch: numberAt(objectAt(usage, 'server_tool_use'), 'web_search_requests'),
    },
  }
}

/** OpenAI Chat Completions and whoever copies them: the prompt includes its cached tokens, the completion its reasoning. */
export const chatUsage = (usage: Json): { usage: Usage; extra: RowExtra } => {
  const details = objectAt(usage, 'prompt_tokens_details')
  const read = numberAt(details, 'cached_tokens') ?? numberAt(usage, 'prompt_cache_hit_tokens')
  const written = numberAt(details, 'cache_write_tokens')
  return {
    usage: usageOf({
      freshInput: freshOf(numberAt(usage, 'prompt_tokens'), read, written),
      cacheRead: read,
      cacheWrite5m: written,
      output: numberAt(usage, 'completion_tokens'),
    }),
    extra: {
      reasoning: numberAt(objectAt(usage, 'completion_tokens_details'), 'reasoning_tokens'),
      unsplitWrite: written,
    },
  }
}

/** OpenAI Responses: as Chat, under other names. */
const responsesUsage = (usage: Json): { usage: Usage; extra: RowExtra } => {
  const details = objectAt(usage, 'input_tokens_details')
  const read = numberAt(details, 'cached_tokens')
  const written = numberAt(details, 'cache_write_tokens')
  return {
    usage: usageOf({
      freshInput: freshOf(numberAt(usage, 'input_tokens'), read, written),
      cacheRead: read,
      cacheWrite5m: written,
      output: numberAt(usage, 'output_tokens'),
    }),
    extra: { reasoning: numberAt(objectAt(usage, 'output_tokens_details'), 'reasoning_tokens'), unsplitWrite: written },
  }
}

/** Gemini: thoughts are not inside candidates, the prompts of tools not inside the prompt. */
const geminiUsage = (usage: Json): { usage: Usage; extra: RowExtra } => {
  const prompt = numberAt(usage, 'promptTokenCount')
  const read = numberAt(usage, 'cachedContentTokenCount')
  const candidates = numberAt(usage, 'candidatesTokenCount')
  const thoughts = numberAt(usage, 'thoughtsTokenCount')
  const input = prompt === undefined ? undefined : prompt + (numberAt(usage, 'toolUsePromptTokenCount') ?? 0)
  return {
    usage: usageOf({
      freshInput: freshOf(input, read, 0),
      cacheRead: read,
      output: candidates === undefined && thoughts === undefined ? undefined : (candidates ?? 0) + (thoughts ?? 0),
    }),
    extra: { reasoning: thoughts },
  }
}

/** Cohere v2: `tokens` is what the model saw, `billed_units` what is paid for; sizing needs the first. */
const cohereUsage = (usage: Json): { usage: Usage; extra: RowExtra } => {
  const tokens = objectAt(usage, 'tokens') ?? objectAt(usage, 'billed_units')
  const read = numberAt(usage, 'cached_tokens')
  return {
    usage: usageOf({
      freshInput: freshOf(numberAt(tokens, 'input_tokens'), read, 0),
      cacheRead: read,
      output: numberAt(tokens, 'output_tokens'),
    }),
    extra: {},
  }
}

const TIME_KEYS: readonly string[] = [
  'created',
  'created_at',
  'createTime',
  'create_time',
  'logged_at',
  'timestamp',
  'time',
  'logging_time',
  'ts',
  'datetime',
  'start_time',
  'startTime',
  'request_time',
]
const timeOf = (body: Json): number => {
  for (const key of TIME_KEYS) {
    const at = toTime(body[key])
    if (!Number.isNaN(at)) return at
  }
  return Number.NaN
}

const NANOSECONDS = 1e9
const NOTHING: { usage: Usage; extra: RowExtra } = { usage: {}, extra: {} }

type Shape = {
  readonly usage: Usage
  readonly extra: RowExtra
  readonly provider?: string
  readonly task?: Task
  readonly seconds?: number | undefined
}

/** Which API answered, by the keys of its answer; undefined: this is no answer of an LLM. */
const shapeOf = (body: Json): Shape | undefined => {
  const usage = objectAt(body, 'usage')
  if (objectAt(body, 'usageMetadata')) return { ...geminiUsage(body.usageMetadata as Json), provider: 'google' }
  if ('eval_count' in body || 'prompt_eval_count' in body || ('done' in body && 'total_duration' in body)) {
    const total = numberAt(body, 'total_duration')
    return {
      usage: usageOf({ freshInput: numberAt(body, 'prompt_eval_count'), output: numberAt(body, 'eval_count') }),
      extra: {},
      provider: 'ollama',
      seconds: total === undefined ? undefined : total / NANOSECONDS,
    }
  }
  if (usage && (objectAt(usage, 'tokens') || objectAt(usage, 'billed_units')))
    return { ...cohereUsage(usage), provider: 'cohere' }
  const isAnthropic =
    body.type === 'message' ||
    (usage !== undefined &&
      ('cache_read_input_tokens' in usage || 'cache_creation_input_tokens' in usage) &&
      !('prompt_tokens' in usage))
  if (isAnthropic) return { ...(usage ? anthropicUsage(usage) : NOTHING), provider: 'anthropic' }
  if (usage && 'prompt_tokens' in usage) {
    const isEmbedding = body.object === 'list' || !('completion_tokens' in usage)
    return {
      ...chatUsage(usage),
      ...(isEmbedding ? { task: 'embed' as const } : {}),
      ...('x_groq' in body ? { provider: 'groq' } : {}),
      seconds: numberAt(usage, 'total_time'),
    }
  }
  if (usage && 'input_tokens' in usage) return responsesUsage(usage)
  if (typeof body.object === 'string' && /^(chat\.completion|text_completion|response)/.test(body.object))
    return NOTHING
  return undefined
}

/** Reads the body of an answer, or of a refusal. Undefined: it is neither. */
export const readAnswer = (body: Json): Answer | undefined => {
  const shape = shapeOf(body)
  const isError = isObject(body.error) || body.type === 'error' || body.status === 'failed'
  if (!shape && !isError) return undefined
  const { usage, extra, provider, task = 'generate', seconds } = shape ?? { ...NOTHING, seconds: undefined }
  const isCut = body.status === 'cancelled' || body.status === 'incomplete_cancelled'
  return {
    id: firstText(body, ['id', 'responseId']),
    model: firstText(body, ['model', 'modelVersion', 'modelId']),
    provider,
    task,
    tier: tierOf(textAt(body, 'service_tier') ?? textAt(objectAt(body, 'usage'), 'service_tier')),
    status: isError ? 'error' : isCut ? 'aborted' : 'ok',
    at: timeOf(body),
    seconds,
    usage,
    extra,
  }
}

/** The bodies inside what loggers wrap around them, outermost last; each may carry the time. */
export const unwrap = (value: Json): readonly Json[] => {
  const layers: Json[] = [value]
  let current: Json | undefined = value
  for (let depth = 0; current && depth < 4; depth++) {
    const layer: Json = current
    current = ['response', 'body', 'full_response', 'result', 'message', 'output']
      .map((key) => objectAt(layer, key))
      .find((inner) => inner !== undefined)
    if (current) layers.unshift(current)
  }
  return layers
}

export { tierOf, timeOf }
