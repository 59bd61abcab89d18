import { HASH_FACTORS } from '@breakeven/core'
import type { Tokens } from '@breakeven/core'
import type { Columns } from '../table/columns.ts'
import type { Trace } from '../table/rows.ts'
import { quoted } from './connect.ts'
import type { Source } from './source.ts'
import type { Times } from './times.ts'

export type SumQuery = {
  readonly source: Source
  readonly columns: Columns
  readonly trace: Trace
  readonly times: Times
  readonly edges: readonly Tokens[]
  /** Calls whose hash is not above it come back one by one. */
  readonly mostHash: number
}

/** Names by which a group is told from others. */
export const NAME_FIELDS = ['model', 'provider', 'project', 'status', 'tier', 'task'] as const
export type NameField = (typeof NAME_FIELDS)[number]

const METERS = ['fresh', 'input', 'cached', 'output'] as const
type Meter = (typeof METERS)[number]
const COLUMN_OF: Readonly<Record<Meter, 'freshInput' | 'input' | 'cacheRead' | 'output'>> = {
  fresh: 'freshInput',
  input: 'input',
  cached: 'cacheRead',
  output: 'output',
}

/** Bits of `shape`: what a row does not report, and that it is for the streaming reader. One small number in place of a counter for each. */
export const SHAPE = { noFresh: 1, noCached: 2, noOutput: 4, odd: 8 } as const

/** More tokens than any model takes in one call: the streaming reader leaves such rows out. */
const MOST_TOKENS = 1_000_000_000

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

/** Moments (`moment`: whole microseconds of a date, else seconds) and whole seconds (`second`); null where a text is not surely read as we do. */
const timeSql = ({
  times: { style, shift },
  trace: { secondsPerUnit },
}: SumQuery): { moment: string; second: string } => {
  if (style.kind === 'date') {
    const ending = style.zone === undefined ? '' : ` AND suffix(written, ${quoted(style.zone)})`
    return {
      moment: `CASE WHEN strlen(written) IN (${style.lengths.join(', ')})${ending} THEN epoch_us(TRY_CAST(written AS TIMESTAMPTZ)) END`,
      second: `moment // 1000000 + ${shift}`,
    }
  }
  if (style.kind === 'timestamp') return { moment: 'epoch_us(written)', second: `moment // 1000000 + ${shift}` }
  const moment =
    secondsPerUnit === undefined
      ? 'CASE WHEN written < 1e11 THEN written WHEN written < 1e14 THEN written / 1e3 WHEN written < 1e17 THEN written / 1e6 END'
      : `written * ${secondsPerUnit}`
  return { moment, second: `floor(moment + ${shift})::BIGINT` }
}

/** Only where the first rows do not show the clock already: it looks at each row. */
const clockSql = ({ style, clock }: Times): string => {
  if (clock !== undefined) return ''
  const micros = style.kind === 'number' ? 'round(moment * 1e6)::BIGINT' : 'moment'
  return `, max(CASE WHEN ${micros} % 60000000 = 0 THEN 0 WHEN ${micros} % 1000000 = 0 THEN 1 WHEN ${micros} % 1000 = 0 THEN 2 ELSE 3 END) AS clock`
}

/** The first edge at or above a prompt, as `segmentOf` of the core: most prompts are short, and then one comparison is enough. */
const segmentSql = (edges: readonly Tokens[]): string =>
  edges.length === 0
    ? '0'
    : `CASE ${edges.map((edge, segment) => `WHEN prompt <= ${edge} THEN ${segment}`).join(' ')} ELSE ${edges.length} END`

/** Names that come of a column, and not of `--map` or not at all. */
const namesIn = (columns: Columns): readonly NameField[] =>
  NAME_FIELDS.filter((field) => columns[field] >= 0 && columns.constants[field] === undefined)

type Grouped = Pick<SumQuery, 'columns' | 'trace'>

/** What tells one group from another: its names, and whether its calls failed where no status says so. */
const groupsIn = ({ columns, trace }: Grouped): readonly string[] => [
  ...namesIn(columns),
  ...(trace.failsWithoutOutput === true ? ['failed'] : []),
]

/**
 * The sums of one pass over the file, a row for each group, minute, segment and shape of calls: table `sums`. What it is
 * given that is no number is an error.
 */
export const sumSql = (query: SumQuery): string => {
  const { source, columns, trace, edges, mostHash } = query
  const valueOf = (column: number): string => (column < 0 ? 'NULL' : source.valueOf(column))
  const has = (meter: Meter): boolean => columns[COLUMN_OF[meter]] >= 0
  const present = METERS.filter(has)
  const names = namesIn(columns)
  const { moment, second } = timeSql(query)
  // As `freshOf` has it; an input below its cached part is odd, as it makes the fresh part negative.
  const fresh = has('fresh') ? 'fresh' : has('cached') ? 'input - coalesce(cached, 0)' : 'input'
  const meters = ['fresh_input', ...(['cached', 'output'] as const).filter(has)]
  // A fraction, or a number below zero, is not what it is rounded to. What is no number at all is above every bound.
  const isWhole = meters.map((meter) => `${meter} = floor(abs(${meter}))`)
  const isPlain = [
    ...isWhole,
    `prompt <= ${MOST_TOKENS}`,
    ...(has('output') ? [`output <= ${MOST_TOKENS}`] : []),
    'moment IS NOT NULL',
    ...(source.only === undefined ? [] : ['is_plain']),
  ]
  const bitWhere = (isMissing: string, bit: number): string => `CASE WHEN ${isMissing} THEN ${bit} ELSE 0 END`
  const bits = [
    bitWhere('fresh_input IS NULL', SHAPE.noFresh),
    has('cached') ? bitWhere('cached IS NULL', SHAPE.noCached) : SHAPE.noCached,
    has('output') ? bitWhere('output IS NULL', SHAPE.noOutput) : SHAPE.noOutput,
    bitWhere(`NOT coalesce(${isPlain.join(' AND ')}, true)`, SHAPE.odd),
  ].join(' + ')
  const missing = (has('cached') ? 0 : SHAPE.noCached) | (has('output') ? 0 : SHAPE.noOutput)
  // Nearly all rows take the first branch.
  const shape = `CASE WHEN ${isPlain.join(' AND ')} THEN ${missing} ELSE ${bits} END`
  const keys = [...groupsIn(query), 'minute', 'segment', 'shape']
  return `
    CREATE TEMP TABLE sums AS
    WITH texts AS (
      SELECT ${[`${valueOf(columns.at)} AS written`, ...present.map((meter) => `${valueOf(columns[COLUMN_OF[meter]])} AS ${meter}`), ...names.map((field) => `${valueOf(columns[field])} AS ${field}`), ...(source.only === undefined ? [] : [`coalesce(${source.only}, false) AS is_plain`])].join(', ')}
      FROM ${source.from}
    ), moments AS (
      SELECT *, ${moment} AS moment, ${fresh} AS fresh_input${has('output') ? '' : ', NULL::DOUBLE AS output'} FROM texts
    ), calls AS (
      SELECT *, ${second} AS second, coalesce(fresh_input, 0)${has('cached') ? ' + coalesce(cached, 0)' : ''} AS prompt FROM moments
    ), keyed AS (
      SELECT *, (second // 60)::INTEGER AS minute, (${segmentSql(edges)})::TINYINT AS segment, (${shape})::TINYINT AS shape,
        ${trace.failsWithoutOutput === true ? 'coalesce(output = 0, false) AS failed,' : ''} ${MIXED} AS mixed FROM calls
    ), hashes AS (SELECT *, ${AGAIN} AS again FROM keyed)
    SELECT ${keys.join(', ')}, count(*) AS calls, ${meters.map((meter) => `sum(${meter}) AS sum_${meter}`).join(', ')},
      min(moment) AS first, max(moment) AS last${clockSql(query.times)},
      list({second: second, prompt: prompt, output: output}) FILTER (WHERE ${HASH} <= ${mostHash}) AS sample
    FROM hashes GROUP BY ${keys.join(', ')}`
}

const alike = (names: readonly string[]): string =>
  names.length === 0 ? 'true' : names.map((name) => `sums.${name} IS NOT DISTINCT FROM names.${name}`).join(' AND ')

/** Each combination of names once: few texts cross over from the database, however many sums there are. Table `names`. */
export const namesSql = (query: Grouped): string =>
  `CREATE TEMP TABLE names AS SELECT row_number() OVER () - 1 AS id, * FROM (SELECT DISTINCT ${groupsIn(query).join(', ') || 'true AS one'} FROM sums)`

/** Each combination of names with its calls, and how many of them came back one by one. */
export const drawnSql = (query: Grouped): string => {
  const names = groupsIn(query)
  return `SELECT id::DOUBLE AS id, ${names.map((name) => `names.${name} AS ${name}, `).join('')}
      sum(calls)::DOUBLE AS calls, coalesce(sum(len(sample)), 0)::DOUBLE AS drawn
    FROM sums JOIN names ON ${alike(names)} GROUP BY ALL ORDER BY id`
}

/** What no single sum shows: their number, their span, and whether any is for the streaming reader. */
export const checkSql = (): string =>
  `SELECT count(*)::DOUBLE AS groups, min(first)::DOUBLE AS first, max(last)::DOUBLE AS last, max(shape)::DOUBLE AS shape FROM sums`

const MINUTES_PER_SLOT = 30

/** Names of the columns with the calls of each minute of a half hour. */
const MINUTE_FIELDS: readonly string[] = Array.from({ length: MINUTES_PER_SLOT }, (_, minute) => `m${minute}`)

/**
 * The sums of half hours, with the numbers of their names: thirty times fewer rows for the slower side to take.
 */
export const answerSql = (query: SumQuery): string => {
  const {
    columns,
    times: { clock },
  } = query
  const meter = (name: string, column: number): string => (column < 0 ? 'NULL' : `sum(sum_${name})`)
  return `SELECT id::INTEGER AS id, minute // ${MINUTES_PER_SLOT} AS slot, segment, shape, sum(calls)::DOUBLE AS calls, sum(sum_fresh_input) AS fresh,
      ${meter('cached', columns.cacheRead)} AS cached, ${meter('output', columns.output)} AS output,
      min(first)::DOUBLE AS first, max(last)::DOUBLE AS last, ${clock === undefined ? 'max(clock)::INTEGER' : clock} AS clock,
      flatten(list(sample) FILTER (WHERE sample IS NOT NULL)) AS sample
    FROM sums JOIN names ON ${alike(groupsIn(query))} GROUP BY id, slot, segment, shape`
}

/** The calls of each minute of a half hour, by the numbers of their names. */
export const minutesSql = (query: Grouped): string => {
  const minutes = MINUTE_FIELDS.map(
    (name, minute) =>
      `coalesce(sum(calls) FILTER (WHERE minute % ${MINUTES_PER_SLOT} = ${minute}), 0)::DOUBLE AS ${name}`,
  )
  return `SELECT id::INTEGER AS id, minute // ${MINUTES_PER_SLOT} AS slot, ${minutes.join(', ')}
    FROM sums JOIN names ON ${alike(groupsIn(query))} GROUP BY id, slot`
}
