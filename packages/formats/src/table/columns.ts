import { columnName } from '../format.ts'
import type { ColumnMap, FileContext } from '../format.ts'
import { toNumber } from '../text/value.ts'

type Field =
  | 'at'
  | 'endAt'
  | 'durationMs'
  | 'durationSeconds'
  | 'input'
  | 'freshInput'
  | 'cacheRead'
  | 'cacheWrite'
  | 'cacheWrite5m'
  | 'cacheWrite1h'
  | 'output'
  | 'reasoning'
  | 'requests'
  | 'model'
  | 'provider'
  | 'project'
  | 'status'
  | 'tier'
  | 'task'

/** What a table may say of a call, and the names under which tables say it (as `columnName` writes them). */
const ALIASES: Readonly<Record<Field, readonly string[]>> = {
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
    'uncached_prompt_tokens',
    'prompt_cache_miss_tokens',
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
    'cached_prompt_tokens',
    'prompt_cache_hit_tokens',
    'prompt_cache_read_tokens',
    'cache_hit_tokens',
    'tokens_cache_read',
    'cached_input_token_count',
    'cache_read_input_token_count',
    'cached_content_token_count',
    'gen_ai_usage_cache_read_input_tokens',
  ],
  cacheWrite: [
    'cache_write_tokens',
    'cache_creation_tokens',
    'cache_creation_input_tokens',
    'input_cache_write_tokens',
    'cache_write',
    'cache_write_input_tokens',
    'prompt_cache_write_tokens',
    'tokens_cache_write',
    'cache_write_input_token_count',
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
}
const FIELDS = Object.keys(ALIASES) as Field[]

/** Where each field stands: a column, or a constant given by `--map`. */
export type Columns = { readonly [F in Field]: number } & { readonly constants: Partial<Record<Field, string>> }

const COUNTS: ReadonlySet<Field> = new Set<Field>([
  'input',
  'freshInput',
  'cacheRead',
  'cacheWrite',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
  'requests',
])

/** Whether the first values of a column may be counts: `cached` is as often a yes or no, and `input` a text. */
export const holdsNumbers = (values: readonly unknown[]): boolean => {
  const given = values.filter((value) => value !== undefined && value !== null && value !== '')
  return given.length === 0 || given.some((value) => typeof value !== 'boolean' && !Number.isNaN(toNumber(value)))
}

/**
 * By `--map` first, then by the usual names. With a context, a map that does not fit is an `InputError`. A column that
 * cannot be a count is none, whatever its name.
 */
export const findColumns = (
  names: readonly string[],
  written: readonly string[],
  map: ColumnMap,
  canCount: (column: number) => boolean,
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
      if (found >= 0 && !taken.has(found) && (!COUNTS.has(field) || canCount(found))) return found
    }
    return -1
  }
  return {
    ...(Object.fromEntries(FIELDS.map((field) => [field, columnOf(field)])) as { [F in Field]: number }),
    constants,
  }
}

/** Refuses a table that does not say when and how much. */
export const requireColumns = (context: FileContext, columns: Columns, written: readonly string[]): void => {
  const missing = [
    ...(columns.at < 0 && !context.takesUndated ? ['a time (at)'] : []),
    ...(columns.input < 0 && columns.freshInput < 0 ? ['input tokens (input)'] : []),
  ]
  if (missing.length > 0)
    context.fail(`The table has no column for ${missing.join(' and ')}.`, {
      line: 1,
      hint: `Name ${missing.length > 1 ? 'them' : 'it'} with --map, for instance --map at=${written[0] ?? 'COLUMN'},input=COLUMN,output=COLUMN.${
        columns.at < 0
          ? ' If the file has no times, --undated 2026-10-01..2026-10-31 says when its calls were made.'
          : ''
      } The columns are ${written.join(', ')}.`,
    })
}

const LOOKS_LIKE_COUNT = /token|cache/i
const IS_OTHER_COUNT = /total|max|limit|per_|cost|price|budget|rate|key|id$/i

/** Tells the report which columns say nothing to us, and aloud where one of them may be a count after all. */
export const noteUnused = (
  context: FileContext,
  columns: Columns,
  written: readonly string[],
  canCount: (column: number) => boolean,
): void => {
  const used = new Set(FIELDS.map((field) => columns[field]))
  const unused = written.filter((_, column) => !used.has(column))
  context.notUsed(unused)
  const counts = written.filter(
    (name, column) =>
      !used.has(column) && LOOKS_LIKE_COUNT.test(name) && !IS_OTHER_COUNT.test(columnName(name)) && canCount(column),
  )
  if (counts.length > 0)
    context.note(
      `Not used, though they may be token counts: ${counts.slice(0, 5).join(', ')}. --map says what a column is, for instance --map cacheRead=${counts[0]}.`,
    )
}
