import { arrivals } from './arrived.ts'
import { matches, type RowFilter } from './part-of-traffic.ts'
import type { Requests } from './replica-terms.ts'
import type { Row } from './usage.ts'

/** More rows are not kept beside their sums: they are then played minute by minute. */
const MOST_KEPT = 500_000

type RowKeeper = {
  readonly add: (row: Row) => void
  /** What a database added up has no rows. */
  readonly addSum: () => void
  /** The calls as they came; undefined where they are not all at hand, one by one. */
  readonly kept: () => Requests | undefined
}

/**
 * Keeps the rows of the part of the traffic that is asked about, to be played later. Batch work waits for its turn, so it
 * is not played; sums of a minute or more are no calls, and where there are some nothing is kept.
 */
export const rowKeeper = (filter: RowFilter): RowKeeper => {
  let { add, done } = arrivals()
  let [count, whole] = [0, true]
  const giveUp = (): void => {
    whole = false
    ;({ add, done } = arrivals())
  }
  return {
    add: (row) => {
      if (!whole || row.tier === 'batch' || !matches(row, filter)) return
      count += 1
      if (row.kind === 'bucket' || count > MOST_KEPT) giveUp()
      else add(row)
    },
    addSum: () => {
      if (whole) giveUp()
    },
    kept: () => {
      if (!whole) return undefined
      const { requests } = done()
      return requests.at.length > 0 ? requests : undefined
    },
  }
}
