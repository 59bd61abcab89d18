import type { Round } from '@breakeven/core'

import type { Io } from '../io.ts'

/** What is over sooner needs no progress. */
const PATIENCE_MS = 400
/** Back to the start of the line, and clear it. */
const CLEAR = '\r\u001B[2K'

const ABOUT: Readonly<Record<Round['about'], string>> = {
  fleets: 'fleets simulated',
  hybrids: 'hybrids simulated',
}

export type RoundLine = {
  readonly update: (round: Round, done: number) => void
  /** Takes the line away again. */
  readonly done: () => void
}

/** `12 of 20 fleets simulated`, on one line of stderr that is redrawn where somebody is looking. */
export const roundsOn = ({ stderr, now }: Pick<Io, 'stderr' | 'now'>, quiet: boolean): RoundLine => {
  if (quiet || !stderr.isTTY) return { update: () => {}, done: () => {} }
  const startedAt = now().getTime()
  let drawn = false
  return {
    update: ({ about, tasks }, done) => {
      if (now().getTime() - startedAt < PATIENCE_MS) return
      stderr.write(`${CLEAR}${done} of ${tasks.length} ${ABOUT[about]}`)
      drawn = true
    },
    done: () => {
      if (drawn) stderr.write(CLEAR)
      drawn = false
    },
  }
}
