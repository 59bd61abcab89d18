import type { Seconds, Tokens } from './units.ts'
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from './units.ts'
import type { CallSum } from './summarize-sum.ts'
import { newLengthSample } from './summarize-lengths.ts'
import type { Row, Usage } from './usage.ts'
import { inputTokensOf, METERS, NO_USAGE } from './usage.ts'
import type { Arrivals, Cell, Group, Workload } from './workload.ts'
import { SECONDS_PER_SLOT } from './workload.ts'
import { assumedPeak, observedPeak } from './peak.ts'

const ARRIVAL_STEP_SECONDS = 60
/** A minute grid of more than ten years is a broken clock, not traffic. */
const MAX_ARRIVAL_STEPS = 10 * 365 * 24 * 60

export type SummarizeOptions = {
  /** From `segmentEdges`. */
  readonly edges: readonly Tokens[]
  /** Gaps between rows are zero traffic, or time in which nobody watched. */
  readonly gaps?: 'zero' | 'unwatched'
  /** A peak factor given by the user wins over what the rows show. */
  readonly peakFactor?: number
}

export type Summarizer = {
  readonly add: (row: Row) => void
  /** Calls that a database has already added up. Its segments are those of the same edges. */
  readonly addSum: (sum: CallSum) => void
  /** A row of the same files that is not of this traffic: somebody watched then, so it widens the watch and nothing else. */
  readonly see: (row: Row | CallSum) => void
  readonly watched: () => Watch
  /** A part of a traffic was watched as long as the whole of it: `watch` is then the whole's. */
  readonly done: (watch?: Watch) => Workload
}

/** When somebody looked: of all rows, whether they are of the traffic or not. */
type Watch = {
  readonly firstAt: Seconds
  readonly lastAt: Seconds
  readonly grainSeconds: Seconds
  /** The last row is a moment, or a bucket that ends there. */
  readonly endAt: Seconds
  /** The hours in which rows are, whatever they hold; for gaps that nobody watched. */
  readonly busySeconds: Seconds
}

type OpenCell = {
  group: number
  slot: number
  segment: number
  requests: number
  known: boolean
  usage: Record<(typeof METERS)[number], number>
}

/** The first edge at or above a prompt length: edges belong to the segment below them. */
const segmentOf = (edges: readonly Tokens[], prompt: Tokens): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle]! < prompt) low = middle + 1
    else high = middle
  }
  return low
}

/** Candidate grains of the clock, coarsest first: the widest that divides every time stamp. */
const GRAINS: readonly Seconds[] = [SECONDS_PER_DAY, SECONDS_PER_HOUR, 900, 300, 60, 1]

/**
 * Many rows into one workload, in one pass and in memory that does not grow with the number of rows:
 * cells of the cube, requests by minute, a bounded sample of lengths.
 */
export const summarizer = ({ edges, gaps = 'zero', peakFactor }: SummarizeOptions): Summarizer => {
  const groups: Group[] = []
  const groupIds = new Map<string, number>()
  const cells: OpenCell[] = []
  const cellsOfGroup: Map<number, OpenCell>[] = []
  const minutes = new Map<number, number>()
  const lengths = newLengthSample()
  let calls = 0
  let requests = 0
  let requestsKnown = true
  let rowsWithoutUsage = 0
  const reporting = { input: 0, output: 0 }
  let errors = 0
  let aborted = 0
  let firstAt = Number.POSITIVE_INFINITY
  let lastAt = Number.NEGATIVE_INFINITY
  let bucketWidth = 0
  let clock = 0
  let usable = 0

  const groupOf = (row: Row | CallSum): number => {
    const key = keyOf(row)
    const known = groupIds.get(key)
    if (known !== undefined) return known
    groups.push({
      tier: row.tier ?? 'standard',
      task: row.task,
      ...(row.model === undefined ? {} : { model: row.model }),
      ...(row.provider === undefined ? {} : { provider: row.provider }),
      ...(row.project === undefined ? {} : { project: row.project }),
    })
    groupIds.set(key, groups.length - 1)
    return groups.length - 1
  }

  // Calls come in time order, mostly of few groups: the last cell used is nearly always the next one.
  let lastCell: OpenCell | undefined
  const cellOf = (group: number, slot: number, segment: number): OpenCell => {
    if (lastCell !== undefined && lastCell.group === group && lastCell.slot === slot && lastCell.segment === segment)
      return lastCell
    const ofGroup = (cellsOfGroup[group] ??= new Map())
    const key = slot * (edges.length + 2) + segment + 1
    let cell = ofGroup.get(key)
    if (cell === undefined) {
      cell = { group, slot, segment, requests: 0, known: true, usage: { ...NO_USAGE } }
      ofGroup.set(key, cell)
      cells.push(cell)
    }
    lastCell = cell
    return cell
  }

  const tick = (at: Seconds): void => {
    while (clock < GRAINS.length - 1 && at % GRAINS[clock]! !== 0) clock += 1
  }

  const watch = (from: Seconds, to: Seconds): void => {
    if (from < firstAt) firstAt = from
    if (to > lastAt) lastAt = to
    tick(from)
  }

  const arrive = (minute: number, count: number): void => {
    minutes.set(minute, (minutes.get(minute) ?? 0) + count)
  }

  const count = (usage: Usage, cell: OpenCell, requestsOf: number): void => {
    const sums = cell.usage
    if (knowsInput(usage)) reporting.input += requestsOf
    if (usage.output !== undefined) reporting.output += requestsOf
    sums.freshInput += usage.freshInput ?? 0
    sums.cacheRead += usage.cacheRead ?? 0
    sums.cacheWrite5m += usage.cacheWrite5m ?? 0
    sums.cacheWrite1h += usage.cacheWrite1h ?? 0
    sums.output += usage.output ?? 0
  }

  const add = (row: Row): void => {
    usable += 1
    if (row.kind === 'bucket') {
      watch(row.from, row.to)
      bucketWidth = Math.max(bucketWidth, row.to - row.from)
      const cell = cellOf(groupOf(row), Math.floor(row.from / SECONDS_PER_SLOT), -1)
      count(row.usage, cell, row.requests ?? 0)
      if (row.requests === undefined) {
        requestsKnown = false
        cell.known = false
        return
      }
      cell.requests += row.requests
      requests += row.requests
      if (row.tier !== 'batch') arrive(Math.floor(row.from / ARRIVAL_STEP_SECONDS), row.requests)
      return
    }
    watch(row.at, row.at)
    // A failed call is counted and neither billed nor served: it widens the watch and nothing else.
    if (row.status === 'error') {
      errors += 1
      return
    }
    if (row.status === 'aborted') aborted += 1
    const { usage } = row
    const reported = usage.output !== undefined || usage.freshInput !== undefined || usage.cacheRead !== undefined
    if (
      !reported ||
      (row.task === 'generate' && row.status === 'ok' && (usage.freshInput === undefined || usage.output === undefined))
    )
      rowsWithoutUsage += 1
    const prompt = inputTokensOf(usage)
    const cell = cellOf(groupOf(row), Math.floor(row.at / SECONDS_PER_SLOT), segmentOf(edges, prompt))
    count(usage, cell, 1)
    cell.requests += 1
    requests += 1
    // A length that nobody reported is no short one.
    if (knowsInput(usage)) lengths.add(row.at, prompt, usage.output ?? 0)
    calls += 1
    // Batch work waits for its turn: it is paid for but leaves the peak alone.
    if (row.tier !== 'batch') arrive(Math.floor(row.at / ARRIVAL_STEP_SECONDS), 1)
  }

  const forMinutes = ({ slot, minutes: counts }: CallSum, use: (minute: number, count: number) => void): void => {
    for (const [nth, arrived] of counts.entries())
      if (arrived > 0) use((slot * SECONDS_PER_SLOT) / ARRIVAL_STEP_SECONDS + nth, arrived)
  }

  // Any time that is a multiple of their clock and of nothing coarser stands for all calls of a minute.
  const tickOf = (sum: CallSum): void => {
    const past = sum.clockSeconds < ARRIVAL_STEP_SECONDS ? sum.clockSeconds : 0
    forMinutes(sum, (minute) => tick(minute * ARRIVAL_STEP_SECONDS + past))
  }

  const addSum = (sum: CallSum): void => {
    usable += sum.calls
    watch(sum.firstAt, sum.lastAt)
    tickOf(sum)
    if (sum.status === 'error') {
      errors += sum.calls
      return
    }
    if (sum.status === 'aborted') aborted += sum.calls
    rowsWithoutUsage += sum.withoutUsage
    const cell = cellOf(groupOf(sum), sum.slot, sum.segment)
    count(sum.usage, cell, sum.calls)
    cell.requests += sum.calls
    requests += sum.calls
    calls += sum.calls
    if (knowsInput(sum.usage)) for (const { at, input, output } of sum.sample) lengths.add(at, input, output)
    if (sum.tier !== 'batch') forMinutes(sum, arrive)
  }

  const see = (row: Row | CallSum): void => {
    usable += 1
    if (!('kind' in row)) {
      watch(row.firstAt, row.lastAt)
      tickOf(row)
      forMinutes(row, (minute) => arrive(minute, 0))
      return
    }
    const from = row.kind === 'bucket' ? row.from : row.at
    watch(from, row.kind === 'bucket' ? row.to : row.at)
    if (row.kind === 'bucket') bucketWidth = Math.max(bucketWidth, row.to - row.from)
    arrive(Math.floor(from / ARRIVAL_STEP_SECONDS), 0)
  }

  const watched = (): Watch => {
    const grainSeconds = Math.max(bucketWidth, usable > 1 ? GRAINS[clock]! : 1)
    const endAt = bucketWidth > 0 ? lastAt : lastAt + grainSeconds
    return { firstAt, lastAt, grainSeconds, endAt, busySeconds: watchedOf(minutes, grainSeconds) }
  }

  const done = (over: Watch = watched()): Workload => {
    const { grainSeconds, endAt: end } = over
    const watchedSeconds = usable === 0 ? 0 : gaps === 'unwatched' ? over.busySeconds : end - over.firstAt
    const arrivals = requestsKnown ? arrivalsOf(minutes, over.firstAt, end) : undefined
    const usage = sumOf(cells)
    return {
      ...inOrder(groups, cells),
      edges,
      lengths: lengths.of(calls),
      usage,
      rowsWithoutUsage,
      ...(requestsKnown && (reporting.input < requests || reporting.output < requests) ? { reporting } : {}),
      errors,
      aborted,
      grainSeconds,
      watchedSeconds,
      peak:
        peakFactor === undefined
          ? observedPeak(arrivals, grainSeconds, watchedSeconds)
          : assumedPeak(peakFactor, 'given'),
      ...(requestsKnown ? { requests } : {}),
      ...(arrivals === undefined ? {} : { arrivals }),
      ...(usable === 0 ? {} : { firstAt: over.firstAt, lastAt: over.lastAt }),
    }
  }

  return { add, addSum, see, watched, done }
}

const knowsInput = ({ freshInput, cacheRead }: Usage): boolean => freshInput !== undefined || cacheRead !== undefined

const keyOf = ({ model, provider, tier, project, task }: Partial<Group>): string =>
  `${model ?? ''}\u0000${provider ?? ''}\u0000${tier ?? ''}\u0000${project ?? ''}\u0000${task}`

/** Groups by name and cells by time: the same traffic is the same value, in whatever order it came. */
const inOrder = (groups: readonly Group[], cells: readonly OpenCell[]): Pick<Workload, 'groups' | 'cells'> => {
  const keys = groups.map(keyOf)
  const order = keys.map((_, index) => index).toSorted((a, b) => (keys[a]! < keys[b]! ? -1 : 1))
  const places: number[] = []
  for (const [place, index] of order.entries()) places[index] = place
  return {
    groups: order.map((index) => groups[index]!),
    cells: cells
      .map((cell) => ({ ...cell, group: places[cell.group]! }))
      .toSorted((a, b) => a.group - b.group || a.slot - b.slot || a.segment - b.segment)
      .map(closeCell),
  }
}

const closeCell = ({ group, slot, segment, requests, known, usage }: OpenCell): Cell => ({
  group,
  slot,
  usage,
  ...(segment < 0 ? {} : { segment }),
  ...(known ? { requests } : {}),
})

const sumOf = (cells: readonly OpenCell[]): Workload['usage'] => {
  const sums = { ...NO_USAGE }
  for (const cell of cells) for (const meter of METERS) sums[meter] += cell.usage[meter]
  return sums
}

const arrivalsOf = (minutes: ReadonlyMap<number, number>, firstAt: Seconds, end: Seconds): Arrivals | undefined => {
  if (minutes.size === 0) return undefined
  const first = Math.floor(firstAt / ARRIVAL_STEP_SECONDS)
  const steps = Math.max(1, Math.ceil(end / ARRIVAL_STEP_SECONDS) - first)
  if (steps > MAX_ARRIVAL_STEPS) return undefined
  const requests = new Float64Array(steps)
  for (const [minute, count] of minutes) requests[minute - first] = count
  return { startAt: first * ARRIVAL_STEP_SECONDS, stepSeconds: ARRIVAL_STEP_SECONDS, requests }
}

/** Where gaps are unwatched time, an hour counts as watched when it holds a request. */
const watchedOf = (minutes: ReadonlyMap<number, number>, grainSeconds: Seconds): Seconds => {
  const width = Math.max(grainSeconds, SECONDS_PER_HOUR)
  return new Set([...minutes.keys()].map((minute) => Math.floor((minute * ARRIVAL_STEP_SECONDS) / width))).size * width
}
