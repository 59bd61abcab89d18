import { InputError } from './error.ts'
import type { Usage } from './usage.ts'
import { METERS } from './usage.ts'
import { requestsPerDayOf } from './workload-summary.ts'
import type { Workload } from './workload.ts'

const times = <T extends Usage>(usage: T, factor: number): T => {
  const scaled: Record<string, number> = { ...usage }
  for (const meter of METERS) if (scaled[meter] !== undefined) scaled[meter] *= factor
  return scaled as T
}

/**
 * The same traffic at another volume: the mix of models, lengths, tiers and hours stays, every count and sum grows alike.
 *
 * @param requestsPerDay above 0
 * @throws InputError where the rows do not say how many requests they are, as nothing then relates to the volume.
 */
export const scaledTo = (workload: Workload, requestsPerDay: number): Workload => {
  if (workload.requests === undefined || workload.requests === 0)
    throw new InputError(
      'the files do not say how many requests they hold, so they cannot be brought to another volume',
      {
        hint: 'leave out --requests-per-day',
      },
    )
  const own = requestsPerDayOf(workload)
  const factor = requestsPerDay / own
  const { arrivals, reporting } = workload
  return {
    ...workload,
    cells: workload.cells.map((cell) => ({
      ...cell,
      usage: times(cell.usage, factor),
      ...(cell.requests === undefined ? {} : { requests: cell.requests * factor }),
    })),
    lengths: workload.lengths.map((sample) => ({ ...sample, weight: sample.weight * factor })),
    ...(arrivals === undefined
      ? {}
      : { arrivals: { ...arrivals, requests: arrivals.requests.map((count) => count * factor) } }),
    requests: workload.requests * factor,
    ...(reporting === undefined
      ? {}
      : { reporting: { input: reporting.input * factor, output: reporting.output * factor } }),
    usage: times(workload.usage, factor),
    ownRequestsPerDay: own,
  }
}
