// Reads usage files beside the page, so that a large log never holds up typing.
import { InputError, placeText, summarizer } from '@breakeven/core'
import { readUsageStreams, requireTraffic } from '@breakeven/formats'
import type { ReadReply, ReadRequest } from './messages.ts'

/** Often enough to be seen moving, too seldom to be felt. */
const PROGRESS_EVERY_MS = 80

/** To the page: the second argument of a window's `postMessage`, its origin, is none of a worker's. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const reply = (message: ReadReply): void => self.postMessage(message)

const read = async ({ files, edges }: ReadRequest): Promise<ReadReply> => {
  const summary = summarizer({ edges, gaps: 'zero' })
  let shownAt = 0
  const report = await readUsageStreams(
    files.map((file) => ({ name: file.name, stream: file.stream(), bytes: file.size })),
    {
      onRow: summary.add,
      onProgress: ({ file, bytesRead, bytesTotal, rows }) => {
        const now = performance.now()
        if (now - shownAt < PROGRESS_EVERY_MS) return
        shownAt = now
        const share = bytesTotal === undefined || bytesTotal === 0 ? {} : { share: bytesRead / bytesTotal }
        reply({ kind: 'progress', progress: { file, rows, ...share } })
      },
    },
  )
  requireTraffic(report)
  return { kind: 'done', workload: summary.done(), report }
}

const problemOf = (error: unknown): ReadReply => {
  if (!(error instanceof InputError))
    return { kind: 'problem', message: `this file could not be read: ${String(error)}` }
  const place = placeText(error.place)
  return {
    kind: 'problem',
    message: place === '' ? error.message : `${place}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}

self.addEventListener('message', ({ data }: MessageEvent<ReadRequest>) => {
  read(data).then(reply, (error: unknown) => reply(problemOf(error)))
})
