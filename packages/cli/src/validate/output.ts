import { type Accuracy, accuracyBySource } from '@breakeven/core'
import { type Column, countText, renderColumns } from '@breakeven/report'

import type { KvRow } from './kv.ts'
import type { Run } from './runs.ts'
import { type Reached, reachedOf } from './targets.ts'
import type { Comparison, Validation } from './validate.ts'

/** All that was checked in one go. */
export type Checked = { readonly validation: Validation; readonly kv: readonly KvRow[]; readonly runs: readonly Run[] }

type Look = { readonly width: number; readonly colour: boolean }

const heldOutOf = ({ residuals }: Validation): readonly Comparison[] =>
  residuals.filter(({ setUp }) => setUp.half === 'held out')

/** Reasons by how many rows they cost; `counted` where the fault is the model's, so that they count as wrong by 100 %. */
const skippedByReason = ({
  skipped,
}: Validation): readonly { readonly reason: string; readonly rows: number; readonly counted: boolean }[] =>
  [...Map.groupBy(skipped, ({ reason, missed }) => `${missed === undefined ? '' : 'x'}${reason}`).values()]
    .map((group) => ({
      reason: group[0]?.reason ?? '',
      rows: group.length,
      counted: group[0]?.missed !== undefined,
    }))
    .toSorted((one, other) => other.rows - one.rows)

/** Predicted rows over those that could be: what a row lacks of itself is nobody's fault. */
const coverageOf = ({ predicted, skipped }: Validation): number => {
  const missed = skipped.filter((row) => row.missed !== undefined).length
  return predicted + missed === 0 ? 0 : predicted / (predicted + missed)
}

const percent = (value: number): string => (value >= 99.95 ? value.toFixed(0) : value.toFixed(1))
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${percent(Math.abs(value))}`
const METRICS = { tpot: 'TPOT', ttft: 'TTFT', e2e: 'end to end', throughput: 'throughput' } as const

const accuracyColumns: readonly Column<Accuracy>[] = [
  { head: 'source', cell: ({ source }) => source },
  { head: 'engine', cell: ({ engine }) => engine, flexTo: 12 },
  { head: 'accelerator', cell: ({ accelerator }) => accelerator, flexTo: 12 },
  { head: 'metric', cell: ({ metric }) => METRICS[metric] },
  { head: 'rows', cell: ({ rows }) => countText(rows), align: 'right' },
  { head: 'median %', cell: ({ medianAbsPctError }) => percent(medianAbsPctError), align: 'right' },
  { head: 'p90 %', cell: ({ p90AbsPctError }) => percent(p90AbsPctError), align: 'right' },
  { head: 'bias %', cell: ({ bias }) => signed(bias), align: 'right' },
]

const errorText = ({ rows, medianAbsPctError, p90AbsPctError }: Reached['all'], p90: boolean): string => {
  if (rows === 0) return 'no rows'
  return p90 ? `${percent(medianAbsPctError)}, p90 ${percent(p90AbsPctError)}` : percent(medianAbsPctError)
}
const limitText = ({ medianPercent, p90Percent }: Reached['target']): string =>
  p90Percent === undefined ? `${medianPercent}` : `${medianPercent}, p90 ${p90Percent}`

const targetColumns: readonly Column<Reached>[] = [
  { head: 'target', cell: ({ target }) => target.name, flexTo: 24 },
  { head: 'aim %', cell: ({ target }) => limitText(target), align: 'right' },
  { head: 'rows', cell: ({ all }) => countText(all.rows), align: 'right' },
  { head: 'median %', cell: ({ all, target }) => errorText(all, target.p90Percent !== undefined), align: 'right' },
  { head: 'held out', cell: ({ heldOut }) => countText(heldOut.rows), align: 'right' },
  {
    head: 'median %',
    cell: ({ heldOut, target }) => errorText(heldOut, target.p90Percent !== undefined),
    align: 'right',
  },
  { head: 'met', cell: ({ met }) => (met ? 'yes' : 'no') },
]

const kvColumns: readonly Column<KvRow>[] = [
  { head: 'model', cell: ({ model }) => model },
  { head: 'devices', cell: ({ accelerator, tensorParallel }) => `${tensorParallel} × ${accelerator}` },
  { head: 'measured', cell: ({ measured }) => countText(measured), align: 'right' },
  { head: 'predicted', cell: ({ predicted }) => countText(predicted), align: 'right' },
  { head: 'error %', cell: ({ measured, predicted }) => signed((predicted / measured - 1) * 100), align: 'right' },
]

type RunRow = { readonly run: Run; readonly figure: Run['figures'][number] }
const secondsCell = (seconds: number): string =>
  seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`
const runColumns: readonly Column<RunRow>[] = [
  { head: 'run', cell: ({ run }) => `${run.model} on ${run.accelerator}`, flexTo: 20 },
  { head: 'requests', cell: ({ run }) => countText(run.requests), align: 'right' },
  { head: 'mean', cell: ({ figure }) => METRICS[figure.metric] },
  { head: 'measured', cell: ({ figure }) => secondsCell(figure.measured), align: 'right' },
  { head: 'played', cell: ({ figure }) => secondsCell(figure.predicted), align: 'right' },
  { head: 'error %', cell: ({ figure }) => signed((figure.predicted / figure.measured - 1) * 100), align: 'right' },
]
const runRowsOf = (runs: readonly Run[]): readonly RunRow[] =>
  runs.flatMap((run) => run.figures.map((figure) => ({ run, figure })))

type SkippedReason = ReturnType<typeof skippedByReason>[number]
const skippedColumns: readonly Column<SkippedReason>[] = [
  { head: 'rows', cell: ({ rows }) => countText(rows), align: 'right' },
  { head: 'counts as', cell: ({ counted }) => (counted ? '100 % error' : 'not counted') },
  { head: 'why it is not predicted', cell: ({ reason }) => reason, flexTo: 30 },
]

/** A table to be set: the same one for a terminal and for Markdown. */
type Part = {
  readonly title: string
  readonly text?: string
  readonly table: (draw: Draw) => string
  readonly rows: number
}
type Draw = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) => string

const part = <Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[], text?: string): Part => ({
  title,
  rows: rows.length,
  table: (draw) => draw(columns, rows),
  ...(text === undefined ? {} : { text }),
})

const HALVES =
  'Rows that no constant was fitted on: of an engine with two sources all but the largest one, of one with a single source a seeded half of its deployments (model, accelerator, precision, devices).'
const TARGETS =
  'Over all rows that lack nothing of their own; what is not predicted counts as 100 % wrong. Held out: the rows of the half that no constant was fitted on.'

const partsOf = ({ validation, kv, runs }: Checked): readonly Part[] =>
  [
    part('Targets', targetColumns, reachedOf(validation.residuals), TARGETS),
    part('By source, engine and accelerator', accuracyColumns, accuracyBySource(validation.residuals)),
    part('Held-out half', accuracyColumns, accuracyBySource(heldOutOf(validation)), HALVES),
    part('Tokens of cache', kvColumns, kv, 'What vLLM printed at its start.'),
    part(
      'Request by request',
      runColumns,
      runRowsOf(runs),
      'The same requests at the same moments; means over the run, on the clock of the engine.',
    ),
    part('Rows that are not predicted', skippedColumns, skippedByReason(validation)),
  ].filter(({ rows }) => rows > 0)

const summaryOf = (validation: Validation): string =>
  `${countText(validation.rows)} rows: ${countText(validation.predicted)} predicted, ${percent(coverageOf(validation) * 100)} % of those that lack nothing of their own.`

/** For a terminal. */
export const renderValidation = (checked: Checked, look: Look): string => {
  const blocks = partsOf(checked).map(
    ({ title, text, table }) =>
      `${title}\n${text === undefined ? '' : `${text}\n`}\n${table((columns, rows) => renderColumns(columns, rows, look))}`,
  )
  return `${[...(checked.validation.rows > 0 ? [summaryOf(checked.validation)] : []), ...blocks].join('\n\n')}\n`
}

const markdownTable: Draw = (columns, rows) => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.map((row) => line(columns.map(({ cell }) => cell(row)))),
  ].join('\n')
}

/** For a file of its own; words about the figures stand in front of it and are not made here. */
export const validationMarkdown = (checked: Checked): string =>
  [
    ...(checked.validation.rows > 0 ? [summaryOf(checked.validation)] : []),
    ...partsOf(checked).map(
      ({ title, text, table }) => `## ${title}\n\n${text === undefined ? '' : `${text}\n\n`}${table(markdownTable)}`,
    ),
  ].join('\n\n') + '\n'

/** `breakeven/validation@1` */
export const validationJson = (checked: Checked): Record<string, unknown> => {
  const { validation, kv, runs } = checked
  return {
    schema: 'breakeven/validation@1',
    rows: validation.rows,
    predicted: validation.predicted,
    coverage: coverageOf(validation),
    skipped: skippedByReason(validation),
    targets: reachedOf(validation.residuals).map(({ target, all, heldOut, met }) => ({
      name: target.name,
      medianPercent: target.medianPercent,
      p90Percent: target.p90Percent ?? null,
      all,
      heldOut,
      met,
    })),
    bySource: accuracyBySource(validation.residuals),
    heldOut: accuracyBySource(heldOutOf(validation)),
    kvCapacity: kv,
    runs,
  }
}
