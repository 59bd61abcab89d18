import { InputError, LENGTHS_KEPT } from '@breakeven/core'
import type { CallStatus, CallSum, SampledCall, Seconds } from '@breakeven/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { attributionOf, tierOf } from '../attribution.ts'
import { NEIGHBOURS_COMPARED } from '../clock.ts'
import type { BigTables, FileContext } from '../format.ts'
import { startFile } from '../intake.ts'
import { usageOf } from '../meters.ts'
import type { Session } from '../session.ts'
import { ROWS_LOOKED_AT_FOR_ZONE, zoneWatch } from '../table/rows.ts'
import { statusOf, taskOf } from '../table/words.ts'
import { isRelative } from '../text/time.ts'
import { connect } from './connect.ts'
import type { Connection } from './connect.ts'
import { plainParquetOf } from './plain-parquet.ts'
import { plainTableOf } from './plain-table.ts'
import type { PlainTable } from './plain-table.ts'
import { answerSql, checkSql, drawnSql, minutesSql, namesSql, SHAPE, sumSql } from './sum-sql.ts'
import type { NameField } from './sum-sql.ts'
import { atOf, CLOCKS, timesOf } from './times.ts'
import type { Times } from './times.ts'
import { Unlike } from './unlike.ts'

/** More sums than this are rows rather than sums of rows: streaming does them in less memory. */
const MOST_SUMS = 3_000_000
/** So many more calls come back than are kept, as their number is only estimated. */
const SPARE_SAMPLE = 4
const HASHES = 2 ** 32

type FirstTimes = readonly (readonly [at: string, endAt: string])[]

/** What the sums of one combination of names have in common. */
type Names = {
  readonly attribution: ReturnType<typeof attributionOf>
  readonly status: CallStatus
  readonly calls: number
  readonly drawn: number
}

/** A file that is added up and not yet handed out. */
type Prepared = { readonly first: FirstTimes; readonly times: Times; readonly names: readonly Names[] }

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** The times of the first rows, in their order: what they say of zones and of the clock. */
const readFirstTimes = async (connection: DuckDBConnection, { source, columns }: PlainTable): Promise<FirstTimes> => {
  const valueOf = source.firstValueOf ?? source.valueOf
  const endAt = columns.endAt < 0 ? 'NULL' : valueOf(columns.endAt)
  const sql = `SELECT ${valueOf(columns.at)}, ${endAt} FROM ${source.from} LIMIT ${NEIGHBOURS_COMPARED}`
  const [at = [], end = []] = (await connection.runAndReadAll(sql)).getColumns()
  return at.map((value, index) => [textOf(value), textOf(end[index])])
}

/** JSON has more kinds of value than text: a number as a name is written our way, and an object is no name. */
const nameOf = (value: unknown, isJson: boolean): string | undefined => {
  if (typeof value !== 'string' || value === '') return undefined
  if (isJson && (/^[[{]/.test(value) || (!Number.isNaN(Number(value)) && String(Number(value)) !== value)))
    throw new Unlike(`the name ${value}`)
  return value
}

const readNames = async (connection: DuckDBConnection, table: PlainTable): Promise<readonly Names[]> => {
  const { columns, trace, head } = table
  await connection.run(namesSql(table))
  const found = await connection.runAndReadAll(drawnSql(table))
  return found.getRowObjects().map((row): Names => {
    const name = (field: NameField): string | undefined =>
      columns.constants[field] ?? nameOf(row[field], head.kind === 'json')
    const facts = { model: name('model'), provider: name('provider') ?? trace.provider, project: name('project') }
    return {
      attribution: attributionOf({ ...facts, tier: tierOf(name('tier') ?? ''), task: taskOf(name('task') ?? '') }),
      status: row.failed === true ? 'error' : columns.status >= 0 ? statusOf(name('status') ?? '') : 'ok',
      calls: row.calls as number,
      drawn: row.drawn as number,
    }
  })
}

/** Throws `Unlike` where a row is not plain, or the sums show that the file is none for sums. */
const check = async (connection: DuckDBConnection, { style, isRelative: relative }: Times): Promise<void> => {
  const [row] = (await connection.runAndReadAll(checkSql())).getRowObjects()
  const number = (name: string): number => (typeof row?.[name] === 'number' ? row[name] : Number.NaN)
  if (!(number('groups') <= MOST_SUMS)) throw new Unlike('too many sums')
  if (!(number('shape') < SHAPE.odd)) throw new Unlike('a row that is not plain')
  const [first, last] = [number('first'), number('last')].map((at) => (style.kind === 'number' ? at : at / 1e6))
  const LATEST = 4_102_444_800
  if (!(first! >= 0 && last! <= LATEST)) throw new Unlike('times that cannot be')
  if (isRelative(first!) !== relative || isRelative(last!) !== relative) throw new Unlike('two kinds of time')
}

/** Adds the file up in the database. The rows whose hash came back must be enough for the sample: else all are asked for. */
const addUp = async (
  connection: DuckDBConnection,
  table: PlainTable,
  times: Times,
  { edges }: BigTables,
  bytes: number,
): Promise<readonly Names[]> => {
  const run = async (mostHash: number): Promise<readonly Names[]> => {
    await connection.run('DROP TABLE IF EXISTS sums; DROP TABLE IF EXISTS names')
    await connection.run(sumSql({ ...table, times, edges, mostHash }))
    await check(connection, times)
    return readNames(connection, table)
  }
  const share = Math.min(1, (SPARE_SAMPLE * LENGTHS_KEPT * table.bytesPerRow) / bytes)
  const names = await run(Math.floor(share * (HASHES - 1)))
  const served = names.filter(({ status }) => status !== 'error')
  const drawn = served.reduce((all, one) => all + one.drawn, 0)
  const calls = served.reduce((all, one) => all + one.calls, 0)
  return drawn >= Math.min(LENGTHS_KEPT, calls) ? names : run(HASHES - 1)
}

/** The sums of a chunk, column by column. */
type Answer = {
  readonly id: readonly number[]
  readonly slot: readonly number[]
  readonly segment: readonly number[]
  readonly shape: readonly number[]
  readonly calls: readonly number[]
  readonly fresh: readonly (number | null)[]
  readonly cached: readonly (number | null)[]
  readonly output: readonly (number | null)[]
  readonly first: readonly number[]
  readonly last: readonly number[]
  readonly clock: readonly number[]
  readonly sample: readonly (Structs | null)[]
}
/** The calls of each minute of a half hour, for the first sum that asks. */
type TakeMinutes = (id: number, slot: number) => readonly number[]
type Structs = { readonly items: readonly { readonly entries: Readonly<Record<string, unknown>> }[] }

const NO_SAMPLE: readonly SampledCall[] = []
const sampleOf = (sample: Structs | null | undefined): readonly SampledCall[] =>
  sample === null || sample === undefined
    ? NO_SAMPLE
    : sample.items.map(({ entries }) => ({
        at: Number(entries.second),
        input: Number(entries.prompt),
        output: Number(entries.output ?? 0),
      }))

/** Each as the streaming reader makes it, to the last bit: of a text second by second, of a timestamp at once. */
const momentOf = (moment: number, { style }: Times): Seconds => {
  if (style.kind === 'number') return moment
  return style.kind === 'timestamp' ? moment / 1e6 : Math.floor(moment / 1e6) + (moment % 1e6) / 1e6
}

const ALL_MISSING = SHAPE.noFresh | SHAPE.noCached | SHAPE.noOutput

const sumOf = (
  answer: Answer,
  takeMinutes: TakeMinutes,
  row: number,
  { attribution, status }: Names,
  times: Times,
): CallSum => {
  const shape = answer.shape[row] ?? 0
  const calls = answer.calls[row] ?? 0
  const isWithout =
    status === 'ok' && attribution.task === 'generate'
      ? (shape & (SHAPE.noFresh | SHAPE.noOutput)) > 0
      : (shape & ALL_MISSING) === ALL_MISSING
  return {
    ...attribution,
    status,
    slot: answer.slot[row] ?? 0,
    minutes: takeMinutes(answer.id[row] ?? 0, answer.slot[row] ?? 0),
    segment: answer.segment[row] ?? 0,
    calls,
    withoutUsage: isWithout ? calls : 0,
    usage: usageOf({
      freshInput: answer.fresh[row] ?? undefined,
      cacheRead: answer.cached[row] ?? undefined,
      output: answer.output[row] ?? undefined,
    }),
    firstAt: momentOf(answer.first[row] ?? 0, times) + times.shift,
    lastAt: momentOf(answer.last[row] ?? 0, times) + times.shift,
    clockSeconds: CLOCKS[answer.clock[row] ?? 1] ?? 1,
    sample: sampleOf(answer.sample[row]),
  }
}

/** What the report counts of the calls of one sum, which all report the same meters: as the tally counts rows one by one. */
const countSum = ({ count }: FileContext, { status, task, calls, usage, model }: CallSum): void => {
  const { freshInput, cacheRead, output } = usage
  const prompt = (freshInput ?? 0) + (cacheRead ?? 0)
  const isKnown = freshInput !== undefined || cacheRead !== undefined || output !== undefined
  count('lines', calls)
  count('rows', calls)
  if (status === 'error') {
    count('errors', calls)
    if (freshInput !== undefined) count('errorInput', prompt)
    if (output !== undefined) count('errorOutput', output)
    return
  }
  if (status === 'aborted') count('aborted', calls)
  else if (!isKnown) count('missingUsage', calls)
  if (!isKnown) return
  if (model === undefined) count('unknownModelRows', calls)
  if (task === 'embed') {
    count('embeddingRequests', calls)
    count('embeddingInput', prompt)
    return
  }
  count('requests', calls)
  if (freshInput === undefined) count('inputUnknownRows', calls)
  else count('input', prompt)
  if (output !== undefined) count('output', output)
  if (cacheRead !== undefined) count('cacheRead', cacheRead)
  else count('cacheReadUnknownRows', calls)
}

const NO_MINUTES: readonly number[] = []
const readMinutes = async (connection: DuckDBConnection, table: PlainTable): Promise<TakeMinutes> => {
  const [ids = [], slots = [], ...counts] = (await connection.runAndReadAll(minutesSql(table))).getColumns()
  const rows = new Map<string, number>()
  for (const [row, id] of ids.entries()) rows.set(`${id as number} ${slots[row] as number}`, row)
  return (id, slot) => {
    const key = `${id} ${slot}`
    const row = rows.get(key)
    if (row === undefined) return NO_MINUTES
    rows.delete(key)
    return counts.map((calls) => calls[row] as number)
  }
}

/** Times as fine as the finest of a sum: one, unless its clock shows minutes, each of which may stand for a coarser one. */
const finestOf = ({ slot, minutes, clockSeconds }: CallSum): readonly Seconds[] =>
  clockSeconds < 60
    ? [slot * 1800 + clockSeconds]
    : minutes.flatMap((calls, minute) => (calls > 0 ? [slot * 1800 + minute * 60] : []))

/** From here on nothing can go wrong any more: the file is reported, and its sums are handed out. */
const hand = async (
  connection: DuckDBConnection,
  path: string,
  table: PlainTable,
  { first, times, names }: Prepared,
  session: Session,
): Promise<void> => {
  const { columns, trace, head } = table
  const { format, tally } = startFile(path, head, session)
  const { context, clock } = tally
  // Opened for what it says of the columns; its rows are in the sums.
  if (format.syntax === 'table' && head.kind === 'table') format.open(context, head)
  if (format.syntax === 'json' && head.kind === 'json') format.open(context, head)
  const watchZone = zoneWatch(context)
  if (trace.secondsPerUnit === undefined)
    for (const [at, endAt] of first.slice(0, ROWS_LOOKED_AT_FOR_ZONE)) {
      watchZone(() => at)
      if (columns.endAt >= 0) watchZone(() => endAt)
    }
  for (const [at] of first) clock.see(atOf(at, trace))
  const takeMinutes = await readMinutes(connection, table)
  const result = await connection.stream(answerSql({ ...table, times, edges: [], mostHash: 0 }))
  const fields = result.columnNames()
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const values = chunk.getColumns()
    const answer = Object.fromEntries(fields.map((name, column) => [name, values[column] ?? []])) as unknown as Answer
    const { rowCount } = chunk
    for (let row = 0; row < rowCount; row++) {
      const of = names[answer.id[row] ?? -1]
      if (of === undefined) throw new Error(`${path}: a sum of no names`)
      const sum = sumOf(answer, takeMinutes, row, of, times)
      countSum(context, sum)
      // As they are written: adding and taking away again would not give the same number.
      const [firstAt, lastAt] = [momentOf(answer.first[row] ?? 0, times), momentOf(answer.last[row] ?? 0, times)]
      for (const finest of finestOf(sum)) clock.seeMany({ first: firstAt, last: lastAt, finest: finest - times.shift })
      session.onSum(sum)
    }
  }
}

const connected = async (path: string): Promise<Connection | undefined> => {
  try {
    return await connect(path)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

const isFromDuckDb = (error: unknown): boolean =>
  error instanceof Error &&
  /^(Invalid Input|Conversion|Binder|IO|Parser|Out of Range|Out of Memory|Not implemented|Catalog) Error/i.test(
    error.message,
  )

/**
 * Adds up a big plain table in DuckDB: CSV or JSON Lines whose rows are calls. False, and nothing has happened, where
 * DuckDB is not installed or might read the file otherwise than the streaming reader does.
 */
export const sumBigTable = async (path: string, bytes: number, session: Session, big: BigTables): Promise<boolean> => {
  const table = await plainTableOf(path, session)
  const database = table && (await connected(path))
  if (table === undefined || database === undefined) return false
  return sum(database, table, path, bytes, session, big)
}

/** The same for Parquet, which needs DuckDB in any case: throws `InputError` without it, or where the file cannot be read. */
export const sumBigParquet = async (
  path: string,
  bytes: number,
  session: Session,
  big: BigTables,
): Promise<boolean> => {
  const database = await connect(path)
  const table = await plainParquetOf(database.connection, path, bytes, session).catch((error: unknown) => {
    database.close()
    throw error
  })
  if (table !== undefined) return sum(database, table, path, bytes, session, big)
  database.close()
  return false
}

const sum = async (
  database: Connection,
  table: PlainTable,
  path: string,
  bytes: number,
  session: Session,
  big: BigTables,
): Promise<boolean> => {
  const { connection } = database
  const prepare = async (): Promise<Prepared | undefined> => {
    const first = await readFirstTimes(connection, table)
    if (first.length === 0) return undefined
    const texts = first.map(([at]) => at)
    const times = timesOf(texts, table, session.relativeTo)
    return { first, times, names: await addUp(connection, table, times, big, bytes) }
  }
  try {
    const prepared = await prepare().catch((error: unknown) => {
      if (error instanceof Unlike || isFromDuckDb(error)) return undefined
      throw error
    })
    if (prepared === undefined) return false
    await hand(connection, path, table, prepared, session)
    return true
  } finally {
    database.close()
  }
}
