import type { CostCurve, Line } from './cost.ts'
import { bentCurve, flatCurve, sumCurves } from './curve.ts'
import type { HostedPriced } from './hosted-cost.ts'
import type { LoadShape } from './load-shape.ts'
import type { HybridLook } from './play-hybrid.ts'
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

/** Which part of a renter's line goes over. */
type ShareOfLine = (line: Line) => number

/** Machines always on, every request through the own front, the overflow at the renter's price. */
const hybridOf = (
  question: HybridQuestion,
  machines: number,
  width: number = question.hosted.step.requestsPerDay,
  shareOf?: ShareOfLine,
): HybridPriced => {
  const { hosted, load, apiUsdPerRequest, apiLines, requestsPerDay } = question
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
  const lines = [
    ...own,
    ...apiLines.map((line) => scaledLine(line, shareOf?.(line) ?? overflowShare, `overflow: ${line.item}`)),
  ]
  return { machines, overflowShare, usdPerDay: curve.at(requestsPerDay), lines, curve }
}

/** Lines that grow with the number of machines rather than with requests. */
const isMachineLine = ({ unit, item }: Line): boolean =>
  (unit === 'instance-hours' && !item.startsWith('fine-tuning')) || item === 'disk for the weights'

/** What both sides share the work for: the best uses both, and saves enough over the better one alone. */
const isWorthIt = (hybrid: HybridPriced, { hosted, apiUsdPerRequest, requestsPerDay }: HybridQuestion): boolean => {
  const pure = Math.min(hosted.curve.at(requestsPerDay), apiUsdPerRequest * requestsPerDay)
  return hybrid.overflowShare > 0 && hybrid.overflowShare < 1 && hybrid.usdPerDay < pure * (1 - HYBRID_MINIMUM_SAVING)
}

/** What goes over, as it was seen when a day was played. */
export type SeenOverflow = Pick<
  Extract<HybridLook, { fits: true }>,
  'machines' | 'callsOver' | 'inputOver' | 'outputOver'
>

/** Where a renter's line stands for prompts, for completions or for calls. */
export const shareOver = (
  { unit, item }: Line,
  { callsOver, inputOver, outputOver }: Omit<SeenOverflow, 'machines'>,
): number => (unit === 'million tokens' ? (item.startsWith('output') ? outputOver : inputOver) : callsOver)

const HALVINGS = 50
/** A machine may carry so much more or less than its rate says. */
const WIDEST = 16

/** What one machine takes in a day, such that on this load the share that was seen goes over. */
const widthSeen = ({ hosted, load, requestsPerDay }: HybridQuestion, { machines, callsOver }: SeenOverflow): number => {
  const { requestsPerDay: width } = hosted.step
  let [low, high] = [width / WIDEST, width * WIDEST]
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2
    if (overflowPerDay(load, requestsPerDay, middle, machines) > callsOver * requestsPerDay) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * The hybrid as it was seen: the shares that went over at today's volume, token by token, and about it the curve whose
 * machines take just so much. Undefined where it uses only one side, or saves too little.
 */
export const hybridSeen = (question: HybridQuestion, seen: SeenOverflow): HybridPriced | undefined => {
  const { apiLines, requestsPerDay } = question
  if (seen.callsOver <= 0 || seen.callsOver >= 1) return undefined
  const overUsd = apiLines.reduce((sum, line) => sum + line.usd * shareOver(line, seen), 0)
  const apiUsdPerRequest = overUsd / (seen.callsOver * requestsPerDay)
  const width = widthSeen(question, seen)
  const hybrid = hybridOf({ ...question, apiUsdPerRequest }, seen.machines, width, (line) => shareOver(line, seen))
  return isWorthIt(hybrid, question) ? hybrid : undefined
}

/**
 * The best number of machines for the base: the cost is convex in it (each further machine takes less overflow),
 * so the first that no longer saves ends the search. Undefined where the best uses only one side, or saves too little.
 */
export const hybridCost = (question: HybridQuestion): HybridPriced | undefined => {
  const best = bestHybrid(question)
  return best !== undefined && isWorthIt(best, question) ? best : undefined
}

/** The cheapest, whether or not it is worth it. */
export const bestHybrid = (question: HybridQuestion): HybridPriced | undefined => {
  let best: HybridPriced | undefined
  for (let machines = 1; ; machines += 1) {
    const next = hybridOf(question, machines)
    if (next.overflowShare <= 0) break
    if (best !== undefined && next.usdPerDay >= best.usdPerDay) break
    best = next
  }
  return best
}
