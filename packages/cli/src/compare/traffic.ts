import type { Task, Workload } from '@breakeven/core'
import { InputError, tokensOfWords, workloadFromNumbers } from '@breakeven/core'

export { collector, parseWhere } from '@breakeven/core'

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
