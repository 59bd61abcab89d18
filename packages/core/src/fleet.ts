import { capacityOf } from './capacity.ts'
import type { Replica } from './model.ts'
import { type Latencies, latenciesOf, type Percentiles } from './replica-latency.ts'
import type { Engine, Outcome } from './replica-terms.ts'
import { type NoSimulation, playOf, type Requests } from './replica.ts'
import type { Seconds } from './units.ts'

/** The service level: this share of requests sees a first token and further tokens within these times. */
export type Slo = {
  readonly ttftSeconds: Seconds
  readonly tpotSeconds: Seconds
  readonly percentile: 'p95' | 'p99'
}

/** In turn, or to the replica with the fewest requests in it. */
export type Routing = 'round-robin' | 'least-outstanding'

/** How many replicas take requests at a moment: the first so many of those there are. */
export type Staffing = (at: Seconds) => number

export type FleetSimulation = {
  readonly fits: true
  /** The most that took requests at once. */
  readonly replicas: number
  readonly latencies: Latencies
  /** Request by request, in the order in which they were given. */
  readonly outcome: Outcome
  readonly holds: boolean
}

/** Whether a service level holds for these latencies, nothing being turned away. */
const holds = ({ ttft, tpot, rejected }: Latencies, { ttftSeconds, tpotSeconds, percentile }: Slo): boolean => {
  const of = (percentiles: Percentiles): Seconds => percentiles[percentile]
  return rejected === 0 && of(ttft) <= ttftSeconds && of(tpot) <= tpotSeconds
}

/** The one with the fewest requests; equals take turns. */
export const leastBusy = (engines: readonly Engine[], among: number, turn: number): number => {
  let best = 0
  let fewest = Infinity
  for (let step = 0; step < among; step++) {
    const index = (turn + step) % among
    const outstanding = engines[index]?.outstanding() ?? Infinity
    if (outstanding < fewest) [best, fewest] = [index, outstanding]
  }
  return best
}

/**
 * Plays requests through a fleet of equal replicas behind a router. A replica that is no longer staffed finishes what it has.
 * Deterministic; requests in the order of arrival.
 */
export const simulateFleet = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  staffing: Staffing,
  routing: Routing = 'least-outstanding',
): FleetSimulation | NoSimulation => {
  const play = playOf(replica, requests)
  if ('fits' in play) return play
  const engines: Engine[] = []
  let turn = 0
  for (let request = 0; request < requests.at.length; request++) {
    if (!play.accepts(request)) {
      play.outcome.rejected[request] = 1
      continue
    }
    const at = requests.at[request] ?? 0
    const among = Math.max(1, staffing(at))
    while (engines.length < among) engines.push(play.open())
    if (routing === 'least-outstanding') for (let index = 0; index < among; index++) engines[index]?.advance(at)
    const chosen = routing === 'round-robin' ? turn % among : leastBusy(engines, among, turn)
    turn++
    const engine = engines[chosen]
    engine?.advance(at)
    engine?.enqueue(request)
  }
  for (const engine of engines) engine.advance(Infinity)
  const latencies = latenciesOf(requests, play.outcome)
  return {
    fits: true,
    replicas: engines.length,
    latencies,
    outcome: play.outcome,
    holds: holds(latencies, slo),
  }
}

export type FixedFleet = FleetSimulation & { readonly simulations: number }

export type FleetOptions = {
  readonly routing?: Routing
  /** More replicas than this are not tried. */
  readonly most?: number
  /** Replicas come by the machine, so many at a time. */
  readonly step?: number
  /** Fewer machines than this are not tried. */
  readonly least?: number
  /** Machines with which the search begins; absent: what the closed form guesses. */
  readonly first?: number
}

const DEFAULT_MOST = 1024

const meanOf = (values: Float64Array): number => {
  let sum = 0
  for (const value of values) sum += value
  return values.length === 0 ? 0 : sum / values.length
}

/** The closed form's guess: the mean rate over what one replica carries. */
const firstGuess = (replica: Replica, requests: Requests, slo: Slo): number => {
  const { at } = requests
  const capacity = capacityOf(replica, { input: meanOf(requests.input), output: meanOf(requests.output) }, slo)
  const watched = Math.max(1, (at.at(-1) ?? 0) - (at[0] ?? 0))
  return capacity.fits ? Math.max(1, Math.ceil(at.length / watched / capacity.requestsPerSecond)) : 1
}

const missText = ({ latencies, replicas }: FleetSimulation, slo: Slo): string => {
  if (latencies.rejected > 0) {
    return `${latencies.rejected} of ${latencies.rejected + latencies.served} requests are longer than the context or the cache`
  }
  const of = (percentiles: Percentiles): string => `${percentiles[slo.percentile].toPrecision(3)} s`
  return `with ${replicas} replicas ${slo.percentile} is ${of(latencies.ttft)} to the first token and ${of(latencies.tpot)} a token; the target is ${slo.ttftSeconds} s and ${slo.tpotSeconds} s`
}

/** Twice as many replicas that better neither percentile by this share would not with a thousand either. */
const NO_BETTER = 0.999

const isNoBetter = ({ latencies: now }: FleetSimulation, { latencies: before }: FleetSimulation, slo: Slo): boolean =>
  now.ttft[slo.percentile] >= NO_BETTER * before.ttft[slo.percentile] &&
  now.tpot[slo.percentile] >= NO_BETTER * before.tpot[slo.percentile]

/**
 * The fewest machines of `step` replicas each with which the level holds: from `first` upwards by doubling, then between
 * what failed and what held by halving. Fewer than `least` are not looked at. `tried` plays one number of replicas.
 */
const fewest = (
  tried: (replicas: number) => FleetSimulation | NoSimulation,
  slo: Slo,
  { first, least, step, most }: { first: number; least: number; step: number; most: number },
): FleetSimulation | NoSimulation => {
  let high = Math.max(least, first)
  let low = least - 1
  let best = tried(high * step)
  while (best.fits && !best.holds) {
    if (high * step >= most || best.latencies.rejected > 0) return { fits: false, reason: missText(best, slo) }
    low = high
    high = Math.max(high + 1, Math.min(Math.floor(most / step), high * 2))
    const next = tried(high * step)
    if (next.fits && !next.holds && isNoBetter(next, best, slo)) return { fits: false, reason: missText(next, slo) }
    best = next
  }
  if (!best.fits) return best
  let kept: FleetSimulation = best
  while (high - low > 1) {
    const middle = (low + high) >> 1
    const simulation = tried(middle * step)
    if (simulation.fits && simulation.holds) [high, kept] = [middle, simulation]
    else low = middle
  }
  // A fleet of few requests may never have used all that was staffed.
  return { ...kept, replicas: high * step }
}

/**
 * The fewest replicas, always on, with which the service level holds on these very requests: from the closed form's guess
 * by doubling and halving, each step simulated; so what comes back has been seen to hold. Or why none does.
 */
export const fixedFleet = (
  replica: Replica,
  requests: Requests,
  slo: Slo,
  { routing = 'least-outstanding', most = DEFAULT_MOST, least = 1, step = 1, first }: FleetOptions = {},
): FixedFleet | NoSimulation => {
  let simulations = 0
  const tried = (replicas: number): FleetSimulation | NoSimulation => {
    simulations += 1
    return simulateFleet(replica, requests, slo, () => replicas, routing)
  }
  const guess = first ?? Math.ceil(firstGuess(replica, requests, slo) / step)
  // One request a replica is as good as it gets.
  const useful = Math.max(step, Math.min(most, Math.max(requests.at.length, least * step)))
  const found = fewest(tried, slo, { first: Math.min(guess, Math.ceil(useful / step)), least, step, most: useful })
  return found.fits ? { ...found, simulations } : found
}
