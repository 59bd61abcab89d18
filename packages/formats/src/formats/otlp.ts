import type { Task } from '@breakeven/core'
import { callOf } from '../attribution.ts'
import type { FileContext, JsonFormat } from '../format.ts'
import { freshOf, usageOf } from '../meters.ts'
import { isObject, listAt, objectAt, textAt, toNumber } from '../text/value.ts'
import { newUsageTree } from '../tree.ts'

/**
 * Names of one thing in the dialects that write it: OpenTelemetry GenAI, OpenLLMetry, OpenInference, Vercel AI SDK, vLLM.
 * Input includes cached tokens in all of them.
 */
const NAMES = {
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.promptTokens',
    'ai.usage.inputTokens',
    'llm.usage.prompt_tokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.completionTokens',
    'ai.usage.outputTokens',
    'llm.usage.completion_tokens',
  ],
  cacheRead: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
  ],
  cacheWrite: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
  ],
  model: ['gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name', 'ai.response.model', 'ai.model.id'],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'],
  operation: ['gen_ai.operation.name', 'llm.request.type'],
  kind: ['openinference.span.kind'],
  aiOperation: ['ai.operationId'],
  error: ['error.type'],
  service: ['service.name'],
} as const satisfies Record<string, readonly string[]>

type Field = keyof typeof NAMES
type Attributes = { readonly [F in Field]?: unknown }

/** For each attribute key: what it says, and how far down the list of its names it stands. */
const MEANING: ReadonlyMap<string, { readonly field: Field; readonly rank: number }> = new Map(
  (Object.keys(NAMES) as Field[]).flatMap((field) =>
    NAMES[field].map((name, rank) => [name, { field, rank }] as const),
  ),
)

const scalar = (value: unknown): unknown => {
  if (!isObject(value)) return undefined
  return value.intValue ?? value.doubleValue ?? value.stringValue ?? value.boolValue
}

const NO_ATTRIBUTES: Attributes = {}

/** One pass over the attributes: most of them, prompts among them, are of no interest. */
const attributesOf = (holder: unknown): Attributes => {
  const attributes = listAt(holder, 'attributes')
  if (attributes === undefined || attributes.length === 0) return NO_ATTRIBUTES
  const found: { [F in Field]?: unknown } = {}
  const ranks: { [F in Field]?: number } = {}
  for (const attribute of attributes) {
    if (!isObject(attribute) || typeof attribute.key !== 'string') continue
    const meaning = MEANING.get(attribute.key)
    if (!meaning || (ranks[meaning.field] ?? Number.POSITIVE_INFINITY) <= meaning.rank) continue
    const value = scalar(attribute.value)
    if (value === undefined || value === '') continue
    found[meaning.field] = value
    ranks[meaning.field] = meaning.rank
  }
  return found
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Nanoseconds since 1970, as text: a double of seconds is good to a quarter of a microsecond, and so is this. */
const seconds = (nanos: unknown): number =>
  typeof nanos === 'string' && nanos !== '' ? Number(nanos) / 1e9 : typeof nanos === 'number' ? nanos / 1e9 : Number.NaN

const CALLS: ReadonlySet<string> = new Set(['chat', 'text_completion', 'generate_content', 'embeddings', 'completion'])
const CALL_KINDS: ReadonlySet<string> = new Set(['LLM', 'EMBEDDING'])
const EMBEDDING_NAMES = /embed/i

const taskOf = ({ operation, kind, aiOperation }: Attributes): Task =>
  EMBEDDING_NAMES.test(textOf(operation ?? kind ?? aiOperation) ?? '') ? 'embed' : 'generate'

const isCall = ({ operation, kind, aiOperation }: Attributes): boolean =>
  CALLS.has(textOf(operation) ?? '') ||
  CALL_KINDS.has(textOf(kind) ?? '') ||
  /\.do(Generate|Stream|Embed)$/.test(textOf(aiOperation) ?? '')

const isFailed = (span: unknown, { error }: Attributes): boolean => {
  const code = isObject(span) ? objectAt(span, 'status')?.code : undefined
  return code === 2 || code === 'STATUS_CODE_ERROR' || error !== undefined
}

/** Hands out the spans of a line with the service they are of; how many there are. */
const forSpans = (line: unknown, use: (span: unknown, project: string | undefined) => void): number => {
  let spans = 0
  for (const resource of listAt(line, 'resourceSpans') ?? []) {
    const project = textOf(attributesOf(objectAt(resource, 'resource')).service)
    for (const scope of listAt(resource, 'scopeSpans') ?? listAt(resource, 'instrumentationLibrarySpans') ?? [])
      for (const span of listAt(scope, 'spans') ?? []) {
        spans++
        use(span, project)
      }
  }
  return spans
}

/** Traces as OTLP JSON, one export request a line, as the collector's file exporter writes them. */
export const otlp: JsonFormat = {
  id: 'otlp',
  name: 'OpenTelemetry traces',
  syntax: 'json',
  carries: ['requests', 'input', 'output', 'errors', 'duplicates', 'overlapParents', 'skippedNonLlm'],
  recognise: ({ values }) => (values.some((value) => listAt(value, 'resourceSpans') !== undefined) ? 3 : 0),
  open: (context) => {
    const tree = context.shared(() => newUsageTree(context.atEnd))
    return {
      value: (value, line) => {
        const spans = forSpans(value, (span, project) => readSpan(context, tree, span, project, line))
        context.expand(spans)
        if (spans === 0) context.note('A line without spans (logs or metrics): nothing to count there.', line)
      },
    }
  },
}

const readSpan = (
  context: FileContext,
  tree: ReturnType<typeof newUsageTree>,
  span: unknown,
  project: string | undefined,
  line: number,
): void => {
  const trace = textAt(span, 'traceId')
  const own = textAt(span, 'spanId')
  if (own === undefined) {
    context.drop('malformedLines', line, 'a span without spanId')
    return
  }
  const id = `${trace ?? ''}/${own}`
  if (tree.has(id)) {
    context.drop('duplicates', line, 'the same span again: the exporter retried')
    return
  }
  const parentId = textAt(span, 'parentSpanId')
  const parent = parentId === undefined ? undefined : `${trace ?? ''}/${parentId}`
  const attributes = attributesOf(span)
  const input = toNumber(attributes.input)
  const output = toNumber(attributes.output)
  const hasUsage = input !== undefined || output !== undefined
  if (!hasUsage && !isCall(attributes)) {
    tree.add(id, parent)
    context.drop('skippedNonLlm', line, 'a span that is no call of a model')
    return
  }
  const cacheRead = toNumber(attributes.cacheRead)
  const cacheWrite = toNumber(attributes.cacheWrite)
  const row = callOf({
    at: seconds(isObject(span) ? span.startTimeUnixNano : undefined),
    endAt: seconds(isObject(span) ? span.endTimeUnixNano : undefined),
    status: isFailed(span, attributes) ? 'error' : 'ok',
    task: taskOf(attributes),
    model: textOf(attributes.model),
    provider: textOf(attributes.provider),
    project,
    usage: usageOf({ freshInput: freshOf(input, cacheRead, cacheWrite), cacheRead, cacheWrite5m: cacheWrite, output }),
  })
  const extra = { reasoning: toNumber(attributes.reasoning), unsplitWrite: cacheWrite }
  tree.add(id, parent, { context, row, line, extra, hasUsage })
}
