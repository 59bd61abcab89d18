import { InputError } from './error.ts'
import type { Requests } from './replica-terms.ts'
import type { Seconds } from './units.ts'
import { inputTokensOf, type Row } from './usage.ts'

/** Requests as they came, and what of the files is not among them. */
export type Arrived = {
  readonly requests: Requests
  /** Sums of an hour or a day, of which the single requests were spread evenly. */
  readonly spread: number
  /** Calls that say no tokens, or failed. */
  readonly left: number
}

type One = {
  readonly at: Seconds
  readonly input: number
  readonly output: number
  readonly blocks?: readonly number[]
}

/** Leading blocks are ids; of how many tokens each, the lengths tell: the least power of two that covers every prompt. */
const blockTokensOf = (rows: readonly One[]): number => {
  let most = 1
  for (const { input, blocks } of rows)
    if (blocks !== undefined && blocks.length > 0) most = Math.max(most, input / blocks.length)
  return 2 ** Math.ceil(Math.log2(most))
}

const prefixesOf = (rows: readonly One[]): Pick<Requests, 'prefixes'> =>
  rows.some(({ blocks }) => blocks !== undefined)
    ? { prefixes: { blocks: rows.map(({ blocks }) => blocks), blockTokens: blockTokensOf(rows) } }
    : {}

/** More than this are not held at once. */
const MOST = 20e6

/** Takes rows as they are read. */
export const arrivals = (): { readonly add: (row: Row) => void; readonly done: () => Arrived } => {
  const rows: One[] = []
  let [spread, left] = [0, 0]
  const add = (row: Row): void => {
    if (rows.length > MOST)
      throw new InputError(`more than ${MOST.toLocaleString('en-US')} requests`, { hint: 'simulate a day of them' })
    const input = inputTokensOf(row.usage)
    const output = row.usage.output ?? 0
    if (row.kind === 'call') {
      if (row.status === 'error' || input + output === 0) left++
      else
        rows.push({
          at: row.at,
          input: Math.max(1, input),
          output,
          ...(row.prefixBlocks === undefined ? {} : { blocks: row.prefixBlocks }),
        })
      return
    }
    const { requests = 0, from, to } = row
    if (requests === 0 || input + output === 0) {
      left++
      return
    }
    spread++
    for (let nth = 0; nth < requests; nth++)
      rows.push({
        at: from + ((to - from) * (nth + 0.5)) / requests,
        input: Math.max(1, Math.round(input / requests)),
        output: Math.round(output / requests),
      })
  }
  const done = (): Arrived => {
    rows.sort((one, other) => one.at - other.at)
    const requests = {
      at: Float64Array.from(rows, ({ at }) => at),
      input: Float64Array.from(rows, ({ input }) => input),
      output: Float64Array.from(rows, ({ output }) => output),
      ...prefixesOf(rows),
    }
    return { requests, spread, left }
  }
  return { add, done }
}
