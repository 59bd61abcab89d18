/** What was measured, and what the model says instead. */
export type Residual = {
  readonly source: string
  readonly engine: string
  readonly accelerator: string
  readonly metric: 'tpot' | 'ttft' | 'e2e' | 'throughput'
  readonly measured: number
  readonly predicted: number
}

export type Accuracy = {
  readonly source: string
  readonly engine: string
  readonly accelerator: string
  readonly metric: Residual['metric']
  readonly rows: number
  readonly medianAbsPctError: number
  readonly p90AbsPctError: number
  /** Median of the signed errors, in percent: above 0, the model says more than was measured. */
  readonly bias: number
}

const errorOf = ({ measured, predicted }: Residual): number => (predicted / measured - 1) * 100

const rankOf = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

/** The errors of a set of comparisons, in percent. */
export const accuracyOf = (
  comparisons: readonly Residual[],
): Pick<Accuracy, 'rows' | 'medianAbsPctError' | 'p90AbsPctError' | 'bias'> => {
  const signed = comparisons.map(errorOf).toSorted((a, b) => a - b)
  const absolute = signed.map(Math.abs).toSorted((a, b) => a - b)
  return {
    rows: comparisons.length,
    medianAbsPctError: rankOf(absolute, 0.5),
    p90AbsPctError: rankOf(absolute, 0.9),
    bias: rankOf(signed, 0.5),
  }
}

/** Accuracy by source, engine, accelerator and metric, in that order. */
export const accuracyBySource = (comparisons: readonly Residual[]): readonly Accuracy[] => {
  const keyOf = ({ source, engine, accelerator, metric }: Residual): string =>
    [source, engine, accelerator, metric].join('\u0000')
  const groups = Object.groupBy(comparisons, keyOf)
  return Object.entries(groups)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, group = []]) => {
      const [first] = group
      if (first === undefined) return []
      const { source, engine, accelerator, metric } = first
      return [{ source, engine, accelerator, metric, ...accuracyOf(group) }]
    })
}
