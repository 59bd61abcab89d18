import { visible } from '@breakeven/core'
import type { Io } from './io.ts'

/** What a reader of files says as it goes on; `bytesTotal` is absent for a pipe. */
export type Progressed = {
  readonly file: string
  readonly bytesRead: number
  readonly bytesTotal?: number
  readonly rows: number
}

export type ProgressLine = {
  readonly update: (progress: Progressed) => void
  /** Takes the line away again. */
  readonly done: () => void
}

/** What is over sooner needs no progress. */
const PATIENCE_MS = 1000
const REDRAW_MS = 100
/** Back to the start of the line, and clear it. */
const CLEAR = '\r\u001B[2K'

const timeText = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`

/** `big.csv: 1,200,000 rows, 400,000/s, 12 s left` */
export const progressText = ({ file, bytesRead, bytesTotal, rows }: Progressed, elapsedSeconds: number): string => {
  const rate = Math.round(rows / elapsedSeconds).toLocaleString('en-US')
  const left =
    bytesTotal === undefined || bytesRead === 0
      ? ''
      : `, ${timeText((elapsedSeconds * Math.max(bytesTotal - bytesRead, 0)) / bytesRead)} left`
  return `${visible(file)}: ${rows.toLocaleString('en-US')} rows, ${rate}/s${left}`
}

/** One line on stderr that is redrawn, after a second, where somebody is looking. */
export const progressOn = ({ stderr, now }: Pick<Io, 'stderr' | 'now'>, quiet: boolean): ProgressLine => {
  if (quiet || !stderr.isTTY) return { update: () => {}, done: () => {} }
  const runAt = now().getTime()
  let file = ''
  let fileAt = runAt
  let rowsBefore = 0
  let drawnAt = 0
  return {
    update: (progress) => {
      const at = now().getTime()
      // Bytes count from the start of a file and rows from the start of the run: each file gets its own clock.
      if (progress.file !== file) {
        ;[file, fileAt, rowsBefore] = [progress.file, at, file === '' ? 0 : progress.rows]
      }
      if (at - runAt < PATIENCE_MS || at - drawnAt < REDRAW_MS || at === fileAt) return
      drawnAt = at
      const line = progressText({ ...progress, rows: progress.rows - rowsBefore }, (at - fileAt) / 1000)
      stderr.write(`${CLEAR}${line.slice(0, (stderr.columns ?? 80) - 1)}`)
    },
    done: () => {
      if (drawnAt > 0) stderr.write(CLEAR)
      drawnAt = 0
    },
  }
}
