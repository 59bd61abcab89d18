import type { Capacity, RequestShape } from './capacity.ts'
import type { Catalog, InstanceRate } from './catalog.ts'
import type { CostCurve, Line } from './cost.ts'
import { flatCurve, stairCurve, stepsFor, sumCurves } from './curve.ts'
import { everyDay, type Part, perRequest } from './hosted-part.ts'
import type { LoadShape } from './load-shape.ts'
import { weightBytes } from './model.ts'
import type { Deployment } from './option.ts'
import { findService, serviceLine } from './service-cost.ts'
import { aroundParts } from './standing-cost.ts'
import type { IsoDate, Seconds, Usd } from './units.ts'
import { BYTES_PER_GB, HOURS_PER_DAY, HOURS_PER_MONTH, SECONDS_PER_DAY } from './units.ts'

/** What a hosted option is priced under. */
type HostedConditions = {
  readonly on: IsoDate
  /** Share of a replica's sustainable rate that the peak may use, 0 to 1. */
  readonly utilisation: number
  readonly lambdaMemoryGb: number
  readonly people: { readonly hoursPerMonth: number; readonly usdPerHour: Usd }
  readonly fineTuning: { readonly hours: number; readonly months: number }
  /** Multiplies what a replica carries: the band and the sensitivity run the same code under other factors. */
  readonly throughputFactor?: number
}

/** The body of a request or answer on the wire. About 4 bytes a token of English, and a JSON frame around it. */
const BYTES_PER_TOKEN = 4
const FRAME_BYTES = 500
/** A streamed chunk carries one token in about 250 bytes of JSON. */
const STREAMED_BYTES_PER_TOKEN = 250
const HTTP_METERING_BYTES = 512 * 1024
const REST_STREAM_METERING_BYTES = 10e6

/** Disk for the weights twice over (download and load), the container image and logs. */
export const volumeGb = (deployment: Pick<Deployment, 'model' | 'precision'>): number =>
  Math.ceil((2 * weightBytes(deployment.model, deployment.precision)) / BYTES_PER_GB + 30)

/** The rate nearest in time to a date: AWS prices move seldom, and few are dated when they began. */
export const rateOf = ({ instance, region, purchase }: Deployment, on: IsoDate): InstanceRate | undefined =>
  instance.rates
    .filter((rate) => rate.region === region && rate.purchase === purchase)
    .toSorted(
      (a, b) => Math.abs(Date.parse(a.asOf) - Date.parse(on)) - Math.abs(Date.parse(b.asOf) - Date.parse(on)),
    )[0]

/** Replicas that one machine holds. A CPU machine holds one. */
export const replicasPerInstance = ({ instance, tensorParallel }: Deployment): number =>
  Math.max(1, Math.floor(instance.acceleratorCount / tensorParallel))

/** Requests a day that one machine carries when its busiest moment is `peakFactor` times the mean. */
const instanceRequestsPerDay = (
  deployment: Deployment,
  requestsPerSecond: number,
  peakFactor: number,
  conditions: HostedConditions,
): number =>
  (requestsPerSecond *
    (conditions.throughputFactor ?? 1) *
    conditions.utilisation *
    replicasPerInstance(deployment) *
    SECONDS_PER_DAY) /
  peakFactor

export type HostedQuestion = {
  readonly deployment: Deployment
  readonly capacity: Extract<Capacity, { fits: true }>
  readonly shape: RequestShape
  readonly load: LoadShape
  readonly services: Catalog['services']
  readonly conditions: HostedConditions
}

type Machines = {
  readonly at: (perDay: number) => { min: number; mean: number; max: number }
  readonly curve: (usd: Usd) => CostCurve
}

/** Machines that run: for the peak all day, or for each class of hours what it needs. */
const machinesOf = ({ deployment, capacity, load, conditions }: HostedQuestion): Machines => {
  const peakFactor = load[0]?.factor ?? 1
  const widthAt = (factor: number): number =>
    instanceRequestsPerDay(deployment, capacity.requestsPerSecond, factor, conditions)
  if (deployment.replicas === 'fixed') {
    const width = widthAt(peakFactor)
    return {
      at: (n) => {
        const count = stepsFor(n, width, 1)
        return { min: count, mean: count, max: count }
      },
      curve: (usd) => stairCurve(usd, width),
    }
  }
  const classes = load.map(({ share, factor }) => ({
    share,
    width: factor === 0 ? Number.POSITIVE_INFINITY : widthAt(factor),
  }))
  return {
    at: (n) => {
      const counts = classes.map(({ width }) => stepsFor(n, width, 1))
      return {
        min: Math.min(...counts),
        mean: classes.reduce((sum, { share }, at) => sum + share * counts[at]!, 0),
        max: Math.max(...counts),
      }
    },
    curve: (usd) =>
      sumCurves(
        classes.map(({ share, width }) =>
          Number.isFinite(width) ? stairCurve(usd * share, width) : flatCurve(usd * share),
        ),
      ),
  }
}

const machinePart = (question: HostedQuestion, rate: InstanceRate, machines: Machines): Part => ({
  billed: 'instance',
  line: (n) => {
    const hours = machines.at(n).mean * HOURS_PER_DAY
    const item = `${question.deployment.instance.id}, ${rate.purchase}`
    return {
      item,
      quantity: hours,
      unit: 'instance-hours',
      unitUsd: rate.usdPerHour,
      usd: hours * rate.usdPerHour,
      source: rate.source,
      asOf: rate.asOf,
      sure: rate.sure,
    }
  },
  curve: machines.curve(rate.usdPerHour * HOURS_PER_DAY),
})

/** Disk is billed by the machine where it has none of its own. */
const storagePart = ({ deployment, services }: HostedQuestion, machines: Machines): Part | undefined => {
  if (deployment.instance.localDisk || deployment.instance.service === 'own') return undefined
  const rate = findService(services, 'sagemaker/storage', deployment.region)
  if (rate === undefined) return undefined
  const gbMonths = (volumeGb(deployment) * HOURS_PER_DAY) / HOURS_PER_MONTH
  return {
    billed: rate.id,
    line: (n) => serviceLine('disk for the weights', rate, machines.at(n).mean * gbMonths),
    curve: machines.curve(gbMonths * (rate.tiers[0]?.usd ?? 0)),
  }
}

/** Lambda is billed while it waits for the model: its seconds are the model's. */
const lambdaSeconds = ({ ttft, tpot }: { ttft: Seconds; tpot: Seconds }, { output }: RequestShape): Seconds =>
  ttft + Math.max(0, output - 1) * tpot

const bodyBytes = (tokens: number): number => FRAME_BYTES + tokens * BYTES_PER_TOKEN

const gatewayPart = ({ deployment, services, shape }: HostedQuestion): Part | undefined => {
  const { front, region } = deployment
  const rate = findService(services, `apigateway-${front}/requests`, region)
  if (rate === undefined) return undefined
  const [metered, what] =
    front === 'http'
      ? [
          Math.max(1, Math.ceil(Math.max(bodyBytes(shape.input), bodyBytes(shape.output)) / HTTP_METERING_BYTES)),
          'API Gateway (HTTP API, per 512 KB)',
        ]
      : [
          Math.max(1, Math.ceil((shape.output * STREAMED_BYTES_PER_TOKEN) / REST_STREAM_METERING_BYTES)),
          'API Gateway (REST API, streaming)',
        ]
  return perRequest(what, rate, metered)
}

const frontParts = (question: HostedQuestion): readonly (Part | undefined)[] => {
  const { deployment, services, shape, capacity, conditions } = question
  if (deployment.front === 'none') return []
  const duration = findService(services, 'lambda/duration-arm64', deployment.region)
  const requests = findService(services, 'lambda/requests', deployment.region)
  const seconds = lambdaSeconds(capacity, shape)
  return [
    gatewayPart(question),
    duration &&
      perRequest(
        `Lambda, ${Math.round(conditions.lambdaMemoryGb * 1024)} MB waiting ${seconds.toFixed(2)} s, as at full load`,
        duration,
        conditions.lambdaMemoryGb * seconds,
      ),
    requests && perRequest('Lambda requests', requests, 1),
  ]
}

const transferParts = ({ deployment, services, shape }: HostedQuestion): readonly (Part | undefined)[] => {
  const streamed =
    deployment.front === 'http' ? bodyBytes(shape.output) : FRAME_BYTES + shape.output * STREAMED_BYTES_PER_TOKEN
  const out = findService(services, 'data-transfer/internet-out', deployment.region)
  const processed =
    deployment.instance.service === 'sagemaker'
      ? findService(services, 'sagemaker/data-processed', deployment.region)
      : undefined
  return [
    deployment.instance.service === 'own'
      ? undefined
      : out && perRequest('internet transfer out', out, streamed / BYTES_PER_GB),
    processed && perRequest('endpoint data in and out', processed, (bodyBytes(shape.input) + streamed) / BYTES_PER_GB),
  ]
}

const peopleParts = ({ conditions }: HostedQuestion, rate: InstanceRate): readonly (Part | undefined)[] => {
  const { people, fineTuning, on } = conditions
  const daysPerMonth = HOURS_PER_MONTH / HOURS_PER_DAY
  const peopleHours = people.hoursPerMonth / daysPerMonth
  const trainingHours = fineTuning.hours / fineTuning.months / daysPerMonth
  const given = { source: 'given by the user', asOf: on, sure: 'assumed' as const }
  return [
    people.hoursPerMonth > 0
      ? everyDay('people', {
          item: 'people',
          quantity: peopleHours,
          unit: 'hours',
          unitUsd: people.usdPerHour,
          usd: peopleHours * people.usdPerHour,
          ...given,
        })
      : undefined,
    fineTuning.hours > 0
      ? everyDay('fine-tuning', {
          item: `fine-tuning, over ${fineTuning.months} months`,
          quantity: trainingHours,
          unit: 'instance-hours',
          unitUsd: rate.usdPerHour,
          usd: trainingHours * rate.usdPerHour,
          source: rate.source,
          asOf: rate.asOf,
          sure: rate.sure,
        })
      : undefined,
  ]
}

export type HostedPriced = {
  readonly lines: (perDay: number) => readonly Line[]
  /** The same lines, each with what is billed there: `lambda/requests`, `waf/rule`, `instance`, … */
  readonly items: (perDay: number) => readonly { readonly billed: string; readonly line: Line }[]
  readonly curve: CostCurve
  readonly replicas: (perDay: number) => { readonly min: number; readonly mean: number; readonly max: number }
  readonly rate: InstanceRate
  /** Requests a day that one more machine carries, and what it costs a day: the step of the staircase. */
  readonly step: { readonly requestsPerDay: number; readonly usdPerDay: Usd }
  /** What requests cost beside the machines. */
  readonly variable: CostCurve
  /** What a day costs where the load or the throughput of a replica is another: only the machines change. */
  readonly usdPerDayUnder: (perDay: number, load: LoadShape, throughputFactor: number) => Usd
}

/**
 * A hosted option as a receipt and a curve: machines for the peak (all paid hours), disk, Lambda while it waits,
 * API Gateway, transfer, people and fine-tuning. Undefined where the machine has no price in the region.
 */
export const hostedCost = (question: HostedQuestion): HostedPriced | undefined => {
  const rate = rateOf(question.deployment, question.conditions.on)
  if (rate === undefined) return undefined
  const machines = machinesOf(question)
  const steppedBy = (running: Machines): readonly Part[] =>
    [machinePart(question, rate, running), storagePart(question, running)].filter((part) => part !== undefined)
  const stepped = steppedBy(machines)
  const around = aroundParts(question)
  const flowing = [...frontParts(question), ...transferParts(question), ...around.withRequests].filter(
    (part) => part !== undefined,
  )
  const standing = [...around.everyDay, ...peopleParts(question, rate)].filter((part) => part !== undefined)
  const parts = [...stepped, ...flowing, ...standing]
  const perInstance = replicasPerInstance(question.deployment)
  const variable = sumCurves(flowing.map((part) => part.curve))
  return {
    lines: (n) => parts.map((part) => part.line(n)),
    items: (n) => parts.map(({ billed, line }) => ({ billed, line: line(n) })),
    curve: sumCurves([...[...stepped, ...standing].map((part) => part.curve), variable]),
    replicas: (n) => {
      const { min, mean, max } = machines.at(n)
      return { min: min * perInstance, mean: mean * perInstance, max: max * perInstance }
    },
    rate,
    step: {
      requestsPerDay: instanceRequestsPerDay(
        question.deployment,
        question.capacity.requestsPerSecond,
        1,
        question.conditions,
      ),
      usdPerDay: sumCurves(stepped.map((part) => part.curve)).at(0),
    },
    variable,
    usdPerDayUnder: (n, load, throughputFactor) => {
      const running = machinesOf({ ...question, load, conditions: { ...question.conditions, throughputFactor } })
      const shifting = steppedBy(running).reduce((sum, { curve }) => sum + curve.at(n), 0)
      return shifting + variable.at(n) + standing.reduce((sum, { curve }) => sum + curve.at(n), 0)
    },
  }
}
