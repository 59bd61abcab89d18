import { SECONDS_PER_DAY, SECONDS_PER_HOUR, visible } from '@breakeven/core'
import type { Seconds } from '@breakeven/core'
import { COUNT_NAMES } from './counts.ts'
import type { Counts } from './counts.ts'
import { isoTime } from './report.ts'
import type { ImportReport, Issue } from './report.ts'

const LABELS: Partial<Record<keyof Counts, string>> = {
  lines: 'lines',
  rows: 'rows read',
  requests: 'requests',
  input: 'input tokens',
  cacheRead: '  of it cache read',
  cacheWrite: '  of it cache write',
  cacheWriteUnsplit: '  of it written for an unknown time',
  output: 'output tokens',
  reasoning: '  of it reasoning',
  batchInput: 'input tokens in batches',
  batchOutput: 'output tokens in batches',
  embeddingRequests: 'embedding requests',
  embeddingInput: 'embedding tokens',
  errors: 'failed',
  aborted: 'aborted',
  missingUsage: 'without token counts',
  inputUnknownRows: 'without an input count',
  cacheReadUnknownRows: 'without a cache count',
  unknownModelRows: 'without a model',
  duplicates: 'duplicates left out',
  replayed: 'replayed turns left out',
  overlapParents: 'parents left out',
  skippedNonLlm: 'not calls of a model',
  gatewayCacheHits: 'gateway cache hits',
  emptyBuckets: 'empty intervals',
  ignoredMessageRows: 'message rows',
  repeatedHeaders: 'repeated headers',
  malformedLines: 'not readable',
  counterResets: 'counter resets',
}

const LOWER_BOUNDED: ReadonlySet<string> = new Set(['input', 'output'])
const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

/** "≥" where some rows did not say: missing is not zero. */
const countText = (counts: Counts, name: keyof Counts): string => {
  const value = counts[name]
  if (value === null) return '–'
  const unknown =
    name === 'cacheRead'
      ? (counts.cacheReadUnknownRows ?? 0)
      : LOWER_BOUNDED.has(name)
        ? (counts.missingUsage ?? 0) + (name === 'input' ? (counts.inputUnknownRows ?? 0) : 0)
        : 0
  return unknown > 0
    ? `≥ ${whole(value)} (${whole(unknown)} of ${whole(counts.rows ?? 0)} rows did not report)`
    : whole(value)
}

const short = (value: number): number => Number(value.toPrecision(3))

const grainText = (seconds: Seconds): string => {
  if (seconds >= SECONDS_PER_DAY) return `${short(seconds / SECONDS_PER_DAY)} d`
  if (seconds >= SECONDS_PER_HOUR) return `${short(seconds / SECONDS_PER_HOUR)} h`
  if (seconds >= 60) return `${short(seconds / 60)} min`
  if (seconds >= 1) return `${short(seconds)} s`
  return seconds >= 1e-3 ? `${short(seconds * 1e3)} ms` : `${short(seconds * 1e6)} µs`
}

const spanText = (file: { firstAt?: Seconds; lastAt?: Seconds; isRelative?: boolean }): string => {
  if (file.firstAt === undefined || file.lastAt === undefined) return '–'
  if (file.isRelative) return `${grainText(file.lastAt - file.firstAt)}, counted from the start of the trace`
  return `${isoTime(file.firstAt).replace('.000Z', 'Z')} to ${isoTime(file.lastAt).replace('.000Z', 'Z')}`
}

const alwaysShown: ReadonlySet<keyof Counts> = new Set<keyof Counts>([
  'lines',
  'rows',
  'requests',
  'input',
  'cacheRead',
  'cacheWrite',
  'output',
])

const countRows = (counts: Counts): [string, string][] =>
  COUNT_NAMES.flatMap((name): [string, string][] => {
    const label = LABELS[name]
    const value = counts[name]
    if (label === undefined || (!alwaysShown.has(name) && (value === null || value === 0))) return []
    return [[label, countText(counts, name)]]
  })

const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = rows.reduce((most, [label]) => Math.max(most, label.length), 0)
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n')
}

const COLUMNS_NAMED = 8
const unusedRow = (columns: readonly string[]): [string, string][] => {
  if (columns.length === 0) return []
  const more = columns.length > COLUMNS_NAMED ? ` and ${columns.length - COLUMNS_NAMED} more` : ''
  return [['columns not used', visible(columns.slice(0, COLUMNS_NAMED).join(', ')) + more]]
}

const issueLine = (issue: Issue): string =>
  `  ${visible(issue.file)}${issue.line === undefined ? '' : `:${issue.line}`}: ${visible(issue.message)}`

/** The whole report as text: a table a file, their total, and what was left out and why. */
export const renderImportReport = (report: ImportReport): string => {
  const blocks = report.files.map((file) =>
    [
      `${visible(file.path)}: ${file.formatName}`,
      table([
        ['time', spanText(file)],
        ['resolution', file.grainSeconds === undefined ? '–' : grainText(file.grainSeconds)],
        ...countRows(file.counts),
        ...unusedRow(file.unusedColumns),
      ]),
      ...(file.instead === undefined ? [] : [`  ${file.instead}`]),
    ].join('\n'),
  )
  if (report.files.length > 1)
    blocks.push(
      [`All ${report.files.length} files`, table([['time', spanText(report)], ...countRows(report.total)])].join('\n'),
    )
  if (report.issues.length > 0) blocks.push(['Notes', ...report.issues.map(issueLine)].join('\n'))
  return `${blocks.join('\n\n')}\n`
}

const NOT_COUNTED: Partial<Record<keyof Counts, string>> = {
  duplicates: 'duplicates',
  replayed: 'replayed turns',
  overlapParents: 'parents of counted calls',
  skippedNonLlm: 'entries that are no model calls',
  gatewayCacheHits: 'gateway cache hits',
  errors: 'failed calls',
  malformedLines: 'unreadable lines',
}

/** A few lines, as `compare` shows them above its answer. */
export const renderImportSummary = (report: ImportReport): string => {
  const { total } = report
  const formats = [...new Set(report.files.map((file) => file.formatName))].join(', ')
  const read = `${report.files.length === 1 ? visible(report.files[0]?.path ?? '') : `${report.files.length} files`}: ${formats}, ${whole(total.rows ?? 0)} rows${
    total.requests === null ? '' : `, ${whole(total.requests)} requests`
  }, ${countText(total, 'input')} input and ${countText(total, 'output')} output tokens.`
  const left = Object.entries(NOT_COUNTED).flatMap(([name, label]) => {
    const count = total[name as keyof Counts] ?? 0
    return count > 0 ? [`${label} ${whole(count)}`] : []
  })
  const notes = report.issues.filter((issue) => issue.kind === undefined).map(issueLine)
  return [
    read,
    ...(left.length > 0 ? [`Not counted: ${left.join(', ')}.`] : []),
    ...notes.slice(0, 3),
    ...(notes.length > 3 ? [`  ${notes.length - 3} more notes: breakeven inspect shows them.`] : []),
  ].join('\n')
}
