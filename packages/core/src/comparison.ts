import type { CapabilityClass } from './catalog.ts'
import type { CostCurve, Line } from './cost.ts'
import type { OptionId } from './option.ts'
import type { Percentiles } from './replica-latency.ts'
import type { IsoDate, Sure, Usd } from './units.ts'
import type { FullUsage } from './usage.ts'

/** How a fleet fared when the traffic was played through it; it is named because its target held there. */
export type PlayedFleet = {
  /** The rows as they came; as many as came in each minute; or a day under the assumed peak. */
  readonly on: 'rows' | 'minutes' | 'assumed'
  readonly requestsPlayed: number
  /** One part in so many of the fleet and of the traffic was played; 1: all of it. */
  readonly parts: number
  /** By what one replica sustains. More run where the traffic itself asked for more. */
  readonly sizedReplicas: number
  readonly replicas: number
  readonly ttftSeconds: Percentiles
  readonly tpotSeconds: Percentiles
}

/** A base on own machines and a renter for the rest, as it fared over a day that was played. */
export type PlayedHybrid = {
  readonly on: PlayedFleet['on']
  readonly requestsPlayed: number
  readonly machines: number
  readonly replicas: number
  /** Requests at a time that a replica takes; who finds all of them full goes to the renter. */
  readonly requestsAtOnce: number
  readonly renter: OptionId
  /** The two sides by themselves. */
  readonly ownAloneUsdPerDay: Usd
  readonly renterAloneUsdPerDay: Usd
  /** Shares that go to the renter. */
  readonly callsOver: number
  readonly inputTokensOver: number
  readonly outputTokensOver: number
  /** Of what stays. How fast the renter answers is in no price list, so it is not here. */
  readonly ownTtftSeconds: Percentiles
  readonly ownTpotSeconds: Percentiles
  /** Every number of machines that was played: machines and renter, without what both ways pay for the front. */
  readonly tried: readonly { readonly machines: number; readonly usdPerDay: Usd; readonly callsOver: number }[]
}

/** The next best way to run the same model, and why it is not the one. */
export type RunnerUp = { readonly id: OptionId; readonly label: string; readonly usdPerDay: Usd; readonly why: string }

/** One priced option: a receipt for a day, and how its cost moves with volume. */
export type PricedOption = {
  readonly id: OptionId
  readonly kind: 'asIs' | 'api' | 'hosted' | 'hybrid'
  /** For people: `gpt-4o (openai)`, `llama-3.1-8b on 2 × ml.g5.2xlarge, bf16`. */
  readonly label: string
  readonly class?: CapabilityClass
  readonly usdPerDay: Usd
  readonly usdPerMonth: Usd
  /** Absent where the number of requests is unknown. */
  readonly usdPerRequest?: Usd
  readonly low: Usd
  readonly high: Usd
  readonly lines: readonly Line[]
  /** The least sure of its lines. */
  readonly sure: Sure
  readonly asOf: IsoDate
  readonly notes: readonly string[]
  readonly replicas?: { readonly min: number; readonly mean: number; readonly max: number }
  /** Latency and rate of one replica, for hosted options. */
  readonly capacity?: {
    readonly requestsPerSecond: number
    readonly ttft: number
    readonly tpot: number
    readonly limit: string
    readonly sure: Sure
  }
  /** Where it was simulated. */
  readonly played?: PlayedFleet
  readonly playedHybrid?: PlayedHybrid
  /** Of the best way to run a model: the next one. */
  readonly runnerUp?: RunnerUp
  readonly curve: CostCurve
}

/** Between two volumes (per day) one option is the cheapest. `to` absent: for all that was looked at. */
export type Stretch = { readonly from: number; readonly to?: number; readonly cheapest: OptionId }

/** Where renting and running cross, for one rent/run pair. */
export type PairBreakeven = { readonly rent: OptionId; readonly run: OptionId; readonly stretches: readonly Stretch[] }

/** How far one input, moved from low to high, moves the break-even (absent: no break-even there). */
export type Sensitivity = {
  readonly input: string
  readonly lowSetting: string
  readonly highSetting: string
  readonly atLow?: number
  readonly atHigh?: number
  readonly base: number
}

export type WorkloadSummary = {
  readonly requestsPerDay?: number
  readonly tokensPerDay: FullUsage
  readonly watchedHours: number
  readonly peakFactor: number
  readonly peakRequestsPerSecond?: number
  readonly meanInput?: number
  readonly meanOutput?: number
  readonly rowsWithoutUsage: number
  /** Where the volume was given beside the files: the requests a day that the files themselves come to. */
  readonly ownRequestsPerDay?: number
}

/** The answer: table, chart, JSON and page are views of this one value. */
export type Comparison = {
  readonly on: IsoDate
  readonly region: string
  readonly estimate: 'closed-form' | 'simulated'
  readonly catalogue: { readonly hash: string; readonly asOf: IsoDate }
  readonly considered: number
  readonly workload: WorkloadSummary
  /** What the break-even counts: requests per day, or tokens per day where requests are unknown. */
  readonly axis: 'requestsPerDay' | 'tokensPerDay'
  /** Cheapest first. */
  readonly options: readonly PricedOption[]
  readonly ruledOut: readonly { readonly id: OptionId; readonly reason: string }[]
  readonly apart: readonly { readonly id: OptionId; readonly reason: string; readonly usdPerDay?: Usd }[]
  readonly assumed: readonly string[]
  /** For the field: stretches over volume, from 0 to the horizon. */
  readonly breakeven: readonly Stretch[]
  readonly pairs: readonly PairBreakeven[]
  readonly sensitivity: readonly Sensitivity[]
  /** The pair whose break-even the sensitivity is about; absent where none has one. */
  readonly sensitivityPair?: { readonly rent: OptionId; readonly run: OptionId }
  readonly horizonPerDay: number
  /** Models that the log names and that have no price, with their share of all tokens. */
  readonly unpriced: readonly {
    readonly model: string
    readonly tokens: number
    readonly share: number
    /** Absent: the catalogue does not price it. Else it is an open model that nobody sold: whose bill it is, and where hosting it is priced. */
    readonly reason?: string
  }[]
  /** Other break-evens that a preset's source works out, in its own terms. */
  readonly alsoBreakeven?: readonly { readonly label: string; readonly requestsPerDay: number }[]
  /** The bill the user says they paid over the watched time, beside ours. */
  readonly bill?: { readonly usd: Usd; readonly computedUsd: Usd }
}
