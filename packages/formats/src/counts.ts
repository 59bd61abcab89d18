/**
 * Why an entry of a file gave no row. Every entry is either a row or exactly one of these,
 * so that `lines` = `rows` + the sum of the drops.
 */
export const DROPS = [
  'duplicates',
  'replayed',
  'emptyBuckets',
  'gatewayCacheHits',
  'overlapParents',
  'skippedNonLlm',
  'ignoredMessageRows',
  'repeatedHeaders',
  'malformedLines',
] as const
export type Drop = (typeof DROPS)[number]

/** What is counted about a file, beside its drops. Token counts are of calls that were not errors. */
const MEASURES = [
  'lines',
  'rows',
  'requests',
  'input',
  'uncached',
  'cacheRead',
  'cacheWrite',
  'cacheWrite5m',
  'cacheWrite1h',
  'cacheWriteUnsplit',
  'output',
  'reasoning',
  'batchInput',
  'batchOutput',
  'webSearch',
  'errors',
  'errorInput',
  'errorOutput',
  'aborted',
  'missingUsage',
  'inputUnknownRows',
  'cacheReadUnknownRows',
  'unknownModelRows',
  'embeddingRequests',
  'embeddingInput',
  'rowsWithData',
  'buckets',
  'counterResets',
  'idealPrefixHitTokens',
  'naiveInputSum',
  'naivePromptTokensSum',
] as const

export type CountName = Drop | (typeof MEASURES)[number]
export const COUNT_NAMES: readonly CountName[] = [...MEASURES, ...DROPS]

/** Null = the format does not carry it; never a silent zero. */
export type Counts = Readonly<Record<CountName, number | null>>
export type MutableCounts = Record<CountName, number | null>

/** Known for every format. */
const ALWAYS: readonly CountName[] = ['lines', 'rows', 'missingUsage', 'unknownModelRows', 'malformedLines']

/** Written out, as an object made key by key is several times slower to count in. */
const NOTHING_KNOWN: Counts = {
  lines: null,
  rows: null,
  requests: null,
  input: null,
  uncached: null,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  cacheWriteUnsplit: null,
  output: null,
  reasoning: null,
  batchInput: null,
  batchOutput: null,
  webSearch: null,
  errors: null,
  errorInput: null,
  errorOutput: null,
  aborted: null,
  missingUsage: null,
  inputUnknownRows: null,
  cacheReadUnknownRows: null,
  unknownModelRows: null,
  embeddingRequests: null,
  embeddingInput: null,
  rowsWithData: null,
  buckets: null,
  counterResets: null,
  idealPrefixHitTokens: null,
  naiveInputSum: null,
  naivePromptTokensSum: null,
  duplicates: null,
  replayed: null,
  emptyBuckets: null,
  gatewayCacheHits: null,
  overlapParents: null,
  skippedNonLlm: null,
  ignoredMessageRows: null,
  repeatedHeaders: null,
  malformedLines: null,
}

export const startCounts = (carries: readonly CountName[]): MutableCounts => {
  const counts: MutableCounts = { ...NOTHING_KNOWN }
  for (const name of [...ALWAYS, ...carries]) counts[name] = 0
  return counts
}

/** Sums what any of them knows; null only where none does. */
export const sumCounts = (all: readonly Counts[]): Counts => {
  const sum: MutableCounts = { ...NOTHING_KNOWN }
  for (const counts of all)
    for (const name of COUNT_NAMES) {
      const value = counts[name]
      if (value !== null) sum[name] = (sum[name] ?? 0) + value
    }
  return sum
}
