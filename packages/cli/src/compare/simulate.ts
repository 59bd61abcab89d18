import {
  type Catalog,
  compare,
  type Comparison,
  comparing,
  type Conditions,
  type Requests,
  type Workload,
} from '@breakeven/core'

import type { Io } from '../io.ts'
import { type Pool, playIn } from '../players/pool.ts'
import { roundsOn } from '../players/progress.ts'

/** What a comparison is made of, and what its fleets are played on. */
export type Question = {
  readonly catalog: Catalog
  readonly workload: Workload
  readonly conditions: Conditions
  /** The rows as they came, where they are at hand. */
  readonly rows?: Requests
}

/** The answer in closed form, at once, where somebody waits for the simulated one. */
const sayAtOnce = async ({ catalog, workload, conditions }: Question, io: Io): Promise<void> => {
  const { answerSentences } = await import('@breakeven/report')
  const [verdict = ''] = answerSentences(compare(catalog, workload, { ...conditions, estimate: 'closed-form' }))
  io.stderr.write(`In closed form: ${verdict} Simulating the best …\n`)
}

/** The comparison under its conditions; simulated, in as many threads as the machine has, with progress on stderr. */
export const compared = async (question: Question, pool: Pool, quiet: boolean, io: Io): Promise<Comparison> => {
  const { catalog, workload, conditions, rows } = question
  if (conditions.estimate === 'closed-form') return compare(catalog, workload, conditions)
  if (!quiet && io.stderr.isTTY) await sayAtOnce(question, io)
  const line = roundsOn(io, quiet)
  try {
    return await playIn(pool, comparing(catalog, workload, conditions, rows), line.update)
  } finally {
    line.done()
  }
}
