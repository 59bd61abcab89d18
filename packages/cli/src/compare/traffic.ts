import type { CallSum, Row, Summarizer, Task, Workload } from '@breakeven/core'
import { InputError, summarizer, tokensOfWords, workloadFromNumbers } from '@breakeven/core'

export type NumbersGiven = {
  readonly requestsPerDay?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly words?: number
  readonly cachedShare?: number
  readonly peakFactor?: number
  readonly task?: Task
}

/** More than one service sends in a day, and more than any model reads: a slip of the keys, not traffic. */
const MOST_REQUESTS_PER_DAY = 1e9
const MOST_TOKENS = 1e7

/** Embeddings and labels are read, not written: all words are prompt. */
const wordTokens = (words: number, task: Task = 'generate'): ReturnType<typeof tokensOfWords> => {
  const tokens = tokensOfWords(words)
  return task === 'generate' ? tokens : { inputTokens: tokens.inputTokens + tokens.outputTokens, outputTokens: 0 }
}

export const refuseAbsurd = (requestsPerDay: number, tokens = 0): void => {
  if (requestsPerDay > MOST_REQUESTS_PER_DAY)
    throw new InputError(
      `--requests-per-day: ${requestsPerDay.toLocaleString('en-US')} is more than one service sends in a day`,
      {
        hint: '1.5M and 10k are understood',
      },
    )
  if (tokens > MOST_TOKENS)
    throw new InputError(`${tokens.toLocaleString('en-US')} tokens in one request are more than any model reads`, {
      hint: '--input-tokens and --output-tokens are of one request, not of a day',
    })
}

/** Traffic from the flags alone. */
export const numbersWorkload = (given: NumbersGiven, edges: readonly number[]): Workload => {
  const { requestsPerDay, inputTokens, outputTokens, words, cachedShare, peakFactor, task } = given
  if (requestsPerDay === undefined) {
    throw new InputError('there is no traffic to price', {
      hint: 'name usage files, or give --requests-per-day with --input-tokens and --output-tokens (or --words)',
    })
  }
  const tokens = words === undefined ? { inputTokens, outputTokens } : wordTokens(words, task)
  if (words !== undefined && (inputTokens !== undefined || outputTokens !== undefined)) {
    throw new InputError('--words and --input-tokens/--output-tokens say the same thing twice', {
      hint: 'give one or the other',
    })
  }
  if (
    tokens.inputTokens === undefined ||
    (tokens.outputTokens === undefined && task !== 'embed' && task !== 'classify')
  ) {
    throw new InputError('--requests-per-day says how many requests, but not how long they are', {
      hint: 'add --input-tokens N --output-tokens N, or --words N for prompt and completion together',
    })
  }
  if (tokens.inputTokens + (tokens.outputTokens ?? 0) === 0)
    throw new InputError('requests of no tokens at all cost nothing to compare', {
      hint: 'give --input-tokens and --output-tokens above 0',
    })
  refuseAbsurd(requestsPerDay, tokens.inputTokens + (tokens.outputTokens ?? 0))
  return workloadFromNumbers(
    {
      requestsPerDay,
      inputTokens: tokens.inputTokens,
      outputTokens: tokens.outputTokens ?? 0,
      ...(cachedShare === undefined ? {} : { cachedShare }),
      ...(peakFactor === undefined ? {} : { peakFactor }),
      ...(task === undefined ? {} : { task }),
    },
    edges,
  )
}

export type RowFilter = Readonly<Partial<Record<'model' | 'project' | 'provider' | 'task' | 'tier', readonly string[]>>>

const FILTERS = ['model', 'project', 'provider', 'task', 'tier'] as const

/** `model=gpt-4o,project=search|chat`: every named field must match one of its values. */
export const parseWhere = (text: string | undefined): RowFilter => {
  if (text === undefined) return {}
  const filter: Partial<Record<(typeof FILTERS)[number], readonly string[]>> = {}
  for (const part of text.split(',')) {
    const [field, value] = part.split('=')
    const known = FILTERS.find((name) => name === field?.trim())
    if (known === undefined || value === undefined || value.trim() === '') {
      throw new InputError(`--where ${text}: cannot read "${part}"`, {
        hint: `write FIELD=VALUE, fields separated by commas, values by |; fields: ${FILTERS.join(', ')}`,
      })
    }
    filter[known] = value.split('|').map((one) => one.trim())
  }
  return filter
}

const matches = (row: Row | CallSum, filter: RowFilter): boolean =>
  FILTERS.every((field) => {
    const wanted = filter[field]
    return wanted === undefined || wanted.includes(field === 'tier' ? (row.tier ?? 'standard') : (row[field] ?? ''))
  })

/** A summary of the rows that match, whole and, where asked for, by the values of one field. */
export type Collector = {
  readonly add: (row: Row) => void
  /** What a database added up of a big table. */
  readonly addSum: (sum: CallSum) => void
  readonly whole: () => Workload
  readonly parts: () => readonly { readonly value: string; readonly workload: Workload }[]
  readonly left: () => number
}

/** Splitting by a field with more values than this is a mistake (`--by` on a request id), not a report. */
const MOST_PARTS = 50

export const collector = (
  options: Parameters<typeof summarizer>[0],
  filter: RowFilter,
  by: 'model' | 'project' | undefined,
): Collector => {
  const whole = summarizer(options)
  const parts = new Map<string, Summarizer>()
  let left = 0
  const partOf = (value: string): Summarizer => {
    const known = parts.get(value)
    if (known !== undefined) return known
    if (parts.size === MOST_PARTS)
      throw new InputError(`--by ${by}: more than ${MOST_PARTS} different values`, {
        hint: 'narrow the traffic with --where',
      })
    const fresh = summarizer(options)
    parts.set(value, fresh)
    return fresh
  }
  return {
    add: (row) => {
      if (!matches(row, filter)) {
        left += 1
        whole.see(row)
        return
      }
      whole.add(row)
      if (by !== undefined) partOf(row[by] ?? '(none)').add(row)
    },
    addSum: (sum) => {
      if (!matches(sum, filter)) {
        left += sum.calls
        whole.see(sum)
        return
      }
      whole.addSum(sum)
      if (by !== undefined) partOf(sum[by] ?? '(none)').addSum(sum)
    },
    whole: () => whole.done(),
    // Who sends for an hour of a month sends little: each part was watched as long as the whole.
    parts: () => [...parts].map(([value, part]) => ({ value, workload: part.done(whole.watched()) })),
    left: () => left,
  }
}
