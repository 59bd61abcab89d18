import type { ShippedCatalog } from '@breakeven/catalog'
import { discountedCatalog, loadCatalog } from '@breakeven/catalog'
import type { Conditions, Requests, Workload } from '@breakeven/core'
import {
  articleComparison,
  compare,
  InputError,
  requestsPerDayOf,
  scaledTo,
  segmentEdges,
  startOfDate,
} from '@breakeven/core'
import type { ImportReport } from '@breakeven/formats'
import { fileError } from '../file-error.ts'
import type { Io } from '../io.ts'
import { progressOn } from '../progress.ts'
import { refuseClashes } from './checks.ts'
import { newPool } from '../players/pool.ts'
import { conditionsOf } from './conditions.ts'
import { readingOptions } from '../flags/reading.ts'
import type { CompareFlags } from './flags.ts'
import type { Result } from './output.ts'
import { writeChart, writeResult } from './output.ts'
import { compared } from './simulate.ts'
import { rowKeeper } from './simulate-rows.ts'
import { collector, numbersWorkload, parseWhere, refuseAbsurd } from './traffic.ts'

const ARTICLE_REQUESTS_PER_DAY = 1000

/** The article names no latency target. What stands in front of the model ends a request after 29 s, so no answer may take longer. */
const ARTICLE_PATIENCE_SECONDS = 29

const todayOf = (io: Io): string => io.now().toISOString().slice(0, 10)

const overridden = async (shipped: ShippedCatalog, file: string | undefined): Promise<ShippedCatalog> => {
  if (file === undefined) return shipped
  const [{ applyOverrides }, { readFile }] = await Promise.all([
    import('@breakeven/catalog/override'),
    import('node:fs/promises'),
  ])
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fileError('--catalog', 'reading', file, error)
  })
  return applyOverrides(shipped, text, file)
}

/** The shipped catalogue, under the user's own file, less the user's discounts. */
const catalogFor = async (flags: CompareFlags): Promise<ShippedCatalog> =>
  discountedCatalog(await overridden(loadCatalog(), flags.catalog), flags.discount ?? [])

type Traffic = {
  readonly workload: Workload
  readonly parts: readonly { readonly value: string; readonly workload: Workload }[]
  readonly imported?: ImportReport
  /** The rows as they came, where they are wanted and at hand. */
  readonly rows?: Requests
}

const readTraffic = async (
  flags: CompareFlags,
  files: readonly string[],
  catalog: ShippedCatalog,
  io: Io,
): Promise<Traffic> => {
  const edges = segmentEdges(catalog)
  if (files.length === 0) return { workload: numbersWorkload(flags, edges), parts: [] }
  const [{ readUsage }, { requireTraffic }] = await Promise.all([
    import('@breakeven/formats/node'),
    import('@breakeven/formats'),
  ])
  const summarizing = {
    edges,
    gaps: flags.gaps,
    ...(flags.peakFactor === undefined ? {} : { peakFactor: flags.peakFactor }),
  }
  const filter = parseWhere(flags.where)
  const { add, addSum, whole, parts, left } = collector(summarizing, filter, flags.by)
  const keeper = flags.estimate === 'simulated' ? rowKeeper(filter) : undefined
  const progress = progressOn(io, flags.quiet)
  const imported = await readUsage(files, {
    onRow: (row) => {
      add(row)
      keeper?.add(row)
    },
    big: {
      edges,
      onSum: (sum) => {
        addSum(sum)
        keeper?.addSum()
      },
    },
    onProgress: progress.update,
    // A trace that counts from its own start is taken to begin on the day of the prices.
    relativeTo: startOfDate(flags.on ?? todayOf(io)),
    ...readingOptions(flags),
  })
  progress.done()
  requireTraffic(imported)
  const workload = whole()
  if ((workload.requests ?? 1) === 0 && left() > 0) {
    throw new InputError(`--where ${flags.where}: none of ${left().toLocaleString('en-US')} rows match`, {
      hint: '`breakeven inspect` shows what the files hold',
    })
  }
  const { requestsPerDay } = flags
  const requests = keeper?.kept()
  const rows = requests === undefined ? {} : { rows: requests }
  if (requestsPerDay === undefined) return { workload, parts: parts(), imported, ...rows }
  refuseAbsurd(requestsPerDay)
  const scaled = scaledTo(workload, requestsPerDay)
  // Each part keeps its share of the whole.
  const factor = requestsPerDay / requestsPerDayOf(workload)
  const scaledParts = parts().map(({ value, workload: part }) => ({
    value,
    workload: scaledTo(part, requestsPerDayOf(part) * factor),
  }))
  return { workload: scaled, parts: scaledParts, imported, ...rows }
}

/** The article as it stands, and beside it the same question without its simplifications. */
const runPreset = (flags: CompareFlags, catalog: ShippedCatalog): Result => {
  const preset = catalog.presets.find(({ id }) => id === flags.preset)
  if (preset === undefined)
    throw new InputError(`--preset ${flags.preset}: no such preset`, {
      hint: `known: ${catalog.presets.map(({ id }) => id).join(', ')}`,
    })
  const requestsPerDay = flags.requestsPerDay ?? ARTICLE_REQUESTS_PER_DAY
  const comparison = articleComparison(catalog, preset, requestsPerDay)
  const workload = numbersWorkload(
    { requestsPerDay, inputTokens: preset.inputTokens, outputTokens: preset.outputTokens },
    segmentEdges(catalog),
  )
  const conditions: Conditions = {
    ...conditionsOf(
      {
        ...flags,
        api: flags.api ?? [preset.apiModel],
        ttft: flags.ttft ?? ARTICLE_PATIENCE_SECONDS,
        tpot: flags.tpot ?? ARTICLE_PATIENCE_SECONDS,
      },
      flags.on ?? preset.on,
    ),
    host: flags.host ?? [
      { model: preset.host.model, instance: preset.host.instance, precision: 'bf16' },
      ...preset.machines.map((instance) => ({ model: preset.host.model, instance })),
    ],
  }
  return { comparison, honest: compare(catalog, workload, conditions), parts: [] }
}

/** Half a second each. */
const MOST_PARTS_PLAYED = 10

const runTraffic = async (
  flags: CompareFlags,
  files: readonly string[],
  catalog: ShippedCatalog,
  io: Io,
): Promise<Result> => {
  const { workload, parts, imported, rows } = await readTraffic(flags, files, catalog, io)
  const conditions = conditionsOf(flags, flags.on ?? todayOf(io))
  // What was paid was paid for the whole: a part has no bill to be set against.
  const { billUsd: _whole, ...ofPart } = conditions
  const eachOf = parts.length > MOST_PARTS_PLAYED ? { ...ofPart, estimate: 'closed-form' as const } : ofPart
  const pool = newPool()
  try {
    const whole = { catalog, workload, conditions, ...(rows === undefined ? {} : { rows }) }
    const comparison = await compared(whole, pool, flags.quiet, io)
    const compareds: Result['parts'][number][] = []
    for (const { value, workload: part } of parts) {
      // One after the other: they share the threads. Of many parts each is priced by formula, and says so.
      const ofOne = await compared({ catalog, workload: part, conditions: eachOf }, pool, true, io)
      compareds.push({ value, comparison: ofOne })
    }
    return { comparison, parts: compareds, ...(imported === undefined ? {} : { imported }) }
  } finally {
    await pool.close()
  }
}

/** `breakeven compare`: traffic in, the answer out. */
export const runCompare = async (given: CompareFlags, files: readonly string[], io: Io): Promise<void> => {
  refuseClashes(given, files)
  // Files show how the traffic came, so that fleets can be played on it; numbers alone do not.
  const flags: CompareFlags = { ...given, estimate: given.estimate ?? (files.length > 0 ? 'simulated' : 'closed-form') }
  const catalog = await catalogFor(flags)
  const result = flags.preset === undefined ? await runTraffic(flags, files, catalog, io) : runPreset(flags, catalog)
  // The picture first: a path that cannot be written is an error, and then nothing is printed as if it were a result.
  if (flags.chart !== undefined) await writeChart(flags.chart, result, flags, io)
  await writeResult(result, flags, io)
}
