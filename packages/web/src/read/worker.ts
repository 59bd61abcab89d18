// Reads usage files beside the page, so that a large log never holds up typing.
import type { Requests } from '@breakeven/core'
import { collector, InputError, parseMap, parseWhere, rowKeeper, startOfDate } from '@breakeven/core'
import { readUsageStreams, requireTraffic } from '@breakeven/formats'
import { problemOf } from '../solve/session.ts'
import { summaryOf } from '../state/summary.ts'
import type { ReadReply, ReadRequest } from './messages.ts'

/** Often enough to be seen moving, too seldom to be felt. */
const PROGRESS_EVERY_MS = 80

/** Rows are handed over, not copied. */
const reply = (message: ReadReply): void => {
  const rows = message.kind === 'done' ? message.rows : undefined
  const handed = rows === undefined ? [] : [rows.at.buffer, rows.input.buffer, rows.output.buffer]
  self.postMessage(message, handed as ArrayBuffer[])
}

/** Shared prefixes are lists of lists, slow to hand on: so many rows of them, and no more. */
const MOST_WITH_PREFIXES = 50_000

const played = (rows: Requests | undefined): { rows?: Requests } =>
  rows === undefined || (rows.prefixes !== undefined && rows.at.length > MOST_WITH_PREFIXES) ? {} : { rows }

const read = async ({ files, edges, choice, on }: ReadRequest): Promise<ReadReply> => {
  const { where, by, map, dateOrder } = choice
  const given = where.trim() === '' ? undefined : where
  const filter = parseWhere(given)
  const rows = collector({ edges, gaps: 'zero' }, filter, by === '' ? undefined : by)
  const keeper = rowKeeper(filter)
  let shownAt = 0
  const report = await readUsageStreams(
    files.map((file) => ({ name: file.name, stream: file.stream(), bytes: file.size })),
    {
      onRow: (row) => {
        rows.add(row)
        keeper.add(row)
      },
      relativeTo: startOfDate(on),
      onProgress: ({ file, bytesRead, bytesTotal, rows: count }) => {
        const now = performance.now()
        if (now - shownAt < PROGRESS_EVERY_MS) return
        shownAt = now
        const share = bytesTotal === undefined || bytesTotal === 0 ? {} : { share: bytesRead / bytesTotal }
        reply({ kind: 'progress', progress: { file, rows: count, ...share } })
      },
      ...(map.trim() === '' ? {} : { map: parseMap(map) }),
      ...(dateOrder === '' ? {} : { dateOrder }),
    },
  )
  requireTraffic(report)
  const whole = rows.whole()
  if ((whole.requests ?? 1) === 0 && rows.left() > 0)
    throw new InputError(`--where ${where}: none of ${rows.left().toLocaleString('en-US')} rows match`, {
      hint: 'the report of the files shows what they hold',
    })
  const { text, coarsened } = await summaryOf(whole)
  const parts = await Promise.all(
    rows.parts().map(async ({ value, workload }) => ({ value, packed: (await summaryOf(workload)).text })),
  )
  return { kind: 'done', packed: text, coarsened, parts, report, ...played(keeper.kept()) }
}

const problemIn = (error: unknown): ReadReply => {
  try {
    return problemOf(error)
  } catch {
    return { kind: 'problem', message: `this file could not be read: ${String(error)}` }
  }
}

self.addEventListener('message', ({ data }: MessageEvent<ReadRequest>) => {
  read(data).then(reply, (error: unknown) => reply(problemIn(error)))
})
