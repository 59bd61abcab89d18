import type { ApiBill } from './api-cost.ts'
import { apiBill, prepare } from './api-cost.ts'
import { asIsBill } from './as-is.ts'
import { breakevenOf, firstCrossing } from './breakeven.ts'
import { capacityMemo, replicaOf } from './candidates.ts'
import type { ApiModel } from './catalog.ts'
import type { Sensitivity } from './comparison.ts'
import { linearCurve } from './curve.ts'
import { hostedCost } from './hosted-cost.ts'
import { assumedShape, type LoadShape } from './load-shape.ts'
import type { HostedOutcome, Setting } from './price-options.ts'
import type { FullUsage } from './usage.ts'
import { daysWatched, meanShape, requestsPerDayOf } from './workload-summary.ts'
import type { Workload } from './workload.ts'

/** One world in which the pair is priced again. 1 everywhere is the comparison itself. */
type World = {
  readonly inputFactor: number
  readonly outputFactor: number
  readonly priceFactor: number
  readonly throughputFactor: number
  readonly peakFactor: number
  readonly bound: 'base' | 'low' | 'high'
}

const BASE: World = {
  inputFactor: 1,
  outputFactor: 1,
  priceFactor: 1,
  throughputFactor: 1,
  peakFactor: 1,
  bound: 'base',
}

const scale = (usage: FullUsage, input: number, output: number): FullUsage => ({
  freshInput: usage.freshInput * input,
  cacheRead: usage.cacheRead * input,
  cacheWrite5m: usage.cacheWrite5m * input,
  cacheWrite1h: usage.cacheWrite1h * input,
  output: usage.output * output,
})

/** The same requests with longer or shorter texts. Segments stay: a price tier is not crossed by this alone. */
const scaleTokens = (workload: Workload, { inputFactor, outputFactor }: World): Workload =>
  inputFactor === 1 && outputFactor === 1
    ? workload
    : {
        ...workload,
        usage: scale(workload.usage, inputFactor, outputFactor),
        cells: workload.cells.map((cell) => ({ ...cell, usage: scale(cell.usage, inputFactor, outputFactor) })),
      }

const scaleLoad = (load: LoadShape, factor: number): LoadShape =>
  factor === 1 ? load : assumedShape(Math.max(1, (load[0]?.factor ?? 1) * factor))

export type Pair = {
  readonly rentModel: ApiModel | undefined
  readonly run: HostedOutcome
}

/** The first volume at which running beats renting in one world. */
const crossingIn = (
  { catalog, index, conditions, load, unitsPerRequest }: Setting,
  workload: Workload,
  pair: Pair,
  world: World,
  horizon: number,
): number | undefined => {
  const changed = scaleTokens(workload, world)
  const prepared = prepare(changed, index)
  const query = {
    on: conditions.on,
    region: conditions.region,
    outputRatio: conditions.outputRatio,
    bound: world.bound,
    priceFactor: world.priceFactor,
  }
  const bill: ApiBill | { kind: 'asIs'; usd: number } =
    pair.rentModel === undefined
      ? { kind: 'asIs', usd: asIsBill(changed, index, query)?.usd ?? Number.NaN }
      : apiBill(prepared, pair.rentModel, catalog.tokenizers, query)
  if (bill.kind === 'unpriced') return undefined
  const shape = meanShape(changed)
  const { deployment } = pair.run
  const replica = replicaOf(catalog, deployment)
  if (replica === undefined) return undefined
  const capacity = capacityMemo(shape, conditions)(replica)
  if (!capacity.fits) return undefined
  const hosted = hostedCost({
    deployment,
    capacity,
    shape,
    load: scaleLoad(load, world.peakFactor),
    services: catalog.services,
    conditions: { ...conditions, throughputFactor: world.throughputFactor },
  })
  if (hosted === undefined) return undefined
  const perRequest = bill.usd / daysWatched(workload) / requestsPerDayOf(workload)
  const stretches = breakevenOf(
    [
      { id: 'rent', curve: linearCurve(perRequest) },
      { id: 'run', curve: hosted.curve },
    ],
    horizon / unitsPerRequest,
  )
  const at = firstCrossing(stretches, 'run')
  return at === undefined ? undefined : at * unitsPerRequest
}

type Lever = {
  readonly input: string
  readonly low: Partial<World>
  readonly high: Partial<World>
  readonly lowSetting: string
  readonly highSetting: string
}

/** Output's share of the tokens half as large and half again, the total kept. */
const outputShareLever = ({ input, output }: { input: number; output: number }): Lever | undefined => {
  if (input === 0 || output === 0) return undefined
  const total = input + output
  const at = (factor: number): Partial<World> => {
    const next = Math.min(output * factor, total * 0.95)
    return { outputFactor: next / output, inputFactor: (total - next) / input }
  }
  const percent = (factor: number): string =>
    `${((100 * Math.min(output * factor, total * 0.95)) / total).toFixed(0)} %`
  return {
    input: 'output share of tokens',
    low: at(0.5),
    high: at(1.5),
    lowSetting: percent(0.5),
    highSetting: percent(1.5),
  }
}

const leversOf = ({ prepared, load }: Setting, { run }: Pair): readonly Lever[] => {
  const { capacity } = run
  const { peak } = prepared.workload
  const peakFactor = load[0]?.factor ?? 1
  const peakLow = peak.origin === 'assumed' ? peak.low / peakFactor : 0.75
  const peakHigh = peak.origin === 'assumed' ? peak.high / peakFactor : 1.5
  const shape = meanShape(prepared.workload)
  const levers: (Lever | undefined)[] = [
    {
      input: 'tokens per request',
      low: { inputFactor: 0.5, outputFactor: 0.5 },
      high: { inputFactor: 2, outputFactor: 2 },
      lowSetting: Math.round((shape.input + shape.output) / 2).toLocaleString('en-US'),
      highSetting: Math.round((shape.input + shape.output) * 2).toLocaleString('en-US'),
    },
    outputShareLever(shape),
    {
      input: 'API price',
      low: { priceFactor: 0.8 },
      high: { priceFactor: 1.2 },
      lowSetting: '−20 %',
      highSetting: '+20 %',
    },
    {
      input: 'requests/s of a replica',
      low: { throughputFactor: capacity.low / capacity.requestsPerSecond },
      high: { throughputFactor: capacity.high / capacity.requestsPerSecond },
      lowSetting: capacity.low.toPrecision(2),
      highSetting: capacity.high.toPrecision(2),
    },
    {
      input: 'peak over mean',
      low: { peakFactor: peakLow },
      high: { peakFactor: peakHigh },
      lowSetting: (peakFactor * peakLow).toFixed(1),
      highSetting: (peakFactor * peakHigh).toFixed(1),
    },
    {
      input: 'tokeniser ratio',
      low: { bound: 'low' },
      high: { bound: 'high' },
      lowSetting: 'low end',
      highSetting: 'high end',
    },
  ]
  return levers.filter((lever) => lever !== undefined)
}

const spread = ({ atLow, atHigh, base }: Sensitivity): number =>
  Math.max(
    ...[atLow, atHigh].map((at) => (at === undefined ? Number.POSITIVE_INFINITY : Math.abs(Math.log(at / base)))),
  )

/**
 * Which input moves the break-even of a pair most: the pure core run again with one input at its low and its high
 * end. Ranked by how far, in ratio, the break-even moves; an end without any break-even ranks first.
 */
export const sensitivityOf = (setting: Setting, pair: Pair, horizon: number): readonly Sensitivity[] => {
  const { workload } = setting.prepared
  const crossing = (world: Partial<World>): number | undefined =>
    crossingIn(setting, workload, pair, { ...BASE, ...world }, horizon)
  const base = crossing({})
  if (base === undefined || base === 0) return []
  return leversOf(setting, pair)
    .map(({ input, low, high, lowSetting, highSetting }): Sensitivity => {
      const atLow = crossing(low)
      const atHigh = crossing(high)
      return {
        input,
        lowSetting,
        highSetting,
        base,
        ...(atLow === undefined ? {} : { atLow }),
        ...(atHigh === undefined ? {} : { atHigh }),
      }
    })
    .filter((row) => row.atLow !== base || row.atHigh !== base)
    .toSorted((a, b) => spread(b) - spread(a))
}
