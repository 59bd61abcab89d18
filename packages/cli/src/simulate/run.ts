import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'

import { loadCatalog } from '@breakeven/catalog'
import {
  type HostChoice,
  InputError,
  type Percentiles,
  type Requests,
  type Routing,
  type Seconds,
  type Slo,
} from '@breakeven/core'
import { type Column, countText, percentText, renderColumns, secondsText } from '@breakeven/report'

import { type Choice, choiceOf, choiceText } from '../capacity/replica.ts'
import { fileError } from '../file-error.ts'
import type { ReadingFlags } from '../flags/reading.ts'
import type { Io } from '../io.ts'
import type { Arrived } from './arrivals.ts'
import { play, type Played, type Staffed } from './play.ts'
import { timelineSvg } from './svg.ts'
import { readArrivals } from './read.ts'
import { columnsIn, renderTimeline } from './terminal.ts'
import { timelineOf } from './timeline.ts'

export type SimulateFlags = ReadingFlags & {
  readonly host: HostChoice
  readonly engine?: string
  readonly replicas: Staffed
  readonly routing: Routing
  readonly spare?: number
  readonly atOnce?: number | 'most'
  readonly ttft: Seconds
  readonly tpot: Seconds
  readonly percentile: 'p95' | 'p99'
  readonly chart?: string
  readonly json: boolean
  readonly quiet: boolean
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

const chosen = ({ host, engine }: SimulateFlags, { input, output }: Requests, slo: Slo): Choice => {
  const { model, instance, ...rest } = host
  if (model === undefined || instance === undefined) {
    throw new InputError('--host: a simulation needs a model and a machine', {
      hint: 'write MODEL@INSTANCE, as in llama-3.1-8b@ml.g5.2xlarge',
    })
  }
  const wanted = { model, instance, ...rest, ...(engine === undefined ? {} : { engine }) }
  return choiceOf(loadCatalog(), wanted, { input: meanOf(input), output: meanOf(output) }, slo)
}

type LatencyRow = { readonly name: string; readonly of: Percentiles; readonly target?: Seconds }

const latencyColumns: readonly Column<LatencyRow>[] = [
  { head: 'seen by a client', cell: ({ name }) => name },
  ...(['mean', 'p50', 'p90', 'p95', 'p99'] as const).map((key): Column<LatencyRow> => ({
    head: key,
    cell: ({ of }) => secondsText(of[key]),
    align: 'right',
  })),
  { head: 'target', cell: ({ target }) => (target === undefined ? '' : secondsText(target)), align: 'right' },
]

const ROUTED: Readonly<Record<Routing, string>> = {
  'least-outstanding': '',
  'round-robin': '; requests to each in turn',
}

const replicasText = (
  { simulation: { replicas }, replicaHours }: Played,
  { replicas: staffed, routing, spare = 0 }: SimulateFlags,
): string => {
  const spared = spare === 0 ? '' : ` and ${countText(spare)} to spare`
  const many = `${replicas === 1 ? '1 replica' : `${countText(replicas)} replicas`}${spared}`
  const paid = `${countText(replicaHours)} replica-hours${ROUTED[routing]}`
  if (staffed === 'hourly') return `at most ${many}, by the hour; ${paid}, starting and leaving included`
  return staffed === 'fixed' ? `${many} all the time, the fewest that do; ${paid}` : `${many}; ${paid}`
}

/** What goes to the renter, where the replicas are only the base. */
const overflowTexts = (overflow: Played['overflow']): readonly string[] =>
  overflow === undefined
    ? []
    : [
        `each takes at most ${countText(overflow.atOnce)} requests at a time; ${percentText(overflow.callsOver)} of calls, ${percentText(overflow.inputOver)} of prompt and ${percentText(overflow.outputOver)} of completion tokens go to a renter; what follows is of those that stay`,
      ]

const tableOf = (
  { requests, spread, left }: Arrived,
  choice: Choice,
  played: Played,
  slo: Slo,
  flags: SimulateFlags,
  { width, colour }: { width: number; colour: boolean },
): string => {
  const { latencies, holds } = played.simulation
  const rows: LatencyRow[] = [
    { name: 'first token', of: latencies.ttft, target: slo.ttftSeconds },
    ...(latencies.tpot.mean > 0 ? [{ name: 'each further token', of: latencies.tpot, target: slo.tpotSeconds }] : []),
    { name: 'whole answer', of: latencies.e2e },
  ]
  const watched = (requests.at.at(-1) ?? 0) - (requests.at[0] ?? 0)
  const timeline = timelineOf(requests, played.simulation, played.replicasAt, columnsIn(width))
  return [
    choiceText(choice),
    `${countText(requests.at.length)} requests in ${watched < 5400 ? `${countText(watched / 60)} minutes` : `${countText(watched / 3600)} hours`}; ${replicasText(played, flags)}`,
    ...overflowTexts(played.overflow),
    ...(latencies.rejected > 0 && played.overflow === undefined
      ? [`${countText(latencies.rejected)} turned away: longer than the context or the cache`]
      : []),
    ...(spread > 0
      ? [`${countText(spread)} sums were spread evenly over their time: real requests come in bursts`]
      : []),
    ...(left > 0 ? [`${countText(left)} entries left out: failed, or of no tokens`] : []),
    `${slo.percentile} is ${holds ? 'within' : 'over'} the target`,
    '',
    renderColumns(latencyColumns, rows, { width, colour }),
    '',
    renderTimeline(timeline, slo, colour),
    '',
  ].join('\n')
}

const writeChart = async (path: string, svg: string): Promise<void> => {
  const kind = extname(path).toLowerCase()
  if (kind !== '.svg' && kind !== '.png') throw new InputError(`--chart ${path}: a picture is .svg or .png`)
  const picture = kind === '.svg' ? svg : await pngOf(svg)
  await writeFile(path, picture).catch((error: NodeJS.ErrnoException) => {
    throw fileError('--chart', 'writing', path, error)
  })
}

const pngOf = async (svg: string): Promise<Uint8Array> => {
  const { renderPng } = await import('@breakeven/report/png')
  return renderPng(svg).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new InputError('a PNG needs the optional package @resvg/resvg-js', {
      hint: 'npm install @resvg/resvg-js, or write an .svg',
    })
  })
}

/** Stretches of time in a drawing that is not bound to a terminal's width. */
const SVG_STRETCHES = 240

/** `breakeven simulate`: the traffic as it came, through a fleet. */
export const runSimulate = async (flags: SimulateFlags, files: readonly string[], io: Io): Promise<void> => {
  if (flags.atOnce !== undefined && typeof flags.replicas !== 'number')
    throw new InputError('--at-once is for a base of so many replicas, and their number is not named', {
      hint: '--replicas N; `breakeven compare FILE --host MODEL@INSTANCE --overflow MODEL` finds the best N',
    })
  const arrived = await readArrivals(files, flags, io)
  const { requests } = arrived
  const slo: Slo = { ttftSeconds: flags.ttft, tpotSeconds: flags.tpot, percentile: flags.percentile }
  const choice = chosen(flags, requests, slo)
  const startedAt = io.now().getTime()
  const { replicas: staffed, routing, spare = 0, atOnce } = flags
  const played = play(choice.replica, requests, slo, {
    staffed,
    routing,
    spare,
    ...(atOnce === undefined ? {} : { atOnce }),
  })
  const wallSeconds = (io.now().getTime() - startedAt) / 1000
  const count = requests.at.length
  if ('fits' in played) {
    const json = {
      schema: 'breakeven/simulation@1',
      requests: count,
      replicas: null,
      sloMet: false,
      reason: played.reason,
    }
    io.stdout.write(
      flags.json ? `${JSON.stringify(json, null, 2)}\n` : `${choiceText(choice)}\nno fleet does it: ${played.reason}\n`,
    )
    return
  }
  const { simulation, simulations, replicasAt, replicaHours, overflow } = played
  const { latencies } = simulation
  if (flags.chart !== undefined) {
    const timeline = timelineOf(requests, simulation, replicasAt, SVG_STRETCHES)
    const over = overflow === undefined ? '' : `${percentText(overflow.callsOver)} of calls to a renter; `
    const subtitle = `${countText(count)} requests; ${replicasText(played, flags)}; ${over}${slo.percentile} is ${simulation.holds ? 'within' : 'over'} the target`
    await writeChart(flags.chart, timelineSvg(timeline, slo, choiceText(choice), subtitle))
    if (!flags.quiet) io.stderr.write(`chart written to ${flags.chart}\n`)
  }
  const json = {
    schema: 'breakeven/simulation@1',
    requests: count,
    rejected: overflow === undefined ? latencies.rejected : 0,
    model: choice.replica.model.id,
    instance: choice.instance.id,
    precision: choice.replica.precision,
    tensorParallel: choice.replica.tensorParallel,
    engine: choice.replica.engine.id,
    replicas: simulation.replicas,
    spareReplicas: spare,
    ...(overflow === undefined ? {} : { overflow }),
    routing,
    replicaHours,
    ttftSeconds: latencies.ttft,
    tpotSeconds: latencies.tpot,
    e2eSeconds: latencies.e2e,
    sloMet: simulation.holds,
    simulations,
    wallSeconds,
    // The clock has whole milliseconds.
    simulatedRequestsPerSecond: (count * simulations) / Math.max(1e-3, wallSeconds),
  }
  const look = { width: io.stdout.columns ?? 100, colour: io.stdout.colour }
  io.stdout.write(
    flags.json ? `${JSON.stringify(json, null, 2)}\n` : tableOf(arrived, choice, played, slo, flags, look),
  )
}
