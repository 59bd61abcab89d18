import { loadCatalog } from '@breakeven/catalog'
import { capacityOf, type Replica, type Requests, simulate, type Simulation } from '@breakeven/core'

const RUNS = 5
const REQUESTS = 20_000
const CALLS = 20_000
const CONFIGURATIONS = 200
const REQUESTS_EACH = 2000

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const milliseconds = (work: () => void): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

/** Evenly spread over (0, 1) without a pattern: multiples of the golden section. */
const share = (nth: number, phase: number): number => (phase + nth * 0.618_033_988_749_895) % 1

/** Poisson-like arrivals; exponential lengths with the means of Azure's 2023 conversations, 1,155 in and 211 out. */
const madeRequests = (count: number, perSecond: number): Requests => {
  let at = 0
  const draw = (mean: number, nth: number, phase: number): number => -mean * Math.log(1 - share(nth, phase))
  const rows = Array.from({ length: count }, (_, nth) => (at += draw(1 / perSecond, nth * 7, 0.1)))
  return {
    at: Float64Array.from(rows),
    input: Float64Array.from(rows, (_, nth) => Math.min(30_000, Math.ceil(draw(1155, nth * 3, 0.3)))),
    output: Float64Array.from(rows, (_, nth) => Math.min(4000, Math.ceil(draw(211, nth * 5, 0.7)))),
  }
}

const played = (replica: Replica, requests: Requests, stepByStep: boolean): Simulation => {
  const simulation = simulate(replica, requests, { stepByStep })
  if (!simulation.fits) throw new Error(simulation.reason)
  return simulation
}

const largestDifference = (one: Simulation, other: Simulation): number => {
  let largest = 0
  for (const key of ['firstAt', 'endAt'] as const) {
    for (let nth = 0; nth < one[key].length; nth += 1) {
      largest = Math.max(largest, Math.abs((one[key][nth] ?? 0) - (other[key][nth] ?? 0)))
    }
  }
  return largest
}

const replicaOn = (accelerator: string, model: string): Replica => {
  const catalog = loadCatalog()
  const find = <Row extends { readonly id: string }>(rows: readonly Row[], id: string): Row => {
    const row = rows.find((one) => one.id === id)
    if (row === undefined) throw new Error(`no ${id} in the catalogue`)
    return row
  }
  return {
    accelerator: find(catalog.accelerators, accelerator),
    model: find(catalog.openModels, model),
    engine: find(catalog.engines, 'vllm'),
    precision: 'bf16',
    tensorParallel: 1,
  }
}

/** The simulator with stretches computed at once against itself step by step, and both against the closed form's speed. */
export const benchCapacity = (): readonly string[] => {
  const replica = replicaOn('H100', 'llama-3.1-8b')
  const lines = [
    ['light', 0.3],
    ['medium', 3],
    ['heavy', 12],
    ['saturated', 60],
  ] as const
  const simulated = lines.map(([name, perSecond]) => {
    const requests = madeRequests(REQUESTS, perSecond)
    const [jumps, steps]: [number[], number[]] = [[], []]
    let difference = 0
    for (let run = 0; run < RUNS; run += 1) {
      const results: Simulation[] = []
      jumps.push(milliseconds(() => results.push(played(replica, requests, false))))
      steps.push(milliseconds(() => results.push(played(replica, requests, true))))
      const [one, other] = results
      if (one !== undefined && other !== undefined) difference = largestDifference(one, other)
    }
    const perSecondSimulated = Math.round(REQUESTS / (median(jumps) / 1000)).toLocaleString('en-US')
    return `${name} (${perSecond} requests/s): ${perSecondSimulated} simulated requests/s, ${(median(steps) / median(jumps)).toFixed(1)}x step by step, times equal to ${difference.toExponential(0)} s`
  })
  const target = { ttftSeconds: 2, tpotSeconds: 0.1 }
  const closed = milliseconds(() => {
    for (let call = 0; call < CALLS; call += 1) capacityOf(replica, { input: 1000 + (call % 300), output: 211 }, target)
  })
  const requests = madeRequests(REQUESTS_EACH, 6)
  const many = milliseconds(() => {
    for (let configuration = 0; configuration < CONFIGURATIONS; configuration += 1) played(replica, requests, false)
  })
  return [
    ...simulated,
    `closed form: ${((closed / CALLS) * 1000).toFixed(1)} us a call`,
    `1,000 configurations x 2,000 requests on one core: ${((many / 1000) * (1000 / CONFIGURATIONS)).toFixed(1)} s, from ${CONFIGURATIONS} (target 20 s on two)`,
  ]
}
