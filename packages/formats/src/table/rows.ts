import { SECONDS_PER_DAY } from '@breakeven/core'
import type { Bucket } from '@breakeven/core'
import { attributionOf, callOf, tierOf } from '../attribution.ts'
import type { FileContext, RowExtra } from '../format.ts'
import { freshOf, usageOf } from '../meters.ts'
import type { Cells } from '../text/table.ts'
import { isZoneless } from '../text/time.ts'
import type { Columns } from './columns.ts'
import { dateReader } from './dates.ts'
import { statusOf, taskOf } from './words.ts'

/** A table's row or a JSON object's values, by column. */
export type Values = Pick<Cells, 'text' | 'name' | 'number' | 'time'>

/** Times, where a row has two. */
export const ROWS_LOOKED_AT_FOR_ZONE = 1000
const MOST_REMEMBERED = 1000

/** Answers for texts that recur in each row. */
const remember = <T>(work: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>()
  return (text) => {
    const answer = known.get(text)
    if (answer !== undefined || known.has(text)) return answer as T
    const fresh = work(text)
    if (known.size < MOST_REMEMBERED) known.set(text, fresh)
    return fresh
  }
}

/** What differs between the public traces and any other table. */
export type Trace = {
  /** What the numbers of the time column count; by their size when absent. */
  readonly secondsPerUnit?: number
  /** BurstGPT writes a failure as a call without an answer. */
  readonly failsWithoutOutput?: true
  readonly provider?: string
}

/** `12.345` where the comma is the decimal point. */
const GROUPED_BY_POINTS = /^\d{1,3}(?:\.\d{3})+$/

const NO_EXTRA: RowExtra = {}

/** Looks at the first times of a file, and says so where they leave their zone open. */
export const zoneWatch = (context: FileContext): ((textOf: () => string) => void) => {
  let lookedAt = 0
  return (textOf) => {
    if (lookedAt >= ROWS_LOOKED_AT_FOR_ZONE) return
    lookedAt++
    if (!isZoneless(textOf())) return
    lookedAt = ROWS_LOOKED_AT_FOR_ZONE
    context.note('Times carry no zone and are read as UTC.')
  }
}

/** Makes rows of a table's values. One closure a file, as columns differ. */
export const rowMaker = (
  context: FileContext,
  columns: Columns,
  trace: Trace,
  names: readonly string[],
  delimiter = ',',
): { give: (values: Values, line: number) => void; end: () => void } => {
  const { constants } = columns
  const nameAt = (values: Values, field: 'model' | 'provider' | 'project'): string | undefined => {
    const constant = constants[field]
    if (constant !== undefined) return constant
    const column = columns[field]
    return column < 0 ? undefined : values.name(column) || undefined
  }
  const watchZone = zoneWatch(context)
  // Where the comma is the decimal point, semicolons part the cells, and the day stands before the month.
  const usual = delimiter === ';' ? 'day-first' : 'month-first'
  const dates = dateReader(context, names[columns.at] ?? '', columns, usual)
  const timeAt = (values: Values, column: number): number => {
    if (trace.secondsPerUnit !== undefined) return (values.number(column) ?? Number.NaN) * trace.secondsPerUnit
    watchZone(() => values.text(column))
    return dates.timeAt(values, column)
  }
  const statuses = remember(statusOf)
  const tiers = remember((text: string) => tierOf(text))
  const tasks = remember(taskOf)
  const hasStatus = columns.status >= 0 || trace.failsWithoutOutput === true
  if (hasStatus) for (const name of ['errors', 'aborted'] as const) context.count(name, 0)
  if (columns.cacheRead >= 0) context.count('cacheRead', 0)
  const hasWrites = columns.cacheWrite >= 0 || columns.cacheWrite5m >= 0 || columns.cacheWrite1h >= 0
  if (hasWrites) context.count('cacheWrite', 0)
  if (columns.reasoning >= 0) context.count('reasoning', 0)
  const isBuckets = columns.requests >= 0

  const endless: { bucket: Bucket; line: number; extra: RowExtra }[] = []

  const endOf = (values: Values, at: number): number | undefined => {
    if (columns.endAt >= 0) return timeAt(values, columns.endAt)
    const milliseconds = columns.durationMs >= 0 ? values.number(columns.durationMs) : undefined
    if (milliseconds !== undefined) return at + milliseconds / 1000
    const seconds = columns.durationSeconds >= 0 ? values.number(columns.durationSeconds) : undefined
    return seconds === undefined ? undefined : at + seconds
  }

  const pointsGroupThousands = delimiter === ';'
  /** Tokens are whole: a fraction in one call is another number's notation, and no count. Sums of an export may have one. */
  const countAt = (values: Values, column: number): number | undefined => {
    const number = values.number(column)
    if (number === undefined || column < 0) return number
    if (pointsGroupThousands && GROUPED_BY_POINTS.test(values.text(column).trim()))
      return Number(values.text(column).replaceAll('.', ''))
    return Number.isInteger(number) || isBuckets ? number : Number.NaN
  }

  const give = (values: Values, line: number): void => {
    if (trace.secondsPerUnit === undefined) dates.look(values)
    const at = timeAt(values, columns.at)
    const cacheRead = countAt(values, columns.cacheRead)
    const unsplit = hasWrites ? countAt(values, columns.cacheWrite) : undefined
    const short = hasWrites ? countAt(values, columns.cacheWrite5m) : undefined
    const long = hasWrites ? countAt(values, columns.cacheWrite1h) : undefined
    const write5m = short ?? (unsplit === undefined ? undefined : unsplit - (long ?? 0))
    const written = (write5m ?? 0) + (long ?? 0)
    const input = countAt(values, columns.input)
    const fresh = columns.freshInput >= 0 ? countAt(values, columns.freshInput) : freshOf(input, cacheRead, written)
    if (input !== undefined && input >= 0 && columns.freshInput < 0 && input < (cacheRead ?? 0) + written)
      context.note(
        'The input count is below its cached part on some lines: there it is read as input beside the cache.',
        line,
      )
    const output = countAt(values, columns.output)
    const usage = usageOf({ freshInput: fresh, cacheRead, cacheWrite5m: write5m, cacheWrite1h: long, output })
    const model = nameAt(values, 'model')
    const provider = nameAt(values, 'provider') ?? trace.provider
    const project = nameAt(values, 'project')
    const tier =
      constants.tier !== undefined || columns.tier >= 0 ? tiers(constants.tier ?? values.name(columns.tier)) : undefined
    const task =
      constants.task !== undefined || columns.task >= 0
        ? tasks(constants.task ?? values.name(columns.task))
        : 'generate'
    const extra =
      columns.reasoning >= 0 || (unsplit !== undefined && short === undefined)
        ? {
            reasoning: values.number(columns.reasoning),
            unsplitWrite: short === undefined && unsplit !== undefined ? write5m : undefined,
          }
        : NO_EXTRA
    if (isBuckets) {
      const to = columns.endAt >= 0 ? timeAt(values, columns.endAt) : undefined
      const requests = values.number(columns.requests)
      const facts = attributionOf({ model, provider, project, tier, task })
      dates.give(at, to, (from, end) => {
        const bucket: Bucket = {
          kind: 'bucket',
          ...facts,
          from,
          to: end ?? Number.NaN,
          ...(requests === undefined ? {} : { requests }),
          usage,
        }
        if (bucket.to > from) context.row(bucket, line, extra)
        else endless.push({ bucket, line, extra })
      })
      return
    }
    const isFailure = trace.failsWithoutOutput === true && output === 0
    const status = isFailure ? 'error' : columns.status >= 0 ? statuses(values.name(columns.status)) : 'ok'
    dates.give(at, endOf(values, at), (from, end) =>
      context.row(callOf({ at: from, endAt: end, status, task, model, provider, project, tier, usage }), line, extra),
    )
  }
  /** Buckets that say only when they begin: as wide as the smallest step between two of them, a day when there is but one. */
  const end = (): void => {
    dates.end()
    const starts = [...new Set(endless.map(({ bucket }) => bucket.from))].toSorted((a, b) => a - b)
    const steps = starts.slice(1).map((start, index) => start - (starts[index] ?? start))
    const width = steps.length > 0 ? steps.reduce((a, b) => Math.min(a, b)) : SECONDS_PER_DAY
    for (const { bucket, line, extra } of endless) context.row({ ...bucket, to: bucket.from + width }, line, extra)
  }
  return { give, end }
}
