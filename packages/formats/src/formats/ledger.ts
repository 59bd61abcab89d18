import { type CallStatus, OWN_HOSTING, type Task } from '@breakeven/core'
import { callOf, tierOf } from '../attribution.ts'
import type { FileContext, JsonFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { isObject, listAt, numberAt, objectAt, parseJson, textAt, toTime } from '../text/value.ts'
import type { Json } from '../text/value.ts'

const FORM = 'breakeven@1'
const TASKS: readonly Task[] = ['generate', 'embed', 'classify']
const STATUSES: readonly CallStatus[] = ['ok', 'aborted', 'error']

const isLine = (value: unknown): value is Json => isObject(value) && value.ledger === FORM

/** The ledger line in a log event of CloudWatch, which has it as text among what Lambda says of itself. */
const lineInEvent = (event: unknown): unknown => parseJson(textAt(event, 'message') ?? '')

/** The events of `aws logs filter-log-events`, or one event a line. */
const eventsOf = (value: unknown): readonly unknown[] | undefined =>
  listAt(value, 'events') ?? (textAt(value, 'message') === undefined ? undefined : [value])

const isOurs = (value: unknown): boolean =>
  isLine(value) || (eventsOf(value)?.some((event) => isLine(lineInEvent(event))) ?? false)

/** This machine, its network, or a name that only they know: a list price is no bill for what is served there. */
const PRIVATE =
  /^(?:localhost(?::|$)|127\.|10\.[\d.]+(?::|$)|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\]|[\w-]+(?::\d+)?$|[^:]+\.(?:local|internal)(?::|$))/

/** Who answered, where the gateway wrote down only where it was. A host on the internet may be anybody's. */
const hostingAt = (upstream: string | undefined): string | undefined => {
  if (upstream === undefined) return undefined
  if (upstream.startsWith('sagemaker:')) return OWN_HOSTING.sageMaker
  return PRIVATE.test(upstream) ? OWN_HOSTING.self : undefined
}

const give = (context: FileContext, entry: Json, line: number): void => {
  const id = textAt(entry, 'id')
  if (id !== undefined && context.seen(id)) {
    context.drop('duplicates', line, 'the same call again')
    return
  }
  const at = toTime(entry.at)
  if (Number.isNaN(at)) {
    context.drop('malformedLines', line, 'no time')
    return
  }
  const usage = objectAt(entry, 'usage')
  context.row(
    callOf({
      at,
      endAt: numberAt(entry, 'endAt'),
      status: STATUSES.find((status) => status === entry.status) ?? 'ok',
      task: TASKS.find((task) => task === entry.task) ?? 'generate',
      model: textAt(entry, 'model'),
      provider: textAt(entry, 'provider') ?? hostingAt(textAt(entry, 'upstream')),
      project: textAt(entry, 'project'),
      tier: tierOf(textAt(entry, 'tier')),
      usage: usageOf({
        freshInput: numberAt(usage, 'freshInput'),
        cacheRead: numberAt(usage, 'cacheRead'),
        cacheWrite5m: numberAt(usage, 'cacheWrite5m'),
        cacheWrite1h: numberAt(usage, 'cacheWrite1h'),
        output: numberAt(usage, 'output'),
      }),
    }),
    line,
    { reasoning: numberAt(entry, 'reasoning') },
  )
}

/**
 * What breakeven's own gateway writes: one JSON line a call, meters disjoint as in a row. Also as CloudWatch Logs hands
 * out the standard output of a Lambda. A line that was cut by a crash is a malformed line, and only that one is lost.
 */
export const ledger: JsonFormat = {
  id: 'ledger',
  name: 'breakeven ledger',
  syntax: 'json',
  carries: ['requests', 'input', 'output', 'errors', 'aborted', 'duplicates'],
  recognise: ({ values }) => (values.some(isOurs) ? 3 : 0),
  open: (context) => ({
    value: (value, line) => {
      if (isLine(value)) {
        give(context, value, line)
        return
      }
      const events = eventsOf(value)
      if (!events) {
        context.drop('malformedLines', line, 'no line of a ledger')
        return
      }
      if (events.length !== 1) context.expand(events.length)
      for (const event of events) {
        const entry = lineInEvent(event)
        if (isLine(entry)) give(context, entry, line)
        else context.drop('skippedNonLlm', line)
      }
    },
  }),
}
