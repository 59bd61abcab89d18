import { InputError, LENGTHS_KEPT } from '@breakeven/core'
import type { CallSum, SampledCall, Seconds } from '@breakeven/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { attributionOf, tierOf } from '../attribution.ts'
import { NEIGHBOURS_COMPARED } from '../clock.ts'
import type { BigTables, FileContext } from '../format.ts'
import { startFile } from '../intake.ts'
import type { Session } from '../session.ts'
import { needsDateReader } from '../table/dates.ts'
import { ROWS_LOOKED_AT_FOR_ZONE, zoneWatch } from '../table/rows.ts'
import { statusOf, taskOf } from '../table/words.ts'
import { isRelative, parseTime } from '../text/time.ts'
import { usageOf } from '../meters.ts'
import { connect } from './connect.ts'
import type { Connection } from './connect.ts'
import { plainTableOf } from './plain-table.ts'
import type { PlainTable } from './plain-table.ts'
import { firstTimesSql, sumSql } from './sum-sql.ts'
import type { GroupField, TimeKind } from './sum-sql.ts'

/** More groups than this are rows rather than sums of rows: streaming does them in less memory. */
const MOST_GROUPS = 3_000_000
/** So many more calls come back than are kept, as their number is only estimated. */
const SPARE_SAMPLE = 4
const HASHES = 2 ** 32
/** Steps of `clock` in the query's answer. */
const CLOCKS: readonly Seconds[] = [60, 1, 0.001, 0.000_001]

/** One row of the answer: a sum, and what the report says of its rows. */
type Group = {
  readonly sum: CallSum
  readonly nothing: number
  readonly noInput: number
  readonly noCached: number
  readonly knownPrompts: number
}

type Times = { readonly kind: TimeKind; readonly shift: Seconds; readonly isRelative: boolean }
type FirstTimes = readonly (readonly [at: string, endAt: string])[]

/** Why a table is left to the streaming reader; never shown. */
class Unlike extends Error {}

const readFirstTimes = async (connection: DuckDBConnection, table: PlainTable): Promise<FirstTimes> => {
  const sql = firstTimesSql(table.source, table.columns, NEIGHBOURS_COMPARED)
  const [at = [], endAt = []] = (await connection.runAndReadAll(sql)).getColumns()
  return at.map((value, index) => [(value ?? '') as string, (endAt[index] ?? '') as string])
}

const atOf = (text: string, { trace }: PlainTable): Seconds =>
  trace.secondsPerUnit === undefined ? parseTime(text) : Number(text) * trace.secondsPerUnit

const timesOf = (first: FirstTimes, table: PlainTable, session: Session): Times => {
  const text = first[0]?.[0] ?? ''
  if (table.trace.secondsPerUnit === undefined && needsDateReader(text))
    throw new Unlike('dates that their table has to explain')
  const relative = isRelative(atOf(text, table))
  if (relative && session.relativeTo % 86_400 !== 0) throw new Unlike('days that do not begin at midnight')
  return {
    kind: !/^\d{4}-/.test(text)
      ? 'number'
      : /[+-]\d{2}:\d{2}$/.test(text) && !text.endsWith('+00:00')
        ? 'offset'
        : 'utc',
    shift: relative ? session.relativeTo : 0,
    isRelative: relative,
  }
}

/** JSON has more kinds of value than text: a number as a name is written our way, and an object is no name. */
const nameOf = (value: unknown, isJson: boolean): string | undefined => {
  if (typeof value !== 'string' || value === '') return undefined
  if (isJson && (/^[[{]/.test(value) || (!Number.isNaN(Number(value)) && String(Number(value)) !== value)))
    throw new Unlike(`the name ${value}`)
  return value
}

const sampleOf = (value: unknown): readonly SampledCall[] => {
  if (value === null) return []
  const items = (value as { items: readonly { items: readonly number[] }[] }).items
  return items.map(({ items: [at = 0, input = 0, output = 0] }) => ({ at, input, output }))
}

const orAbsent = (value: unknown): number | undefined => (value === null ? undefined : (value as number))

/** Makes a group of one row of the answer, given its values by the names of the query. */
const groupReader = (table: PlainTable, { kind, isRelative: allRelative }: Times) => {
  const { columns, trace, head } = table
  const { constants } = columns
  return (valueOf: (name: string) => unknown): Group => {
    const number = (name: string): number => valueOf(name) as number
    if (number('odd') > 0) throw new Unlike('a row that is not plain')
    const name = (field: GroupField): string | undefined =>
      constants[field] ?? nameOf(valueOf(field), head.kind === 'json')
    const status = valueOf('failed') === true ? 'error' : columns.status >= 0 ? statusOf(name('status') ?? '') : 'ok'
    const tier = tierOf(name('tier') ?? '')
    const task = taskOf(name('task') ?? '')
    const [firstAt, lastAt] = [number('first'), number('last')].map((at) =>
      kind !== 'number' ? Math.floor(at / 1e6) + (at % 1e6) / 1e6 : at,
    ) as [number, number]
    if (isRelative(firstAt) !== allRelative || isRelative(lastAt) !== allRelative) throw new Unlike('two kinds of time')
    const facts = { model: name('model'), provider: name('provider') ?? trace.provider, project: name('project') }
    const nothing = number('nothing')
    return {
      nothing,
      noInput: number('no_input_only'),
      noCached: number('no_cached_only'),
      knownPrompts: number('known_prompts'),
      sum: {
        ...attributionOf({ ...facts, tier, task }),
        status,
        minute: number('minute'),
        segment: number('segment'),
        calls: number('calls'),
        withoutUsage: status === 'ok' && task === 'generate' ? number('no_usage') : nothing,
        usage: usageOf({
          freshInput: orAbsent(valueOf('sum_fresh')),
          cacheRead: orAbsent(valueOf('sum_cached')),
          output: orAbsent(valueOf('sum_output')),
        }),
        firstAt,
        lastAt,
        clockSeconds: CLOCKS[number('clock')] ?? 1,
        sample: sampleOf(valueOf('sample')),
      },
    }
  }
}

const readGroups = async (
  connection: DuckDBConnection,
  table: PlainTable,
  times: Times,
  { edges }: BigTables,
  mostHash: number,
): Promise<readonly Group[]> => {
  const { source, columns, trace } = table
  const { kind: time, shift } = times
  const result = await connection.stream(sumSql({ source, columns, trace, time, shift, edges, mostHash }))
  const positions = new Map(result.columnNames().map((name, index) => [name, index]))
  const read = groupReader(table, times)
  const groups: Group[] = []
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const values = chunk.getColumns()
    for (let row = 0; row < chunk.rowCount; row++)
      groups.push(read((name) => values[positions.get(name) ?? -1]?.[row] ?? null))
    if (groups.length > MOST_GROUPS) throw new Unlike('too many groups')
  }
  return groups
}

/** The rows whose hash came back must be enough for the sample: else all of them are asked for. */
const readEnough = async (
  connection: DuckDBConnection,
  table: PlainTable,
  times: Times,
  big: BigTables,
  bytes: number,
): Promise<readonly Group[]> => {
  const share = Math.min(1, (SPARE_SAMPLE * LENGTHS_KEPT * table.bytesPerRow) / bytes)
  const mostHash = Math.floor(share * (HASHES - 1))
  const groups = await readGroups(connection, table, times, big, mostHash)
  const served = groups.filter(({ sum }) => sum.status !== 'error')
  const drawn = served.reduce((all, { sum }) => all + sum.sample.length, 0)
  const calls = served.reduce((all, { sum }) => all + sum.calls, 0)
  return drawn >= Math.min(LENGTHS_KEPT, calls) ? groups : readGroups(connection, table, times, big, HASHES - 1)
}

/** What the report counts of one group: as the tally counts its rows one by one. */
const countGroup = ({ count }: FileContext, { sum, nothing, noInput, knownPrompts }: Group): void => {
  const { calls, status, task, usage } = sum
  count('rows', calls)
  const known = calls - nothing
  if (status === 'error') {
    count('errors', calls)
    if (usage.freshInput !== undefined) count('errorInput', knownPrompts)
    if (usage.output !== undefined) count('errorOutput', usage.output)
    return
  }
  if (status === 'aborted') count('aborted', calls)
  else if (nothing > 0) count('missingUsage', nothing)
  if (known === 0) return
  if (sum.model === undefined) count('unknownModelRows', known)
  if (task === 'embed') {
    count('embeddingRequests', known)
    count('embeddingInput', (usage.freshInput ?? 0) + (usage.cacheRead ?? 0))
    return
  }
  count('requests', known)
  if (noInput > 0) count('inputUnknownRows', noInput)
  if (usage.freshInput !== undefined) count('input', knownPrompts)
  if (usage.output !== undefined) count('output', usage.output)
  if (usage.cacheRead !== undefined) count('cacheRead', usage.cacheRead)
}

const hand = (
  path: string,
  table: PlainTable,
  first: FirstTimes,
  times: Times,
  groups: readonly Group[],
  session: Session,
): void => {
  const { columns, trace, head } = table
  const { format, tally } = startFile(path, head, session)
  const { context, clock } = tally
  // Opened for what it says of the columns; its rows are in the groups.
  if (format.syntax === 'table' && head.kind === 'table') format.open(context, head)
  if (format.syntax === 'json' && head.kind === 'json') format.open(context, head)
  const watchZone = zoneWatch(context)
  if (trace.secondsPerUnit === undefined)
    for (const [at, endAt] of first.slice(0, ROWS_LOOKED_AT_FOR_ZONE)) {
      watchZone(() => at)
      if (columns.endAt >= 0) watchZone(() => endAt)
    }
  for (const [at] of first) clock.see(atOf(at, table))
  for (const group of groups) {
    const { sum } = group
    context.count('lines', sum.calls)
    countGroup(context, group)
    if (columns.cacheRead >= 0 && sum.status !== 'error' && sum.task !== 'embed' && group.noCached > 0)
      context.count('cacheReadUnknownRows', group.noCached)
    const finest = sum.minute * 60 + (sum.clockSeconds < 60 ? sum.clockSeconds : 0) - times.shift
    clock.seeMany({ first: sum.firstAt, last: sum.lastAt, finest })
    session.onSum({ ...sum, firstAt: sum.firstAt + times.shift, lastAt: sum.lastAt + times.shift })
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
  try {
    const { connection } = database
    const first = await readFirstTimes(connection, table)
    if (first.length === 0) return false
    const times = timesOf(first, table, session)
    const groups = await readEnough(connection, table, times, big, bytes)
    hand(path, table, first, times, groups, session)
    return true
  } catch (error) {
    if (error instanceof Unlike || isFromDuckDb(error)) return false
    throw error
  } finally {
    database.close()
  }
}
