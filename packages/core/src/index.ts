// The public face of the economics, from units to the answer.

// Units, and what every figure carries
export type { Bytes, IsoDate, Seconds, Sure, Tokens, Usd } from './units.ts'
export {
  BYTES_PER_GB,
  BYTES_PER_MIB,
  DAYS_PER_MONTH,
  DAYS_PER_YEAR,
  HOURS_PER_DAY,
  HOURS_PER_MONTH,
  SECONDS_PER_DAY,
  SECONDS_PER_HOUR,
  TOKENS_PER_PRICE_UNIT,
} from './units.ts'
export { dateOf, leastSure, startOfDate, SURENESS } from './units.ts'
export { InputError, type Place, placeText } from './error.ts'
export { visible } from './visible.ts'
export { didYouMean, suggest } from './suggest.ts'

// Traffic
export type { Bucket, Call, CallStatus, FullUsage, Meter, Row, Task, Tier, Usage } from './usage.ts'
export { INPUT_METERS, inputTokensOf, METERS, NO_USAGE } from './usage.ts'
export type { Arrivals, Cell, Group, LengthSample, Workload } from './workload.ts'
export { type SummarizeOptions, type Summarizer, summarizer } from './summarize.ts'
export { type CallSum, type SampledCall } from './summarize-sum.ts'
export { HASH_FACTORS, LENGTHS_KEPT } from './summarize-lengths.ts'
export { tokensOfWords, type TrafficNumbers, workloadFromNumbers } from './numbers.ts'
export { scaledTo } from './scale-workload.ts'
export { type Collector, collector, matches, parseWhere, type RowFilter } from './part-of-traffic.ts'
export { type Discount, parseDiscount, parseMap, parseShare } from './flag-texts.ts'
export { type Arrived, arrivals } from './arrived.ts'
export { rowKeeper } from './row-keeper.ts'
export { requestsPerDayOf } from './workload-summary.ts'
export { assumedShape, type LoadShape } from './load-shape.ts'
export { segmentEdges, tokenRatioOf } from './tokens.ts'

// The catalogue
export type {
  Accelerator,
  ApiModel,
  CapabilityClass,
  Catalog,
  Engine,
  Instance,
  InstanceRate,
  MeterPrices,
  OpenModel,
  Precision,
  Price,
  PriceBand,
  PriceHours,
  Provenance,
  Purchase,
  ServiceRate,
  ServiceTier,
  TokenizerFamily,
} from './catalog.ts'
export { GENERATING_CLASSES } from './catalog.ts'

// Prices
export {
  compilePrice,
  holdsAt,
  priceAt,
  type Tariff,
  tariffOf,
  type TariffQuery,
  type TariffResult,
  thresholdsOf,
} from './price.ts'
export { indexModels, type ModelIndex, OWN_HOSTING, type Resolved, resolveModel } from './model-index.ts'
export { apiBill, type ApiBill, type ApiConditions, prepare, type Prepared } from './api-cost.ts'
export { asIsBill, type AsIsBill } from './as-is.ts'

// Capacity
export type { Capacity, LatencyTarget, Replica, RequestShape } from './capacity.ts'
export { capacityOf, latencyAt } from './capacity.ts'
export { peakFlops } from './roofline.ts'
export { type NoSimulation, type Requests, simulate, type Simulation, type SimulationOptions } from './replica.ts'
export { type LiveReplica, liveReplica, type LiveTokens } from './replica-live.ts'
export { type Latencies, latenciesOf, type Percentiles } from './replica-latency.ts'
export {
  type FixedFleet,
  fixedFleet,
  type FleetOptions,
  type FleetSimulation,
  type Routing,
  simulateFleet,
  type Slo,
} from './fleet.ts'
export { accuracyBySource, accuracyOf, type Accuracy, type Residual } from './validate/accuracy.ts'
export { predict, type Prediction, type Trial } from './validate/trial.ts'
export { type HourlyFleet, hourlyFleet, type ScalingOptions } from './fleet-hourly.ts'
export { type Look, lookAt, playHere, type PlayTask, type Round, SCALING, type Stage, type Staged } from './play.ts'
export { type Configuration, searching, type SearchQuestion, type SearchResult } from './search.ts'
export { randomFrom } from './random.ts'
export { mostAtOnce, simulateOverflow } from './overflow.ts'
export { kvBytesPerToken, parametersOf, weightBytes } from './model.ts'
export { type Memory, memoryOf } from './model-memory.ts'

// The comparison
export type { Deployment, Front, Option, OptionId, ReplicaPolicy } from './option.ts'
export type { Cost, CostCurve, CurveParts, Line } from './cost.ts'
export { type Conditions, DEFAULT_CONDITIONS, type HostChoice } from './conditions.ts'
export type {
  Comparison,
  PairBreakeven,
  PlayedFleet,
  PlayedHybrid,
  PricedOption,
  RunnerUp,
  Sensitivity,
  Stretch,
  WorkloadSummary,
} from './comparison.ts'
export { hostedOne, type HostedOne } from './hosted-one.ts'
export { STANDING, logBytesPerRequest } from './standing-cost.ts'
export { volumeGb } from './hosted-cost.ts'
export type { Container } from './container.ts'
export { compare, comparing } from './compare.ts'
export { articleComparison, type ArticlePreset } from './article.ts'
export { breakevenOf, type Racer } from './breakeven.ts'
export { bentCurve, curveOf, flatCurve, linearCurve, stairCurve, sumCurves } from './curve.ts'
