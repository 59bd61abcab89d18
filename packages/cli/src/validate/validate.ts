import { type Catalog, predict, type Prediction, type Residual } from '@breakeven/core'

import { readCsv } from './csv.ts'
import { type Half, halvesOf } from './halves.ts'
import { type MeasuredRow, measuredRows, type RowSetUp, rowSetUpOf, type SkippedRow } from './measured.ts'

/** One figure of one row, measured and predicted, with what targets are set by. */
export type Comparison = Residual & {
  readonly id: string
  readonly setUp: RowSetUp & {
    /** Absent where the row is not predicted: it is in neither half. */
    readonly half?: Half
  }
}

export type Validation = {
  readonly rows: number
  /** Rows that were predicted. */
  readonly predicted: number
  /** Predicted figures, and those that could not be, which stand as predicted 0: wrong by 100 %. */
  readonly residuals: readonly Comparison[]
  readonly skipped: readonly SkippedRow[]
}

const predictedOf = (prediction: Prediction, metric: Residual['metric'], encoder: boolean): number => {
  if (metric !== 'throughput') return prediction[metric]
  return encoder ? prediction.requestsPerSecond : prediction.outputTokensPerSecond
}

const residualsOf = (
  { id, source, engine, accelerator, trial, measured }: MeasuredRow,
  prediction: Prediction,
  half: Half,
): readonly Comparison[] => {
  const { model } = trial.replica
  const setUp = { ...rowSetUpOf(trial), half }
  return measured.map(({ metric, value }) => {
    const predicted = predictedOf(prediction, metric, model.kind === 'encoder')
    return { id, source, engine, accelerator, metric, measured: value, predicted, setUp }
  })
}

const missedOf = ({ id, missed }: SkippedRow): readonly Comparison[] =>
  missed === undefined
    ? []
    : missed.measured.map(({ metric, value }) => ({
        id,
        source: missed.source,
        engine: missed.engine,
        accelerator: missed.accelerator,
        metric,
        measured: value,
        predicted: 0,
        setUp: missed.setUp,
      }))

/** Predicts every row of a CSV of measurements that can be predicted. */
export const validate = (csv: string, catalog: Catalog, onRow: (done: number, of: number) => void): Validation => {
  const all = readCsv(csv)
  const { rows, skipped } = measuredRows(all, catalog)
  const halves = halvesOf(rows)
  const refused: SkippedRow[] = []
  const residuals = rows.flatMap((row, index) => {
    const prediction = predict(row.trial)
    onRow(index + 1, rows.length)
    if (prediction.fits) return residualsOf(row, prediction, halves.get(row) ?? 'held out')
    const { id, source, engine, accelerator, measured } = row
    const reason = 'the model says it does not fit, but it ran'
    refused.push({ id, reason, missed: { source, engine, accelerator, measured, setUp: rowSetUpOf(row.trial) } })
    return []
  })
  const left = [...skipped, ...refused]
  return {
    rows: all.length,
    predicted: rows.length - refused.length,
    residuals: [...residuals, ...left.flatMap(missedOf)],
    skipped: left,
  }
}
