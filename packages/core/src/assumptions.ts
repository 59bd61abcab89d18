import type { Setting } from './price-options.ts'
import { ASSUMED_PROMPT_TOKENS } from './workload-summary.ts'

const secondsText = (seconds: number): string => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds} s`)

/** What a comparison takes for granted, each as a sentence that says how to change it where one can. */
export const assumptionsOf = (
  { prepared, conditions }: Setting,
  field: string | undefined,
  hosted: boolean,
): readonly string[] => {
  const { workload } = prepared
  const { peak } = workload
  const assumed: string[] = []
  if (field !== undefined) assumed.push(field)
  if (hosted && peak.origin === 'assumed') {
    const why = workload.arrivals === undefined ? 'no clock shows the peak' : 'under 24 h were watched'
    assumed.push(`peak ${peak.factor.toFixed(1)} x the mean (${why}; band ${peak.low} to ${peak.high.toFixed(1)})`)
  }
  if (hosted)
    assumed.push(
      `a replica is used to ${Math.round(conditions.utilisation * 100)} % of what it sustains at its peak, at TTFT ${secondsText(conditions.ttftSeconds)} and TPOT ${secondsText(conditions.tpotSeconds)}`,
    )
  if (prepared.sources.every((source) => source === undefined))
    assumed.push('token counts taken as equal on every model: the traffic names no model whose tokeniser is known')
  if (conditions.outputRatio === 1) assumed.push('every model answers at the same length (--output-ratio 1)')
  if (workload.requests === undefined)
    assumed.push(
      `no file says how many requests there were: the axis is tokens a day, a request is taken as ${ASSUMED_PROMPT_TOKENS} tokens in`,
    )
  if (workload.ownRequestsPerDay !== undefined)
    assumed.push(
      `the volume is the one given (--requests-per-day), in the mix of the files, which themselves come to ${Math.round(workload.ownRequestsPerDay).toLocaleString('en-US')} requests a day`,
    )
  if (workload.rowsWithoutUsage > 0)
    assumed.push(
      `${workload.rowsWithoutUsage.toLocaleString('en-US')} rows did not report all their tokens: every figure is "at least"`,
    )
  return assumed
}
