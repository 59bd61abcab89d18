import { loadCatalog } from '@breakeven/catalog'
import {
  type Catalog,
  InputError,
  type IsoDate,
  type OpenModel,
  type Precision,
  type Purchase,
  randomFrom,
  type Requests,
  searching,
  type SearchQuestion,
  type SearchResult,
  type Seconds,
  type Slo,
} from '@breakeven/core'

import type { Io } from '../io.ts'
import { newPool, playIn } from '../players/pool.ts'
import { roundsOn } from '../players/progress.ts'
import { readArrivals } from '../simulate/read.ts'
import { lengthsOf } from './lengths.ts'
import { modelNamed, named } from './replica.ts'
import { searchJson, searchTable } from './search-output.ts'

type SearchFlags = {
  readonly model: string
  readonly instance?: string
  readonly precision?: Precision
  readonly tensorParallel?: number
  readonly engine?: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly requestsPerSecond?: number
  readonly ttft: Seconds
  readonly tpot: Seconds
  readonly percentile: 'p95' | 'p99'
  readonly region: string
  readonly purchase: Purchase
  readonly spare: number
  readonly top: number
  readonly map?: Readonly<Record<string, string>>
  readonly json: boolean
  readonly quiet: boolean
}

/** As they were typed: lengths may be left to the model. */
export type SearchWish = Omit<SearchFlags, 'inputTokens' | 'outputTokens'> &
  Partial<Pick<SearchFlags, 'inputTokens' | 'outputTokens'>>

/** Where no load is named, the machines are compared at this one. */
const ASSUMED_RATE = 1
/** Long enough that a queue shows, short enough that twenty fleets take a second or two. */
const LEAST_REQUESTS = 3000
const MOST_REQUESTS = 20_000
const PLAYED_SECONDS = 300

/** What is played, and what a reader must know of it. */
type Load = { readonly trace: Requests; readonly text: string; readonly rate?: number }

/** Requests of one shape that come by chance (Poisson). */
const madeLoad = ({ inputTokens, outputTokens, requestsPerSecond }: SearchFlags): Load => {
  const rate = requestsPerSecond ?? ASSUMED_RATE
  const count = Math.round(Math.min(MOST_REQUESTS, Math.max(LEAST_REQUESTS, PLAYED_SECONDS * rate)))
  const random = randomFrom(2023)
  let at = 0
  const trace = {
    at: Float64Array.from({ length: count }, () => (at -= Math.log(1 - random()) / rate)),
    input: new Float64Array(count).fill(inputTokens),
    output: new Float64Array(count).fill(outputTokens),
  }
  const assumed = requestsPerSecond === undefined ? ' (--requests-per-second N, or a usage file, says yours)' : ''
  return { trace, rate, text: `${rate} requests/s that come by chance${assumed}` }
}

const loadOf = async (flags: SearchFlags, files: readonly string[], io: Io): Promise<Load> => {
  if (files.length === 0) return madeLoad(flags)
  if (flags.requestsPerSecond !== undefined)
    throw new InputError('files and --requests-per-second both say what the load is', { hint: 'give one or the other' })
  const { requests } = await readArrivals(files, flags, io)
  return { trace: requests, text: `${requests.at.length.toLocaleString('en-US')} requests as they came` }
}

const questionOf = (
  catalog: Catalog,
  model: OpenModel,
  flags: SearchFlags,
  on: IsoDate,
  load: Load,
): SearchQuestion => {
  const { region, purchase, spare, instance, engine, precision, tensorParallel } = flags
  const slo: Slo = { ttftSeconds: flags.ttft, tpotSeconds: flags.tpot, percentile: flags.percentile }
  if (
    !catalog.instances.some(({ rates }) => rates.some((rate) => rate.region === region && rate.purchase === purchase))
  )
    throw new InputError(`no machine has a ${purchase} price in ${region}`, { hint: 'try --region us-east-1' })
  return {
    catalog,
    model,
    region,
    purchase,
    on,
    slo,
    spare,
    trace: load.trace,
    ...(instance === undefined ? {} : { instance: named(catalog.instances, instance, 'machine') }),
    ...(engine === undefined ? {} : { engine: named(catalog.engines, engine, 'engine') }),
    ...(precision === undefined ? {} : { precision }),
    ...(tensorParallel === undefined ? {} : { tensorParallel }),
  }
}

/** What was asked, what was found, and how long it took. */
export type Searched = {
  readonly model: OpenModel
  readonly flags: SearchFlags
  readonly load: Load
  readonly result: SearchResult
  readonly wallSeconds: number
}

/** The search in as many threads as the machine has, with progress on stderr. */
const searched = async (question: SearchQuestion, quiet: boolean, io: Io): Promise<SearchResult> => {
  const line = roundsOn(io, quiet)
  const pool = newPool()
  try {
    return await playIn(pool, searching(question), line.update)
  } finally {
    line.done()
    await pool.close()
  }
}

/** Time does not help what is too long or too large. */
const hintFor = (reason = ''): string => {
  if (reason.includes('longer than the context')) return 'fewer --input-tokens or --output-tokens'
  return /alone on it|at any rate/.test(reason) ? 'a wider --ttft or --tpot' : 'another --precision or --region'
}

/** `breakeven capacity` without a machine: which machine, how split, how many of them? */
export const runSearch = async (wish: SearchWish, files: readonly string[], io: Io): Promise<void> => {
  const catalog = loadCatalog()
  const model = modelNamed(catalog, wish.model)
  const flags = { ...wish, ...lengthsOf(model, wish) }
  const load = await loadOf(flags, files, io)
  const on = io.now().toISOString().slice(0, 10)
  const startedAt = io.now().getTime()
  const result = await searched(questionOf(catalog, model, flags, on, load), flags.quiet, io)
  const found: Searched = { model, flags, load, result, wallSeconds: (io.now().getTime() - startedAt) / 1000 }
  if (result.ranked.length === 0 && !flags.json) {
    const [first] = result.ruledOut
    throw new InputError(
      `nothing runs ${model.id} within the target${first === undefined ? `: no machine is sold in ${flags.region}` : ` (${first.id}: ${first.reason})`}`,
      { hint: `${hintFor(first?.reason)}, or --json for the reason of every configuration` },
    )
  }
  const look = { width: io.stdout.columns ?? 120, colour: io.stdout.colour }
  io.stdout.write(flags.json ? `${JSON.stringify(searchJson(found), null, 2)}\n` : searchTable(found, look))
}
