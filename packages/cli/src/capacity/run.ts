import { loadCatalog, type ShippedCatalog } from '@breakeven/catalog'
import { type Capacity, capacityOf, InputError, type Percentiles, type Precision, type Seconds } from '@breakeven/core'
import { type Column, countText, renderColumns, secondsText } from '@breakeven/report'

import type { Io } from '../io.ts'
import { lengthsOf } from './lengths.ts'
import { atConcurrency, atRate, type Loaded, sustained } from './load.ts'
import { type Choice, choiceOf, choiceText, modelNamed } from './replica.ts'

/** Of one replica, as they were typed: lengths may be left to the model. */
export type CapacityWish = Omit<CapacityFlags, 'inputTokens' | 'outputTokens'> &
  Partial<Pick<CapacityFlags, 'inputTokens' | 'outputTokens'>>

type CapacityFlags = {
  readonly model: string
  readonly instance: string
  readonly precision?: Precision
  readonly tensorParallel?: number
  readonly engine?: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly requestsPerSecond?: number
  readonly concurrency?: number
  readonly ttft: Seconds
  readonly tpot: Seconds
  readonly json: boolean
}

const NO_TARGET = { ttftSeconds: Infinity, tpotSeconds: Infinity }

/** What was found, whichever load was asked for. */
type Found = {
  readonly choice: Choice
  /** Whether it fits and what it is sure of, whatever the latency. */
  readonly free: Capacity
  readonly loaded: Loaded
}

const asked = ({ concurrency, requestsPerSecond }: CapacityFlags): boolean =>
  concurrency !== undefined || requestsPerSecond !== undefined

const loadOf = ({ replica }: Choice, free: Capacity, flags: CapacityFlags): Loaded => {
  const shape = { input: flags.inputTokens, output: flags.outputTokens }
  if (!free.fits) return free
  if (flags.concurrency !== undefined) return atConcurrency(replica, shape, flags.concurrency)
  return atRate(replica, shape, flags.requestsPerSecond ?? 0)
}

/** A capacity at a share of its rate. */
const scaled = (capacity: Capacity, share: number): Capacity =>
  capacity.fits
    ? {
        ...capacity,
        requestsPerSecond: share * capacity.requestsPerSecond,
        low: share * capacity.low,
        high: share * capacity.high,
      }
    : capacity

const foundOf = (catalog: ShippedCatalog, flags: CapacityFlags): Found => {
  const shape = { input: flags.inputTokens, output: flags.outputTokens }
  const target = { ttftSeconds: flags.ttft, tpotSeconds: flags.tpot }
  const choice = choiceOf(catalog, flags, shape, target)
  const { replica, capacity } = choice
  const free = capacityOf(replica, shape, NO_TARGET)
  if (!capacity.fits) return { choice, free, loaded: asked(flags) ? loadOf(choice, free, flags) : capacity }
  const { share, loaded } = sustained(replica, shape, target, capacity.requestsPerSecond)
  const seen = share > 0 ? scaled(capacity, share) : capacity
  return { choice: { ...choice, capacity: seen }, free, loaded: asked(flags) ? loadOf(choice, free, flags) : loaded }
}

/** The rate at which the target holds, or as asked for the rate that was reached. */
const rateOf = ({ choice: { capacity }, loaded }: Found, flags: CapacityFlags): number | undefined => {
  if (!loaded.fits) return undefined
  return capacity.fits && !asked(flags) ? capacity.requestsPerSecond : loaded.requestsPerSecond
}

const seconds = ({ mean, p50, p90, p95, p99 }: Percentiles): Percentiles => ({ mean, p50, p90, p95, p99 })

/** `breakeven/capacity@1` */
const jsonOf = (found: Found, flags: CapacityFlags): Record<string, unknown> => {
  const { choice, free, loaded } = found
  const { replica, instance, capacity, perInstance } = choice
  const rate = rateOf(found, flags)
  return {
    schema: 'breakeven/capacity@1',
    fits: loaded.fits,
    ...(loaded.fits ? {} : { reason: loaded.reason }),
    model: replica.model.id,
    instance: instance.id,
    precision: replica.precision,
    tensorParallel: replica.tensorParallel,
    engine: replica.engine.id,
    replicasPerInstance: perInstance,
    inputTokens: flags.inputTokens,
    outputTokens: flags.outputTokens,
    kvTokens: free.fits ? free.kvTokens : null,
    requestsPerSecond: rate ?? null,
    outputTokensPerSecond: rate === undefined ? null : rate * flags.outputTokens,
    sustainable: capacity.fits
      ? { requestsPerSecond: capacity.requestsPerSecond, low: capacity.low, high: capacity.high }
      : null,
    ttftSeconds: loaded.fits ? seconds(loaded.latencies.ttft) : null,
    tpotSeconds: loaded.fits ? seconds(loaded.latencies.tpot) : null,
    e2eSeconds: loaded.fits ? seconds(loaded.latencies.e2e) : null,
    limit: capacity.fits ? capacity.limit : free.fits ? 'latency' : null,
    sure: free.fits ? free.sure : null,
  }
}

type LatencyRow = { readonly name: string; readonly of: Percentiles }

const latencyColumns: readonly Column<LatencyRow>[] = [
  { head: 'seen by a client', cell: ({ name }) => name },
  ...(['mean', 'p50', 'p90', 'p95', 'p99'] as const).map((key): Column<LatencyRow> => ({
    head: key,
    cell: ({ of }) => secondsText(of[key]),
    align: 'right',
  })),
]

const LIMITS = {
  memory: 'the cache is full first',
  latency: 'the latency target is what binds',
  compute: 'the device is busy all the time first',
} as const

const carriesText = ({ choice: { capacity, perInstance }, free }: Found): string => {
  if (!free.fits) return `does not fit: ${free.reason}`
  if (!capacity.fits) return `misses the target at any rate: ${capacity.reason}`
  const { requestsPerSecond, low, high, limit, sure } = capacity
  const machine =
    perInstance === 1 ? '' : `; the machine holds ${perInstance} of them, ${countText(requestsPerSecond * perInstance)}`
  return `carries ${countText(requestsPerSecond)} requests/s (${countText(low)} to ${countText(high)}, ${sure})${machine}; ${LIMITS[limit]}`
}

const underText = (flags: CapacityFlags, rate: number): string => {
  const tokens = `${countText(rate)} requests/s, ${countText(rate * flags.outputTokens)} output tokens/s`
  if (flags.concurrency !== undefined) return `${countText(flags.concurrency)} requests at a time: ${tokens}`
  if (flags.requestsPerSecond === undefined) return `at that rate, simulated: ${tokens}`
  const behind =
    rate < 0.95 * flags.requestsPerSecond ? ' (it falls behind: the queue grows as long as this lasts)' : ''
  return `at ${countText(flags.requestsPerSecond)} requests/s, simulated: ${tokens}${behind}`
}

const tableOf = (found: Found, flags: CapacityFlags, look: { width: number; colour: boolean }): string => {
  const { choice, free, loaded } = found
  const lines = [
    choiceText(choice),
    `${countText(flags.inputTokens)} tokens in, ${countText(flags.outputTokens)} out; 19 of 20 requests within ${secondsText(flags.ttft)} to the first token, ${secondsText(flags.tpot)} for each further one`,
    '',
    ...(free.fits && free.kvTokens > 0
      ? [`holds ${countText(free.kvTokens)} tokens of context beside the weights`]
      : []),
    carriesText(found),
  ]
  if (!loaded.fits) return `${lines.join('\n')}\n`
  const { ttft, tpot, e2e } = loaded.latencies
  const rows: LatencyRow[] = [
    { name: 'first token', of: ttft },
    ...(tpot.mean > 0 ? [{ name: 'each further token', of: tpot }] : []),
    { name: 'whole answer', of: e2e },
  ]
  return `${[...lines, underText(flags, loaded.requestsPerSecond), '', renderColumns(latencyColumns, rows, look)].join('\n')}\n`
}

/** `breakeven capacity`: what one replica carries, and the latency there or under a load that is named. */
export const runCapacity = (wish: CapacityWish, io: Io): void => {
  if (wish.concurrency !== undefined && wish.requestsPerSecond !== undefined) {
    throw new InputError('--concurrency and --requests-per-second are two ways to load a replica', {
      hint: 'give one or the other',
    })
  }
  const catalog = loadCatalog()
  const flags = { ...wish, ...lengthsOf(modelNamed(catalog, wish.model), wish) }
  const found = foundOf(catalog, flags)
  const look = { width: io.stdout.columns ?? Infinity, colour: io.stdout.colour }
  io.stdout.write(flags.json ? `${JSON.stringify(jsonOf(found, flags), null, 2)}\n` : tableOf(found, flags, look))
}
