import { type Catalog, predict, type Prediction, type Residual } from '@breakeven/core'

import { readCsv } from './csv.ts'
import { type MeasuredRow, measuredRows, type SkippedRow } from './measured.ts'

export type Validation = {
  readonly rows: number
  readonly residuals: readonly (Residual & { readonly id: string })[]
  readonly skipped: readonly SkippedRow[]
}

const predictedOf = (prediction: Prediction, metric: Residual['metric'], encoder: boolean): number => {
  if (metric !== 'throughput') return prediction[metric]
  return encoder ? prediction.requestsPerSecond : prediction.outputTokensPerSecond
}

const residualsOf = (
  { id, source, engine, accelerator, trial, measured }: MeasuredRow,
  prediction: Prediction,
): Validation['residuals'] =>
  measured.map(({ metric, value }) => {
    const predicted = predictedOf(prediction, metric, trial.replica.model.kind === 'encoder')
    return { id, source, engine, accelerator, metric, measured: value, predicted }
  })

/** Predicts every row of a CSV of measurements that can be predicted. */
export const validate = (csv: string, catalog: Catalog, onRow: (done: number, of: number) => void): Validation => {
  const all = readCsv(csv)
  const { rows, skipped } = measuredRows(all, catalog)
  const refused: SkippedRow[] = []
  const residuals = rows.flatMap((row, index) => {
    const prediction = predict(row.trial)
    onRow(index + 1, rows.length)
    if (prediction.fits) return residualsOf(row, prediction)
    refused.push({ id: row.id, reason: `the model says it does not fit: ${prediction.reason}` })
    return []
  })
  return { rows: all.length, residuals, skipped: [...skipped, ...refused] }
}
