import type { Comparison, PricedOption, Stretch } from '@breakeven/core'

/** Something in the input that was not taken as it stood. */
export type ReportIssue = { readonly file?: string; readonly line?: number; readonly message: string }

export type Report = {
  readonly comparison: Comparison
  /** Beside a preset that repeats someone's arithmetic: the same question without its simplifications. */
  readonly honest?: Comparison
  /** The same question for each part of the traffic. */
  readonly parts?: readonly { readonly value: string; readonly comparison: Comparison }[]
  readonly issues?: readonly ReportIssue[]
}

/** Everything but the curve, which is a function. */
const optionJson = ({ curve: _curve, id, kind, label, ...option }: PricedOption): Omit<PricedOption, 'curve'> => ({
  id,
  kind,
  label,
  ...option,
})

type StretchJson = Readonly<Record<string, string | number | null>>

const stretchJson =
  (axis: Comparison['axis']) =>
  ({ from, to, cheapest }: Stretch): StretchJson =>
    axis === 'requestsPerDay'
      ? { fromRequestsPerDay: from, toRequestsPerDay: to ?? null, cheapest }
      : { fromTokensPerDay: from, toTokensPerDay: to ?? null, cheapest }

const comparisonJson = (comparison: Comparison): Readonly<Record<string, unknown>> => {
  const { options, breakeven, pairs, workload, on, region, estimate, catalogue, considered, ...rest } = comparison
  const stretch = stretchJson(comparison.axis)
  return {
    schema: 'breakeven/comparison@1',
    on,
    region,
    estimate,
    catalogue,
    considered,
    workload: { ...workload, requestsPerDay: workload.requestsPerDay ?? null },
    options: options.map(optionJson),
    breakeven: breakeven.map(stretch),
    pairs: pairs.map(({ rent, run, stretches }) => ({ rent, run, stretches: stretches.map(stretch) })),
    ...rest,
  }
}

/**
 * The comparison as JSON, schema `breakeven/comparison@1`: full numbers, nothing rounded, dollars per day unless the name
 * says otherwise. Names stay; fields may be added. No final newline.
 */
export const renderJson = ({ comparison, honest, parts = [], issues = [] }: Report): string =>
  JSON.stringify(
    {
      ...comparisonJson(comparison),
      issues,
      ...(honest === undefined ? {} : { honest: comparisonJson(honest) }),
      ...(parts.length === 0
        ? {}
        : { parts: parts.map(({ value, comparison: part }) => ({ value, comparison: comparisonJson(part) })) }),
    },
    null,
    2,
  )
