import { SECONDS_PER_DAY } from '@breakeven/core'
import type { Bucket, CallStatus, Task } from '@breakeven/core'
import { attributionOf, callOf, tierOf } from '../attribution.ts'
import { columnName } from '../format.ts'
import type { ColumnMap, FileContext, JsonFormat, RowExtra, TableFormat } from '../format.ts'
import { freshOf, usageOf } from '../meters.ts'
import type { Cells } from '../text/table.ts'
import { isZoneless } from '../text/time.ts'
import { isObject, toNumber, toTime } from '../text/value.ts'

/** What a table may say of a call, and the names under which tables say it (as `columnName` writes them). */
const ALIASES = {
  at: [
    'timestamp',
    'time',
    'at',
    'created_at',
    'created',
    'start_time',
    'started_at',
    'start',
    'request_time',
    'requested_at',
    'request_timestamp',
    'request_created_at',
    'arrival_time',
    'arrived_at',
    'date',
    'datetime',
    'date_time',
    'event_time',
    'logged_at',
    'ts',
    'timestamp_ms',
    'timestamp_utc',
    'time_utc',
    'usage_date',
    'day',
    'hour',
    'minute',
    'bucket',
    'bucket_start',
    'period_start',
    'from',
  ],
  endAt: [
    'end_time',
    'ended_at',
    'end_at',
    'end',
    'finished_at',
    'completed_at',
    'response_time',
    'responded_at',
    'period_end',
    'bucket_end',
    'to',
  ],
  durationMs: ['duration_ms', 'latency_ms', 'elapsed_ms', 'response_time_ms', 'e2e_ms', 'total_time_ms'],
  durationSeconds: [
    'duration_s',
    'duration_seconds',
    'latency_s',
    'latency_seconds',
    'elapsed_s',
    'elapsed_seconds',
    'e2e_s',
    'elapsed_time',
  ],
  input: [
    'input_tokens',
    'prompt_tokens',
    'context_tokens',
    'request_tokens',
    'input_length',
    'prompt_length',
    'input_len',
    'prompt_len',
    'tokens_in',
    'tokens_prompt',
    'tokens_input',
    'in_tokens',
    'input_token_count',
    'prompt_token_count',
    'num_input_tokens',
    'num_prompt_tokens',
    'n_input_tokens',
    'n_prompt_tokens',
    'total_input_tokens',
    'total_prompt_tokens',
    'num_prefill_tokens',
    'gen_ai_usage_input_tokens',
    'usage_prompt_tokens',
    'usage_input_tokens',
    'input_toks',
    'input',
    'tokens',
    'token_count',
  ],
  freshInput: [
    'fresh_input',
    'fresh_input_tokens',
    'uncached_input_tokens',
    'input_tokens_no_cache',
    'input_uncached_tokens',
    'uncached_tokens',
  ],
  cacheRead: [
    'cached_tokens',
    'cached_input_tokens',
    'input_cached_tokens',
    'cache_read_tokens',
    'cache_read_input_tokens',
    'cache_read',
    'cached',
    'tokens_cached',
    'prompt_cached_tokens',
    'gen_ai_usage_cache_read_input_tokens',
  ],
  cacheWrite: [
    'cache_write_tokens',
    'cache_creation_tokens',
    'cache_creation_input_tokens',
    'input_cache_write_tokens',
    'cache_write',
    'cache_write_input_tokens',
    'gen_ai_usage_cache_creation_input_tokens',
  ],
  cacheWrite5m: [
    'cache_write_5m',
    'cache_write_5m_tokens',
    'cache_creation_5m_input_tokens',
    'ephemeral_5m_input_tokens',
  ],
  cacheWrite1h: [
    'cache_write_1h',
    'cache_write_1h_tokens',
    'cache_creation_1h_input_tokens',
    'ephemeral_1h_input_tokens',
  ],
  output: [
    'output_tokens',
    'completion_tokens',
    'generated_tokens',
    'response_tokens',
    'output_length',
    'output_len',
    'generation_length',
    'completion_length',
    'tokens_out',
    'tokens_completion',
    'tokens_output',
    'out_tokens',
    'output_token_count',
    'completion_token_count',
    'num_output_tokens',
    'num_completion_tokens',
    'n_output_tokens',
    'total_output_tokens',
    'total_completion_tokens',
    'num_decode_tokens',
    'gen_ai_usage_output_tokens',
    'usage_completion_tokens',
    'usage_output_tokens',
    'output_toks',
    'output',
  ],
  reasoning: [
    'reasoning_tokens',
    'reasoning_output_tokens',
    'output_reasoning_tokens',
    'thinking_tokens',
    'tokens_reasoning',
  ],
  requests: [
    'requests',
    'request_count',
    'num_requests',
    'n_requests',
    'num_model_requests',
    'calls',
    'call_count',
    'num_calls',
    'count',
    'api_requests',
  ],
  model: [
    'model',
    'model_name',
    'model_id',
    'model_slug',
    'response_model',
    'request_model',
    'deployment',
    'engine',
    'gen_ai_response_model',
    'gen_ai_request_model',
  ],
  provider: ['provider', 'provider_name', 'vendor', 'gen_ai_provider_name', 'gen_ai_system'],
  project: ['project', 'project_id', 'project_name', 'app', 'app_name', 'team', 'workspace', 'service', 'tenant'],
  status: ['status', 'status_code', 'http_status', 'response_status', 'code', 'outcome'],
  tier: ['tier', 'service_tier'],
  task: ['task', 'operation', 'call_type', 'endpoint', 'request_type', 'gen_ai_operation_name'],
} as const satisfies Record<string, readonly string[]>
type Field = keyof typeof ALIASES
const FIELDS = Object.keys(ALIASES) as Field[]

/** Where each field stands: a column, or a constant given by `--map`. */
type Columns = { readonly [F in Field]: number } & { readonly constants: Partial<Record<Field, string>> }

const findColumns = (
  names: readonly string[],
  written: readonly string[],
  map: ColumnMap,
  context?: FileContext,
): Columns => {
  const constants: Partial<Record<Field, string>> = {}
  const mapped: Partial<Record<Field, number>> = {}
  for (const [field, wanted] of Object.entries(map)) {
    if (!FIELDS.includes(field as Field))
      context?.fail(`--map does not know ${JSON.stringify(field)}.`, {
        key: 'map',
        hint: `It maps ${FIELDS.join(', ')}.`,
      })
    if (wanted.startsWith('=')) {
      constants[field as Field] = wanted.slice(1)
      continue
    }
    const exact = written.indexOf(wanted)
    const column = exact >= 0 ? exact : names.indexOf(columnName(wanted))
    if (column < 0)
      context?.fail(`There is no column ${JSON.stringify(wanted)} for --map ${field}.`, {
        line: 1,
        key: 'map',
        hint: `The columns are ${written.join(', ')}.`,
      })
    mapped[field as Field] = column
  }
  const columnOf = (field: Field): number => {
    const column = mapped[field]
    if (column !== undefined) return column
    if (field in constants) return -1
    const taken = new Set(Object.values(mapped))
    for (const alias of ALIASES[field]) {
      const found = names.indexOf(alias)
      if (found >= 0 && !taken.has(found)) return found
    }
    return -1
  }
  return {
    ...(Object.fromEntries(FIELDS.map((field) => [field, columnOf(field)])) as { [F in Field]: number }),
    constants,
  }
}

/** A table's row or a JSON object's values, by column. */
type Values = Pick<Cells, 'text' | 'name' | 'number' | 'time'>

const OK_WORDS = /^(ok|success|succeeded|successful|completed|complete|true|1|stop|finished|200 ok)$/i
const ABORTED_WORDS = /abort|cancel|disconnect|interrupt/i
const statusOf = (text: string): CallStatus => {
  if (text === '' || OK_WORDS.test(text)) return 'ok'
  const code = Number(text)
  if (Number.isNaN(code))
    return ABORTED_WORDS.test(text)
      ? 'aborted'
      : /fail|error|false|denied|throttl|timeout|timed/i.test(text)
        ? 'error'
        : 'ok'
  if (code === 499) return 'aborted'
  return code >= 200 && code < 400 ? 'ok' : 'error'
}

const taskOf = (text: string): Task =>
  /embed/i.test(text) ? 'embed' : /classif|moderat/i.test(text) ? 'classify' : 'generate'

const ROWS_LOOKED_AT_FOR_ZONE = 1000
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
type Trace = {
  /** What the numbers of the time column count; by their size when absent. */
  readonly secondsPerUnit?: number
  /** BurstGPT writes a failure as a call without an answer. */
  readonly failsWithoutOutput?: true
  readonly provider?: string
}

const NO_EXTRA: RowExtra = {}

/** Makes rows of a table's values. One closure a file, as columns differ. */
const rowMaker = (
  context: FileContext,
  columns: Columns,
  trace: Trace,
): { give: (values: Values, line: number) => void; end: () => void } => {
  const { constants } = columns
  const nameAt = (values: Values, field: 'model' | 'provider' | 'project'): string | undefined => {
    const constant = constants[field]
    if (constant !== undefined) return constant
    const column = columns[field]
    return column < 0 ? undefined : values.name(column) || undefined
  }
  let zonesLookedAt = 0
  const timeAt = (values: Values, column: number): number => {
    if (trace.secondsPerUnit !== undefined) return (values.number(column) ?? Number.NaN) * trace.secondsPerUnit
    if (zonesLookedAt < ROWS_LOOKED_AT_FOR_ZONE) {
      zonesLookedAt++
      if (isZoneless(values.text(column))) {
        zonesLookedAt = ROWS_LOOKED_AT_FOR_ZONE
        context.note('Times carry no zone and are read as UTC.')
      }
    }
    return values.time(column)
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

  const give = (values: Values, line: number): void => {
    const at = timeAt(values, columns.at)
    const cacheRead = values.number(columns.cacheRead)
    const unsplit = hasWrites ? values.number(columns.cacheWrite) : undefined
    const short = hasWrites ? values.number(columns.cacheWrite5m) : undefined
    const long = hasWrites ? values.number(columns.cacheWrite1h) : undefined
    const write5m = short ?? (unsplit === undefined ? undefined : unsplit - (long ?? 0))
    const written = (write5m ?? 0) + (long ?? 0)
    const input = values.number(columns.input)
    const fresh = columns.freshInput >= 0 ? values.number(columns.freshInput) : freshOf(input, cacheRead, written)
    if (input !== undefined && columns.freshInput < 0 && input < (cacheRead ?? 0) + written)
      context.note(
        'The input count is below its cached part on some lines: there it is read as input beside the cache.',
        line,
      )
    const output = values.number(columns.output)
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
      const to = columns.endAt >= 0 ? timeAt(values, columns.endAt) : Number.NaN
      const requests = values.number(columns.requests)
      const bucket: Bucket = {
        kind: 'bucket',
        ...attributionOf({ model, provider, project, tier, task }),
        from: at,
        to,
        ...(requests === undefined ? {} : { requests }),
        usage,
      }
      if (to > at) context.row(bucket, line, extra)
      else endless.push({ bucket, line, extra })
      return
    }
    const isFailure = trace.failsWithoutOutput === true && output === 0
    const status = isFailure ? 'error' : columns.status >= 0 ? statuses(values.name(columns.status)) : 'ok'
    context.row(
      callOf({ at, endAt: endOf(values, at), status, task, model, provider, project, tier, usage }),
      line,
      extra,
    )
  }
  /** Buckets that say only when they begin: as wide as the smallest step between two of them, a day when there is but one. */
  const end = (): void => {
    const starts = [...new Set(endless.map(({ bucket }) => bucket.from))].toSorted((a, b) => a - b)
    const steps = starts.slice(1).map((start, index) => start - (starts[index] ?? start))
    const width = steps.length > 0 ? steps.reduce((a, b) => Math.min(a, b)) : SECONDS_PER_DAY
    for (const { bucket, line, extra } of endless) context.row({ ...bucket, to: bucket.from + width }, line, extra)
  }
  return { give, end }
}

const COUNTS_OF_TABLES = ['requests', 'input', 'output'] as const

const requireColumns = (context: FileContext, columns: Columns, written: readonly string[]): void => {
  const missing = [
    ...(columns.at < 0 ? ['a time (at)'] : []),
    ...(columns.input < 0 && columns.freshInput < 0 ? ['input tokens (input)'] : []),
  ]
  if (missing.length > 0)
    context.fail(`The table has no column for ${missing.join(' and ')}.`, {
      line: 1,
      hint: `Name it with --map, for instance --map at=${written[0] ?? 'COLUMN'},input=COLUMN,output=COLUMN. The columns are ${written.join(', ')}.`,
    })
}

const openTable =
  (trace: Trace): TableFormat['open'] =>
  (context, head) => {
    const columns = findColumns(head.columns, head.header, context.map, context)
    requireColumns(context, columns, head.header)
    const { give, end } = rowMaker(context, columns, trace)
    return { row: (cells) => give(cells, cells.line), end }
  }

const has = (columns: readonly string[], ...names: readonly string[]): boolean =>
  names.every((name) => columns.includes(name))

/** Any table that has a time and token counts, under one of the usual names or those of `--map`. */
export const genericTable: TableFormat = {
  id: 'table',
  name: 'table of calls',
  syntax: 'table',
  carries: COUNTS_OF_TABLES,
  recognise: ({ columns }) => {
    const found = findColumns(columns, columns, {})
    const tokens = found.input >= 0 || found.freshInput >= 0 || found.output >= 0
    return tokens ? 1 : 0
  },
  open: openTable({}),
}

/** Azure Public Dataset, LLM inference traces of 2023 and 2024 (github.com/Azure/AzurePublicDataset). */
export const azureTrace: TableFormat = {
  id: 'azure-trace',
  name: 'Azure LLM trace',
  syntax: 'table',
  carries: COUNTS_OF_TABLES,
  recognise: ({ header }) => (has(header, 'TIMESTAMP', 'ContextTokens', 'GeneratedTokens') ? 3 : 0),
  open: openTable({}),
}

/** BurstGPT (github.com/HPMLL/BurstGPT): seconds from the first day, failures without response tokens. */
export const burstGpt: TableFormat = {
  id: 'burstgpt',
  name: 'BurstGPT trace',
  syntax: 'table',
  carries: [...COUNTS_OF_TABLES, 'errors', 'errorInput', 'errorOutput'],
  recognise: ({ columns }) =>
    has(columns, 'timestamp', 'model', 'request_tokens', 'response_tokens', 'log_type') ? 3 : 0,
  open: openTable({ secondsPerUnit: 1, failsWithoutOutput: true }),
}

/** Keys of an object and of the objects in it, as `usage.prompt_tokens`. */
const flatten = (value: unknown, prefix: string, depth: number, into: Map<string, unknown>): void => {
  if (!isObject(value)) return
  for (const key of Object.keys(value)) {
    const inner = value[key]
    if (isObject(inner) && depth < 3) flatten(inner, `${prefix}${key}.`, depth + 1, into)
    else into.set(prefix + key, inner)
  }
}

const IS_TEXT_TOO = /(^|\.)(input|output)$/
const keysOf = (values: readonly unknown[]): string[] => {
  const keys = new Set<string>()
  for (const value of values) {
    const flat = new Map<string, unknown>()
    flatten(value, '', 0, flat)
    // `input` and `output` are as often the texts themselves.
    for (const [key, inner] of flat)
      if (!(IS_TEXT_TOO.test(key) && Number.isNaN(toNumber(inner) ?? Number.NaN))) keys.add(key)
  }
  return [...keys].toSorted((a, b) => a.split('.').length - b.split('.').length)
}

/** `usage.prompt_tokens` counts as `prompt_tokens` too. */
const lastPart = (key: string): string => columnName(key.slice(key.lastIndexOf('.') + 1))

const valueAt = (value: unknown, path: readonly string[]): unknown => {
  let inner = value
  for (const key of path) {
    if (!isObject(inner)) return undefined
    inner = inner[key]
  }
  return inner
}

const MOST_KEYS = 500

const columnsOfJson = (
  values: readonly unknown[],
  map: ColumnMap,
  context?: FileContext,
): { keys: readonly string[]; columns: Columns } => {
  const keys = keysOf(values).slice(0, MOST_KEYS)
  return { keys, columns: findColumns(keys.map(lastPart), keys, map, context) }
}

/** Any JSON Lines or JSON array whose objects have a time and token counts. */
export const genericJson: JsonFormat = {
  id: 'table',
  name: 'JSON lines of calls',
  syntax: 'json',
  carries: COUNTS_OF_TABLES,
  recognise: ({ values }) => {
    const { columns } = columnsOfJson(values, {})
    const tokens = columns.input >= 0 || columns.freshInput >= 0 || columns.output >= 0
    return tokens && columns.at >= 0 ? 1 : 0
  },
  open: (context, { values }) => {
    const { keys, columns } = columnsOfJson(values, context.map, context)
    requireColumns(context, columns, keys)
    const paths = keys.map((key) => key.split('.'))
    const { give, end } = rowMaker(context, columns, {})
    let current: unknown
    const fieldOf = (column: number): unknown => {
      const path = paths[column]
      return path === undefined ? undefined : valueAt(current, path)
    }
    const textOf = (column: number): string => {
      const value = fieldOf(column)
      return typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'boolean'
          ? String(value)
          : ''
    }
    const reader: Values = {
      text: textOf,
      name: textOf,
      time: (column) => toTime(fieldOf(column)),
      number: (column) => toNumber(fieldOf(column)),
    }
    return {
      value: (value, line) => {
        current = value
        give(reader, line)
        current = undefined
      },
      end,
    }
  },
}

const MOONCAKE_BLOCK_TOKENS = 512

/** Mooncake traces (github.com/kvcache-ai/Mooncake): relative milliseconds, ids of 512-token prefix blocks. */
export const mooncake: JsonFormat = {
  id: 'mooncake',
  name: 'Mooncake trace',
  syntax: 'json',
  carries: [...COUNTS_OF_TABLES, 'idealPrefixHitTokens'],
  recognise: ({ values }) =>
    isObject(values[0]) &&
    ['timestamp', 'input_length', 'output_length', 'hash_ids'].every((key) => key in (values[0] as object))
      ? 3
      : 0,
  open: (context) => {
    const blocks = new Set<number>()
    return {
      value: (value, line) => {
        if (!isObject(value)) return context.drop('malformedLines', line)
        const at = toNumber(value.timestamp)
        const ids = Array.isArray(value.hash_ids) ? value.hash_ids.filter((id) => typeof id === 'number') : []
        let hits = 0
        while (hits < ids.length && blocks.has(ids[hits] ?? -1)) hits++
        for (const id of ids) blocks.add(id)
        context.count('idealPrefixHitTokens', hits * MOONCAKE_BLOCK_TOKENS)
        context.row(
          {
            kind: 'call',
            task: 'generate',
            at: (at ?? Number.NaN) / 1000,
            status: 'ok',
            usage: usageOf({ freshInput: toNumber(value.input_length), output: toNumber(value.output_length) }),
            prefixBlocks: ids,
          },
          line,
        )
      },
    }
  },
}
