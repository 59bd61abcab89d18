import type { Workload } from '@breakeven/core'
import { brokenLink, packText, unpackText } from './packed.ts'

/** A link longer than this breaks in chats and mails. */
const MOST_CHARACTERS = 24_000

/** Half hours in a day. */
const SLOTS_A_DAY = 48
const MINUTES_AN_HOUR = 60

type Packed = Omit<Workload, 'arrivals'> & {
  readonly arrivals?: { readonly startAt: number; readonly stepSeconds: number; readonly requests: readonly number[] }
}

const pack = (value: Packed): Promise<string> => packText(JSON.stringify(value))

const plain = ({ arrivals, ...workload }: Workload): Packed => ({
  ...workload,
  ...(arrivals === undefined ? {} : { arrivals: { ...arrivals, requests: [...arrivals.requests] } }),
})

/** Cells by day in place of half hours: sums stay, prices that change within a day are taken at its start. */
const byDay = (workload: Workload): Workload => {
  const merged = new Map<string, Workload['cells'][number]>()
  for (const { slot, ...cell } of workload.cells) {
    const day = slot === undefined ? undefined : Math.floor(slot / SLOTS_A_DAY) * SLOTS_A_DAY
    const key = `${cell.group} ${day} ${cell.segment} ${cell.requests === undefined}`
    const known = merged.get(key)
    merged.set(key, {
      ...cell,
      ...(day === undefined ? {} : { slot: day }),
      ...(known === undefined ? {} : sumOf(known, cell)),
    })
  }
  return { ...workload, cells: [...merged.values()] }
}

const sumOf = (
  one: Workload['cells'][number],
  other: Workload['cells'][number],
): Pick<Workload['cells'][number], 'usage' | 'requests'> => ({
  usage: {
    freshInput: one.usage.freshInput + other.usage.freshInput,
    cacheRead: one.usage.cacheRead + other.usage.cacheRead,
    cacheWrite5m: one.usage.cacheWrite5m + other.usage.cacheWrite5m,
    cacheWrite1h: one.usage.cacheWrite1h + other.usage.cacheWrite1h,
    output: one.usage.output + other.usage.output,
  },
  ...(one.requests === undefined || other.requests === undefined ? {} : { requests: one.requests + other.requests }),
})

/** Every `n`th pair of lengths, each for as many requests more. */
const fewerLengths = (workload: Workload, most: number): Workload => {
  const every = Math.ceil(workload.lengths.length / most)
  if (every <= 1) return workload
  const kept = workload.lengths.filter((_, at) => at % every === 0)
  const factor = workload.lengths.length / kept.length
  return { ...workload, lengths: kept.map((pair) => ({ ...pair, weight: pair.weight * factor })) }
}

const arrivalsByHour = (workload: Workload): Workload => {
  const { arrivals } = workload
  if (arrivals === undefined || arrivals.stepSeconds >= 3600) return workload
  const requests = new Float64Array(Math.ceil(arrivals.requests.length / MINUTES_AN_HOUR))
  for (const [minute, count] of arrivals.requests.entries()) {
    const hour = Math.floor(minute / MINUTES_AN_HOUR)
    requests[hour] = (requests[hour] ?? 0) + count
  }
  return { ...workload, arrivals: { startAt: arrivals.startAt, stepSeconds: 3600, requests } }
}

export type Summary = {
  /** What the page prices from now on: exactly what the link carries. */
  readonly workload: Workload
  readonly text: string
  /** Whether sums had to be taken over longer times for the link to hold them. */
  readonly coarsened: boolean
}

/**
 * A workload as text for a link. As it is where it fits; else lengths are thinned and times made coarser, step by step.
 * Sums of tokens and requests never change.
 */
export const summaryOf = async (workload: Workload): Promise<Summary> => {
  const tries = [
    (): Workload => workload,
    (): Workload => fewerLengths(workload, 500),
    (): Workload => fewerLengths(byDay(workload), 300),
    (): Workload => arrivalsByHour(fewerLengths(byDay(workload), 200)),
    (): Workload => {
      const { arrivals: _left, ...rest } = fewerLengths(byDay(workload), 100)
      return rest
    },
  ]
  for (const [step, attempt] of tries.entries()) {
    const candidate = attempt()
    const text = await pack(plain(candidate))
    if (text.length <= MOST_CHARACTERS || step === tries.length - 1)
      return { workload: candidate, text, coarsened: step > 1 }
  }
  throw new Error('unreachable: the last try is always taken')
}

const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const looksRight = (value: Packed): boolean =>
  Array.isArray(value.groups) &&
  Array.isArray(value.cells) &&
  Array.isArray(value.edges) &&
  Array.isArray(value.lengths) &&
  finite(value.watchedSeconds) &&
  finite(value.peak?.factor) &&
  finite(value.usage?.output) &&
  value.cells.every(({ group, usage }) => value.groups[group] !== undefined && finite(usage?.freshInput))

const THE_TRAFFIC = 'the traffic'

/** The workload that `summaryOf` wrote. Throws `InputError` for a link that was cut or changed on its way. */
export const workloadOfSummary = async (text: string): Promise<Workload> => {
  const json = await unpackText(text, THE_TRAFFIC)
  try {
    const { arrivals, ...packed } = JSON.parse(json) as Packed
    if (!looksRight(packed)) throw new Error('not a workload')
    return arrivals === undefined
      ? packed
      : { ...packed, arrivals: { ...arrivals, requests: Float64Array.from(arrivals.requests) } }
  } catch {
    throw brokenLink(THE_TRAFFIC)
  }
}
