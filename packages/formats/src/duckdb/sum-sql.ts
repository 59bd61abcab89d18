import { HASH_FACTORS } from '@breakeven/core'
import type { Seconds, Tokens } from '@breakeven/core'
import type { Columns } from '../table/columns.ts'
import type { Trace } from '../table/rows.ts'
import type { Source } from './source.ts'

/** How the time column is written: dates in UTC, dates with an offset from it, or numbers that count from somewhere. */
export type TimeKind = 'utc' | 'offset' | 'number'

export type SumQuery = {
  readonly source: Source
  readonly columns: Columns
  readonly trace: Trace
  readonly time: TimeKind
  readonly edges: readonly Tokens[]
  /** What relative times are moved by. */
  readonly shift: Seconds
  /** Calls whose hash is not above it come back one by one. */
  readonly mostHash: number
}

/** Names by which a group is told from others, in the order of the columns that come back. */
const GROUP_FIELDS = ['model', 'provider', 'project', 'status', 'tier', 'task'] as const
export type GroupField = (typeof GROUP_FIELDS)[number]

/** `TIMESTAMP` of DuckDB reads more than we do (single digits, other separators): only this is surely read alike. */
const DATE = String.raw`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?`
const UTC = `${DATE}(Z|[+]00:00)?`
const OFFSET = String.raw`[+-]\d{2}:\d{2}`
const NUMBER = String.raw`\d{1,16}(\.\d{1,6})?`
const MOST_TOKENS = 1_000_000_000
const LATEST = 4_102_444_800

/** `sampleHash` of the core step by step, in unsigned arithmetic: products stay below 2^64. */
const low = (value: string): string => `((${value}) & 4294967295)`
const times = (value: string, factor: number): string => low(`${value} * ${factor}::UBIGINT`)
const MIXED = low(
  [
    times('(second & 4294967295)::UBIGINT', HASH_FACTORS.at),
    times('prompt::UBIGINT', HASH_FACTORS.input),
    times('coalesce(output, 0)::UBIGINT', HASH_FACTORS.output),
  ].join(' + '),
)
const AGAIN = times('xor(mixed, mixed >> 15)', HASH_FACTORS.mix)
const HASH = 'xor(again, again >> 13)'

/** Moments as whole microseconds (`micros`) and whole seconds (`second`), null where a text is not surely read as we do. */
const timeSql = ({ time, trace, shift }: SumQuery): { micros: string; second: string } => {
  if (time !== 'number') {
    const second = `micros // 1000000 + ${shift}`
    const cast = (text: string): string => `epoch_us(TRY_CAST(${text} AS TIMESTAMP))`
    if (time === 'utc')
      return { micros: `CASE WHEN regexp_full_match(at_text, '${UTC}') THEN ${cast('at_text')} END`, second }
    // The cast leaves an offset out: 08:00+02:00 would be 08:00 in UTC.
    const east = `(right(at_text, 5)[1:2]::BIGINT * 3600 + right(at_text, 2)::BIGINT * 60) * 1000000`
    const micros = `${cast('left(at_text, -6)')} - CASE WHEN right(at_text, 6)[1] = '-' THEN -${east} ELSE ${east} END`
    return { micros: `CASE WHEN regexp_full_match(at_text, '${DATE}${OFFSET}') THEN ${micros} END`, second }
  }
  const unit = trace.secondsPerUnit
  const value = `CASE WHEN regexp_full_match(at_text, '${NUMBER}') THEN TRY_CAST(at_text AS DOUBLE) END`
  const at =
    unit === undefined
      ? `CASE WHEN ${value} < 1e11 THEN ${value} WHEN ${value} < 1e14 THEN ${value} / 1e3 WHEN ${value} < 1e17 THEN ${value} / 1e6 END`
      : `${value} * ${unit}`
  return { micros: at, second: `floor(micros + ${shift})::BIGINT` }
}

/**
 * One pass over the file: calls of one group, minute and segment become one row. `odd` counts rows that are not plain:
 * their file is for the streaming reader.
 */
export const sumSql = (query: SumQuery): string => {
  const { source, columns, trace, edges, mostHash, time } = query
  const text = (column: number): string => (column < 0 ? 'NULL' : source.textOf(column))
  const tokens = { fresh: columns.freshInput, input: columns.input, cached: columns.cacheRead, output: columns.output }
  const names = Object.keys(tokens) as (keyof typeof tokens)[]
  const has = (name: keyof typeof tokens): boolean => tokens[name] >= 0
  const groups = GROUP_FIELDS.map(
    (field) => `${columns.constants[field] === undefined ? text(columns[field]) : 'NULL'} AS ${field}`,
  )
  const { micros, second } = timeSql(query)
  const isOddCount = (name: string): string =>
    `(${name}_text IS NOT NULL AND (${name} IS NULL OR ${name}::VARCHAR <> ${name}_text OR ${name} < 0 OR ${name} > ${MOST_TOKENS}))`
  // As `freshOf` has it; an input below its cached part is odd.
  const fresh = has('fresh') ? 'fresh' : has('cached') ? 'input - coalesce(cached, 0)' : 'input'
  const odd = [
    `micros IS NULL OR micros < 0 OR micros > ${time !== 'number' ? LATEST * 1e6 : LATEST}`,
    ...names.filter(has).map(isOddCount),
    ...(has('cached') && !has('fresh') ? ['input < cached'] : []),
  ].join(' OR ')
  const counted = (condition: string): string => `count(CASE WHEN ${condition} THEN 1 END)`
  const ofMicros = (step: number): string =>
    time !== 'number' ? `micros % ${step} = 0` : `round(micros * 1e6)::BIGINT % ${step} = 0`
  return `
    WITH texts AS (
      SELECT ${[`${text(columns.at)} AS at_text`, ...names.map((name) => `${text(tokens[name])} AS ${name}_text`), ...groups].join(', ')}
      FROM ${source.from}
    ), numbers AS (
      SELECT *, ${micros} AS micros, ${names.map((name) => `TRY_CAST(${name}_text AS BIGINT) AS ${name}`).join(', ')} FROM texts
    ), calls AS (
      SELECT *, ${second} AS second, coalesce(${odd}, false) AS is_odd, ${fresh} AS fresh_input,
        coalesce(${fresh}, 0) + coalesce(cached, 0) AS prompt FROM numbers
    ), mixes AS (SELECT *, ${MIXED} AS mixed FROM calls), hashes AS (SELECT *, ${AGAIN} AS again FROM mixes)
    SELECT ${GROUP_FIELDS.join(', ')}, ${trace.failsWithoutOutput === true ? 'output = 0' : 'false'} AS failed,
      (second // 60)::DOUBLE AS minute,
      ${edges.length === 0 ? '0' : edges.map((edge) => `(prompt > ${edge})::INTEGER`).join(' + ')} AS segment,
      count(*)::DOUBLE AS calls, ${counted('is_odd')}::DOUBLE AS odd,
      ${counted('fresh_input IS NULL OR output IS NULL')}::DOUBLE AS no_usage,
      ${counted('fresh_input IS NULL AND output IS NULL AND cached IS NULL')}::DOUBLE AS nothing,
      ${counted('fresh_input IS NULL AND (output IS NOT NULL OR cached IS NOT NULL)')}::DOUBLE AS no_input_only,
      ${counted('cached IS NULL AND (output IS NOT NULL OR fresh_input IS NOT NULL)')}::DOUBLE AS no_cached_only,
      sum(fresh_input)::DOUBLE AS sum_fresh, sum(cached)::DOUBLE AS sum_cached, sum(output)::DOUBLE AS sum_output,
      sum(CASE WHEN fresh_input IS NOT NULL THEN prompt END)::DOUBLE AS known_prompts,
      min(micros)::DOUBLE AS first, max(micros)::DOUBLE AS last,
      max(CASE WHEN ${ofMicros(60_000_000)} THEN 0 WHEN ${ofMicros(1_000_000)} THEN 1 WHEN ${ofMicros(1000)} THEN 2 ELSE 3 END) AS clock,
      list([second::DOUBLE, prompt::DOUBLE, coalesce(output, 0)::DOUBLE]) FILTER (WHERE NOT is_odd AND ${HASH} <= ${mostHash}) AS sample
    FROM hashes GROUP BY ALL`
}

/** The times of the first rows, in their order: what they say of zones and of the clock. */
export const firstTimesSql = ({ from, textOf }: Source, columns: Columns, rows: number): string =>
  `SELECT ${textOf(columns.at)}, ${columns.endAt < 0 ? 'NULL' : textOf(columns.endAt)} FROM ${from} LIMIT ${rows}`
