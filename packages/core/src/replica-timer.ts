import {
  cacheReadSeconds,
  decodeRowSeconds,
  prefillRowSeconds,
  promptIterationSeconds,
  type Roofline,
} from './roofline.ts'
import type { Seconds, Tokens } from './units.ts'

/** Seconds of iterations, with what depends on the number of rows alone looked up. */
export type Timer = {
  /** The kernels of a decode step of `sequences`, but for the cache. */
  readonly decodeRows: (sequences: number) => Seconds
  /** An iteration with prompts in it: `attention` is theirs, the contexts are those of the decodes. */
  readonly mixed: (
    rows: number,
    emitting: number,
    sequences: number,
    attention: Seconds,
    contexts: Tokens,
    windowed: Tokens,
  ) => Seconds
}

/** Row counts beyond this are computed afresh each time. */
const REMEMBERED_ROWS = 16_384

const remembered = (compute: (rows: number) => Seconds): ((rows: number) => Seconds) => {
  const known = new Float64Array(REMEMBERED_ROWS)
  return (rows) => {
    if (rows >= REMEMBERED_ROWS) return compute(rows)
    const seconds = known[rows]
    if (seconds !== undefined && seconds > 0) return seconds
    const computed = compute(rows)
    known[rows] = computed
    return computed
  }
}

export const timerOf = (roofline: Roofline): Timer => {
  const decodeRows = remembered((sequences) => decodeRowSeconds(roofline, sequences))
  const layers = remembered((rows) => prefillRowSeconds(roofline, rows, 0))
  const head = remembered((emitting) => prefillRowSeconds(roofline, 1, emitting) - prefillRowSeconds(roofline, 1, 0))
  /** What giving a token adds to the rows: the head, and where tokens are guessed, the guesses and their checking. */
  const givenSeconds = (emitting: number): Seconds =>
    roofline.draft > 0 ? decodeRows(emitting) - layers(emitting) : head(emitting)
  return {
    decodeRows,
    mixed: (rows, emitting, sequences, attention, contexts, windowed) => {
      const given = emitting > 0 ? givenSeconds(emitting) : 0
      const kernels = layers(rows) + given + attention + cacheReadSeconds(roofline, contexts, windowed)
      return promptIterationSeconds(roofline, kernels, roofline.prefill.layers, sequences)
    },
  }
}
