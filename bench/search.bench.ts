/**
 * Speed of the search for machines, one thread against the worker threads: `node bench/search.bench.ts`.
 * Aims, on two cores: 1,000 configurations x 2,000 requests in under 20 s, a full search for one model in under 5 s.
 */
import { availableParallelism } from 'node:os'
import { loadCatalog } from '@breakeven/catalog'
import {
  type Accelerator,
  capacityOf,
  compare,
  comparing,
  DEFAULT_CONDITIONS,
  lookAt,
  type Look,
  playHere,
  type PlayTask,
  type Replica,
  type Requests,
  type Round,
  searching,
  type SearchQuestion,
  segmentEdges,
  type Staged,
  summarizer,
} from '@breakeven/core'
import { newPool, type Pool, playIn } from '../packages/cli/src/players/pool.ts'

const CONFIGURATIONS = 1000
const REQUESTS = 2000
const TARGET = { ttftSeconds: 2, tpotSeconds: 0.1 }
const RUNS = 3
const ON = '2026-11-24'

const catalog = loadCatalog()

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const secondsOf = async (work: () => unknown): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
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
    input: Float64Array.from(rows, (_, nth) => Math.min(7000, Math.ceil(draw(1155, nth * 3, 0.3)))),
    output: Float64Array.from(rows, (_, nth) => Math.min(1000, Math.ceil(draw(211, nth * 5, 0.7)))),
  }
}

/** Every model on every accelerator, precision and split that fits, with as many replicas as its rate asks for. */
const tasksAt = (perSecond: number): readonly PlayTask[] => {
  const tasks: PlayTask[] = []
  const engine = catalog.engines.find(({ id }) => id === 'vllm')!
  const gpus: readonly Accelerator[] = catalog.accelerators.filter(({ kind }) => kind === 'gpu')
  for (const tensorParallel of [1, 2, 4, 8])
    for (const precision of ['bf16', 'fp8', 'int8', 'int4'] as const)
      for (const model of catalog.openModels.filter(({ kind }) => kind === 'decoder'))
        for (const accelerator of gpus) {
          const replica: Replica = { model, accelerator, precision, tensorParallel, engine }
          const capacity = capacityOf(replica, { input: 1155, output: 211 }, TARGET)
          if (!capacity.fits) continue
          const replicas = Math.ceil(perSecond / capacity.requestsPerSecond)
          tasks.push({ kind: 'fleet', replica, perInstance: 1, replicas })
        }
  // Every so many-th, so that all models, machines and splits are among them.
  const step = tasks.length / CONFIGURATIONS
  return Array.from({ length: Math.min(CONFIGURATIONS, tasks.length) }, (_, nth) => tasks[Math.floor(nth * step)]!)
}

const stageOf = (trace: Requests): Round['stage'] => ({
  slo: { ...TARGET, percentile: 'p95' },
  play: { unitAt: trace.at, input: trace.input, output: trace.output },
  trace,
  day: { origin: 'rows', requests: trace },
})

const same = (one: readonly Look[], other: readonly Look[]): string =>
  JSON.stringify(one) === JSON.stringify(other) ? 'the same results' : 'OTHER RESULTS'

const benchConfigurations = async (pool: Pool): Promise<string> => {
  const perSecond = 6
  const round: Round = { about: 'fleets', stage: stageOf(madeRequests(REQUESTS, perSecond)), tasks: tasksAt(perSecond) }
  let [here, apart]: [readonly Look[], readonly Look[]] = [[], []]
  const alone = await secondsOf(() => (here = round.tasks.map((task) => lookAt(task, round.stage))))
  const together = await secondsOf(async () => (apart = await pool.play(round, () => {})))
  return `${round.tasks.length.toLocaleString('en-US')} configurations x ${REQUESTS.toLocaleString('en-US')} requests: ${together.toFixed(1)} s in ${availableParallelism()} threads, ${alone.toFixed(1)} s in one (${(alone / together).toFixed(2)}x), ${same(here, apart)} (aim: under 20 s)`
}

/** A result in one thread and with a pool that is started for it, as the command does. */
const both = async <Result>(staged: () => Staged<Result>): Promise<{ alone: number; together: number }> => {
  const [alone, together]: [number[], number[]] = [[], []]
  for (let run = 0; run < RUNS; run += 1) {
    alone.push(await secondsOf(() => playHere(staged())))
    together.push(
      await secondsOf(async () => {
        const pool = newPool()
        await playIn(pool, staged())
        await pool.close()
      }),
    )
  }
  return { alone: median(alone), together: median(together) }
}

const benchSearch = async (id: string, trace: Requests): Promise<string> => {
  const question: SearchQuestion = {
    catalog,
    model: catalog.openModels.find((model) => model.id === id)!,
    region: 'us-east-1',
    purchase: 'on-demand',
    on: ON,
    slo: { ...TARGET, percentile: 'p95' },
    trace,
    spare: 0,
  }
  const { considered, simulated } = playHere(searching(question))
  const { alone, together } = await both(() => searching(question))
  return `search for ${id}: ${considered} configurations, ${simulated} simulated on ${trace.at.length.toLocaleString('en-US')} requests: ${together.toFixed(2)} s in threads that start with it, ${alone.toFixed(2)} s in one (aim: under 5 s)`
}

/** The whole comparison with its second look, against the same in closed form. */
const benchCompare = async (trace: Requests): Promise<string> => {
  const { add, done } = summarizer({ edges: segmentEdges(catalog) })
  const start = Date.parse(ON) / 1000
  for (const [nth, at] of trace.at.entries())
    add({
      kind: 'call',
      at: start + at,
      status: 'ok',
      task: 'generate',
      usage: { freshInput: trace.input[nth]!, output: trace.output[nth]! },
    })
  const workload = done()
  const conditions = { ...DEFAULT_CONDITIONS, on: ON }
  const rows = { ...trace, at: trace.at.map((at) => at + start) }
  const closed = await secondsOf(() => compare(catalog, workload, conditions))
  const { alone, together } = await both(() =>
    comparing(catalog, workload, { ...conditions, estimate: 'simulated' }, rows),
  )
  return `compare of ${trace.at.length.toLocaleString('en-US')} requests, the best 20 simulated: ${together.toFixed(2)} s in threads, ${alone.toFixed(2)} s in one, ${closed.toFixed(2)} s in closed form (aim: 5 s for the second look)`
}

const pool = newPool()
const lines = [await benchConfigurations(pool)]
await pool.close()
const hour = madeRequests(20_000, 6)
for (const id of ['llama-3.1-8b', 'gpt-oss-120b', 'llama-3.1-70b']) lines.push(await benchSearch(id, hour))
lines.push(await benchCompare(hour))
process.stdout.write(`search\n${lines.map((line) => `  ${line}\n`).join('')}`)
