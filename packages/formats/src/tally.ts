import { InputError, inputTokensOf } from '@breakeven/core'
import type { Row, Seconds, Usage } from '@breakeven/core'
import { newClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { DROPS, startCounts } from './counts.ts'
import type { Counts, Drop } from './counts.ts'
import type { FileContext, Format, RowExtra } from './format.ts'
import { NO_TIME } from './report.ts'
import type { Issue } from './report.ts'
import type { Session } from './session.ts'
import { addToRanges, newRanges, rangesText } from './text/ranges.ts'
import type { Ranges } from './text/ranges.ts'
import { copyOf } from './text/copy.ts'
import { isRelative } from './text/time.ts'

/** More tokens than any model takes in one call, or than anyone sends in one bucket. */
const MOST_TOKENS_PER_CALL = 1e9
const MOST_TOKENS_PER_BUCKET = 1e15
const MOST_REQUESTS_PER_BUCKET = 1e12
/** 2100-01-01: later is a unit mistaken. */
const LATEST = 4_102_444_800

const DROP_REASONS: Record<Drop, string> = {
  duplicates: 'already counted',
  replayed: 'repeats the session it continues',
  emptyBuckets: 'an interval without traffic',
  gatewayCacheHits: 'answered from the gateway’s own cache: no model ran',
  overlapParents: 'repeats the usage of the calls inside it',
  skippedNonLlm: 'no call of a model',
  ignoredMessageRows: 'holds messages, not counts',
  repeatedHeaders: 'the header again',
  malformedLines: 'not readable',
}

const SHOWN_RUNS = 12

const startOf = (row: Row): Seconds => (row.kind === 'call' ? row.at : row.from)

/** What makes the numbers of a row unbelievable: such a row is left out with its line, and the rest of its file counts. */
const oddityOf = (row: Row): string | undefined => {
  const most = row.kind === 'call' ? MOST_TOKENS_PER_CALL : MOST_TOKENS_PER_BUCKET
  for (const meter in row.usage) {
    const tokens = row.usage[meter as keyof Usage]
    if (tokens === undefined || (tokens >= 0 && tokens <= most)) continue
    if (Number.isNaN(tokens)) return 'a token count is no number'
    return tokens < 0 ? 'a negative number of tokens' : `more tokens than one ${row.kind} can have`
  }
  if (row.kind === 'call' || row.requests === undefined) return undefined
  return row.requests >= 0 && row.requests <= MOST_REQUESTS_PER_BUCKET ? undefined : 'the number of requests is none'
}

/** A call of which only the period is known counts for the whole of it; a failed one is a moment, as nothing is billed. */
const during = ({ from, to }: NonNullable<Session['undated']>, row: Row): Row => {
  if (row.kind === 'bucket') return { ...row, from, to }
  const { at: _at, endAt: _endAt, kind: _kind, status, prefixBlocks: _blocks, ...rest } = row
  return status === 'error' ? { ...row, at: from } : { ...rest, kind: 'bucket', from, to, requests: 1 }
}

export type Tally = {
  readonly context: FileContext
  readonly counts: () => Counts
  readonly issues: () => readonly Issue[]
  readonly entry: () => void
  readonly clock: Clock
  readonly malformedLines: () => number
  readonly clockResolution: () => Seconds | undefined
  readonly span: () => { first: Seconds; last: Seconds } | undefined
  readonly isRelative: () => boolean
  readonly isIncompletePage: () => boolean
  readonly unusedColumns: () => readonly string[]
  readonly facts: Readonly<Record<string, string>>
}

/** Counts one file, checks each row, and hands it on. */
export const newTally = (file: string, format: Format, session: Session): Tally => {
  const counts = startCounts(format.carries)
  const clock = newClock()
  const drops = new Map<string, { kind: Drop; reason: string; ranges: Ranges }>()
  const notes = new Map<string, Issue>()
  // Counted for every row, in an object of plain numbers: the others may be null, which costs an allocation each time.
  const often = { lines: 0, rows: 0, requests: 0, input: 0, output: 0, cacheRead: 0, unknownModelRows: 0 }
  const seen = session.seen(format.id)
  const deferred = session.deferred(format.id)
  const facts: Record<string, string> = {}
  let unused: readonly string[] = []
  /** Counted where any row says how much was cached, in whatever order they come. */
  let withoutCache = 0
  let bucketSeconds = 0
  let relative = false
  let incompletePage = false

  const add = (name: keyof typeof counts, amount: number): void => {
    counts[name] = (counts[name] ?? 0) + amount
  }
  const fail: FileContext['fail'] = (message, options = {}) => {
    throw new InputError(message, { file, ...options })
  }
  const drop: FileContext['drop'] = (kind, line, reason = DROP_REASONS[kind]) => {
    add(kind, 1)
    const key = `${kind} ${reason}`
    let entry = drops.get(key)
    if (!entry) drops.set(key, (entry = { kind, reason, ranges: newRanges() }))
    addToRanges(entry.ranges, line)
  }
  const note: FileContext['note'] = (message, line) => {
    if (!notes.has(message)) notes.set(message, { file, ...(line === undefined ? {} : { line }), message })
  }

  const countTokens = (row: Row, extra: RowExtra): void => {
    const { usage } = row
    if (usage.freshInput === undefined) add('inputUnknownRows', 1)
    else {
      const input = inputTokensOf(usage)
      often.input += input
      counts.input ??= 0
      if (counts.uncached !== null) add('uncached', usage.freshInput)
      if (row.tier === 'batch' && counts.batchInput !== null) add('batchInput', input)
    }
    if (usage.output !== undefined) {
      often.output += usage.output
      counts.output ??= 0
      if (row.tier === 'batch' && counts.batchOutput !== null) add('batchOutput', usage.output)
    }
    if (usage.cacheRead !== undefined) {
      often.cacheRead += usage.cacheRead
      counts.cacheRead ??= 0
    } else withoutCache++
    const unsplit = extra.unsplitWrite ?? 0
    const short = (usage.cacheWrite5m ?? 0) - unsplit
    if (usage.cacheWrite5m !== undefined || usage.cacheWrite1h !== undefined) {
      add('cacheWrite', (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0))
      if (short !== 0) add('cacheWrite5m', short)
      if (usage.cacheWrite1h !== undefined) add('cacheWrite1h', usage.cacheWrite1h)
      if (unsplit !== 0) add('cacheWriteUnsplit', unsplit)
    }
    if (extra.reasoning !== undefined && extra.reasoning >= 0) add('reasoning', extra.reasoning)
    if (extra.webSearch !== undefined && extra.webSearch >= 0) add('webSearch', extra.webSearch)
  }

  const countRow = (row: Row, extra: RowExtra): void => {
    const { usage } = row
    const requests = row.kind === 'call' ? 1 : row.requests
    if (row.kind === 'call' && row.status === 'error') {
      add('errors', 1)
      // Where arrivals are all there is, a refused one arrived too.
      if (format.instead !== undefined) add('requests', 1)
      if (usage.freshInput !== undefined) add('errorInput', inputTokensOf(usage))
      if (usage.output !== undefined) add('errorOutput', usage.output)
      return
    }
    const isAborted = row.kind === 'call' && row.status === 'aborted'
    if (isAborted) add('aborted', 1)
    const knowsTokens = usage.freshInput !== undefined || usage.output !== undefined || usage.cacheRead !== undefined
    if (!knowsTokens && format.instead === undefined) {
      if (!isAborted) add('missingUsage', 1)
      return
    }
    if (row.model === undefined) often.unknownModelRows++
    if (row.task === 'embed') {
      add('embeddingRequests', requests ?? 0)
      add('embeddingInput', inputTokensOf(usage))
      return
    }
    if (requests !== undefined) {
      often.requests += requests
      counts.requests ??= 0
    }
    if (counts.rowsWithData !== null) add('rowsWithData', 1)
    if (knowsTokens) countTokens(row, extra)
  }

  const row: FileContext['row'] = (found, line, extra = {}) => {
    const given = session.undated && Number.isNaN(startOf(found)) ? during(session.undated, found) : found
    const from = startOf(given)
    const oddity = from >= -1 && from <= LATEST ? oddityOf(given) : NO_TIME
    if (oddity !== undefined) {
      drop('malformedLines', line, oddity)
      return
    }
    often.rows++
    countRow(given, extra)
    clock.see(from)
    if (given.kind === 'bucket') {
      bucketSeconds = Math.max(bucketSeconds, given.to - given.from)
      clock.see(given.to)
    }
    if (isRelative(from)) relative = true
    session.onRow(relative && session.relativeTo !== 0 ? moved(given, session.relativeTo) : given)
  }

  const context: FileContext = {
    file,
    map: session.map,
    relativeTo: session.relativeTo,
    dateOrder: session.dateOrder,
    takesUndated: session.undated !== undefined,
    row,
    drop,
    note,
    fail,
    fact: (name, value) => {
      facts[name] = value
    },
    notUsed: (columns) => {
      unused = columns
    },
    morePages: () => {
      incompletePage = true
      note(
        'More pages follow this one (has_more): the file holds a part of the answer. Fetch the rest with next_page and name all files together.',
      )
    },
    expand: (entries) => {
      often.lines += entries - 1
    },
    count: (name, amount = 1) => {
      if (name === 'cacheReadUnknownRows') withoutCache += amount
      else add(name, amount)
    },
    seen: (id) => {
      const own = copyOf(id)
      if (seen.has(own)) return true
      seen.add(own)
      return false
    },
    defer: (id, rank, given, line, extra) => {
      const known = deferred.get(id)
      if (known && known.rank >= rank) {
        drop('duplicates', line)
        return
      }
      known?.context.drop('duplicates', known.line)
      deferred.set(id, { rank, context, row: given, line, extra })
    },
    shared: (make) => session.shared(format.id, make),
    atEnd: session.atEnd,
  }

  return {
    context,
    counts: () => {
      const all = { ...counts }
      for (const name of Object.keys(often) as (keyof typeof often)[]) {
        const known = counts[name]
        if (known !== null) all[name] = known + often[name]
      }
      if (all.cacheRead !== null && withoutCache > 0)
        all.cacheReadUnknownRows = (all.cacheReadUnknownRows ?? 0) + withoutCache
      const dropped = DROPS.reduce((sum, name) => sum + (all[name] ?? 0), 0)
      if (all.lines !== (all.rows ?? 0) + dropped)
        throw new Error(`${file} (${format.id}): ${all.lines} entries, but ${all.rows} rows and ${dropped} drops`)
      return all
    },
    issues: () => [
      ...notes.values(),
      ...[...drops.values()].map(({ kind, reason, ranges }): Issue => {
        const lines = rangesText(ranges)
        return {
          file,
          line: ranges.runs[0]?.[0] ?? 0,
          message:
            ranges.count === 1
              ? `Not counted: ${reason}.`
              : `${ranges.count} entries not counted (${reason}): ${/^\d+$/.test(lines) ? 'line' : 'lines'} ${rangesText(ranges, SHOWN_RUNS)}.`,
          kind,
          count: ranges.count,
          lines,
        }
      }),
    ],
    entry: () => {
      often.lines++
    },
    malformedLines: () => counts.malformedLines ?? 0,
    clockResolution: () => (bucketSeconds > 0 ? bucketSeconds : clock.resolution()),
    span: () => {
      const first = clock.first()
      const last = clock.last()
      return first === undefined || last === undefined ? undefined : { first, last }
    },
    clock,
    isRelative: () => relative || ((first) => first !== undefined && isRelative(first))(clock.first()),
    isIncompletePage: () => incompletePage,
    unusedColumns: () => unused,
    facts,
  }
}

const moved = (row: Row, by: Seconds): Row =>
  row.kind === 'bucket'
    ? { ...row, from: row.from + by, to: row.to + by }
    : { ...row, at: row.at + by, ...(row.endAt === undefined ? {} : { endAt: row.endAt + by }) }
