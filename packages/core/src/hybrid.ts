import type { CostCurve, Line } from './cost.ts'
import { bentCurve, flatCurve, sumCurves } from './curve.ts'
import type { HostedPriced } from './hosted-cost.ts'
import type { LoadShape } from './load-shape.ts'
import type { Usd } from './units.ts'

/** Own machines for the base, a renter for what goes over. */
export type HybridQuestion = {
  readonly hosted: HostedPriced
  readonly load: LoadShape
  /** What the renter takes for the mean request, and for all of today's requests by line. */
  readonly apiUsdPerRequest: Usd
  readonly apiLines: readonly Line[]
  readonly requestsPerDay: number
}

export type HybridPriced = {
  readonly machines: number
  readonly overflowShare: number
  readonly usdPerDay: Usd
  readonly lines: readonly Line[]
  readonly curve: CostCurve
}

/** A hybrid must save this share over the better of its two sides to be worth its complexity. */
const HYBRID_MINIMUM_SAVING = 0.02

/** Requests a day that go over when `machines` run always: in each class of hours, what exceeds them. */
export const overflowPerDay = (
  load: LoadShape,
  perDay: number,
  machineRequestsPerDay: number,
  machines: number,
): number =>
  load.reduce(
    (sum, { share, factor }) => sum + share * Math.max(0, perDay * factor - machines * machineRequestsPerDay),
    0,
  )

const scaledLine = (line: Line, factor: number, item: string): Line => ({
  ...line,
  item,
  quantity: line.quantity * factor,
  usd: line.usd * factor,
})

/** Machines always on, every request through the own front, the overflow at the renter's price. */
const hybridOf = (question: HybridQuestion, machines: number): HybridPriced => {
  const { hosted, load, apiUsdPerRequest, apiLines, requestsPerDay } = question
  const width = hosted.step.requestsPerDay
  const overflow = (n: number): number => overflowPerDay(load, n, width, machines)
  // What stands whatever the volume beyond the first machine: further machines, each with its disk.
  const standing = hosted.curve.at(0) + (machines - 1) * hosted.step.usdPerDay
  const corners = load
    .flatMap(({ factor }) => (factor > 0 ? [(machines * width) / factor] : []))
    .toSorted((a, b) => a - b)
  const curve = sumCurves([
    flatCurve(standing),
    hosted.variable,
    bentCurve((n) => overflow(n) * apiUsdPerRequest, corners),
  ])
  const overflowShare = requestsPerDay === 0 ? 0 : overflow(requestsPerDay) / requestsPerDay
  const running = hosted.replicas(requestsPerDay).mean
  const perMachine = hosted.replicas(0).mean
  const machineFactor = (machines * perMachine) / running
  const own = hosted
    .lines(requestsPerDay)
    .map((line) => (isMachineLine(line) ? scaledLine(line, machineFactor, line.item) : line))
  const lines = [...own, ...apiLines.map((line) => scaledLine(line, overflowShare, `overflow: ${line.item}`))]
  return { machines, overflowShare, usdPerDay: curve.at(requestsPerDay), lines, curve }
}

/** Lines that grow with the number of machines rather than with requests. */
const isMachineLine = ({ unit, item }: Line): boolean =>
  (unit === 'instance-hours' && !item.startsWith('fine-tuning')) || item === 'disk for the weights'

/**
 * The best number of machines for the base: the cost is convex in it (each further machine takes less overflow),
 * so the first that no longer saves ends the search. Undefined where the best uses only one side, or saves too little.
 */
export const hybridCost = (question: HybridQuestion): HybridPriced | undefined => {
  const { hosted, apiUsdPerRequest, requestsPerDay } = question
  const pure = Math.min(hosted.curve.at(requestsPerDay), apiUsdPerRequest * requestsPerDay)
  let best: HybridPriced | undefined
  for (let machines = 1; ; machines += 1) {
    const next = hybridOf(question, machines)
    if (next.overflowShare <= 0) break
    if (best !== undefined && next.usdPerDay >= best.usdPerDay) break
    best = next
  }
  return best !== undefined && best.overflowShare < 1 && best.usdPerDay < pure * (1 - HYBRID_MINIMUM_SAVING)
    ? best
    : undefined
}
