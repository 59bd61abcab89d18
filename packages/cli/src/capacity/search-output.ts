import type { Configuration } from '@breakeven/core'
import { type Column, countText, renderColumns, secondsText, usdText } from '@breakeven/report'

import type { Searched } from './search.ts'

const HOURS_PER_MONTH = 730
const TOKENS_PER_MILLION = 1e6

type Ranked = { readonly rank: number; readonly one: Configuration }

/** `llama-3.1-8b on 2 × ml.g6e.12xlarge, fp8, TP2` */
const nameOf = ({ deployment: { model, instance, precision, tensorParallel }, machines }: Configuration): string =>
  `${model.id} on ${countText(machines)} × ${instance.id}, ${precision}${tensorParallel > 1 ? `, TP${tensorParallel}` : ''}`

/** What a million tokens, prompts and completions together, cost at the mean rate of the load. */
const usdPerMillionTokens = ({ usdPerHour }: Configuration, { load: { trace, rate } }: Searched): number => {
  const span = (trace.at.at(-1) ?? 0) - (trace.at[0] ?? 0)
  const perSecond = rate ?? trace.at.length / Math.max(1, span)
  const tokens =
    trace.input.reduce((sum, value) => sum + value, 0) + trace.output.reduce((sum, value) => sum + value, 0)
  return usdPerHour / ((3600 * perSecond * tokens) / trace.at.length / TOKENS_PER_MILLION)
}

const columnsFor = ({ flags: { percentile } }: Searched): readonly Column<Ranked>[] => [
  { head: '#', cell: ({ rank }) => String(rank), align: 'right', style: () => 'dim' },
  { head: 'machine', cell: ({ one }) => `${countText(one.machines)} × ${one.deployment.instance.id}`, flexTo: 20 },
  { head: 'weights', cell: ({ one }) => `${one.deployment.precision}${one.quantised ? ' *' : ''}` },
  { head: 'TP', cell: ({ one }) => String(one.deployment.tensorParallel), align: 'right' },
  { head: 'replicas', cell: ({ one }) => countText(one.replicas), align: 'right' },
  { head: '$/hour', cell: ({ one }) => usdText(one.usdPerHour), align: 'right', style: () => 'bold' },
  { head: '$/month', cell: ({ one }) => usdText(one.usdPerHour * HOURS_PER_MONTH), align: 'right', expendable: 2 },
  {
    head: `${percentile} first`,
    cell: ({ one }) => (one.latencies === undefined ? '' : secondsText(one.latencies.ttft[percentile])),
    align: 'right',
  },
  {
    head: `${percentile} further`,
    cell: ({ one }) => (one.latencies === undefined ? '' : secondsText(one.latencies.tpot[percentile])),
    align: 'right',
    expendable: 1,
  },
  { head: 'seen', cell: ({ one }) => (one.estimate === 'simulated' ? 'simulated' : 'by formula'), expendable: 3 },
]

/** The best that runs the weights as they were given out, where a quantised one is cheaper. */
const asGivenOut = (ranked: readonly Configuration[]): string[] => {
  const [best] = ranked
  const plain = ranked.find(({ quantised }) => !quantised)
  if (best?.quantised !== true) return []
  return [
    plain === undefined
      ? '* in fewer bits than the weights were given out in; as given out they fit no machine within the target'
      : `* in fewer bits than the weights were given out in, which costs some quality; as given out, the best is ${nameOf(plain)} at ${usdText(plain.usdPerHour)} an hour`,
  ]
}

/** For people: the question, the best with its reason, the table. */
export const searchTable = (searched: Searched, look: { width: number; colour: boolean }): string => {
  const { model, flags, load, result, wallSeconds } = searched
  const { ranked, why, considered, fitting, simulated, shape } = result
  const [best, next] = ranked
  const share = flags.percentile === 'p95' ? '19 of 20' : '99 of 100'
  const spare = flags.spare === 0 ? '' : `, ${countText(flags.spare)} of them to spare`
  const rows = ranked.slice(0, flags.top).map((one, index): Ranked => ({ rank: index + 1, one }))
  return [
    `${model.id}: ${load.text}; on average ${countText(shape.input)} tokens in, ${countText(shape.output)} out`,
    `${share} requests within ${secondsText(flags.ttft)} to the first token, ${secondsText(flags.tpot)} for each further one`,
    '',
    ...(best === undefined
      ? []
      : [
          `Run ${nameOf(best)}${spare}: ${usdText(best.usdPerHour)} an hour, ${usdText(usdPerMillionTokens(best, searched))} a million tokens at this load.`,
        ]),
    ...(next === undefined || why === undefined
      ? []
      : [`Next: ${nameOf(next)} at ${usdText(next.usdPerHour)} an hour: ${why}.`]),
    '',
    renderColumns(columnsFor(searched), rows, look),
    ...asGivenOut(ranked),
    '',
    `${countText(considered)} configurations, ${countText(fitting)} fit within the target, the best ${countText(simulated)} kinds simulated with as few machines as hold it, in ${secondsText(wallSeconds)}`,
    '',
  ].join('\n')
}

const configurationJson = (one: Configuration, searched: Searched): Record<string, unknown> => ({
  id: one.id,
  instance: one.deployment.instance.id,
  precision: one.deployment.precision,
  quantised: one.quantised,
  tensorParallel: one.deployment.tensorParallel,
  engine: one.deployment.engine.id,
  machines: one.machines,
  replicas: one.replicas,
  usdPerHour: one.usdPerHour,
  usdPerMillionTokens: usdPerMillionTokens(one, searched),
  estimate: one.estimate,
  replicaRequestsPerSecond: one.capacity.requestsPerSecond,
  ttftSeconds: one.latencies?.ttft ?? null,
  tpotSeconds: one.latencies?.tpot ?? null,
  e2eSeconds: one.latencies?.e2e ?? null,
})

/** `breakeven/search@1` */
export const searchJson = (searched: Searched): Record<string, unknown> => {
  const { model, flags, load, result, wallSeconds } = searched
  const { ranked, why, considered, fitting, simulated, ruledOut, peakRequestsPerSecond, shape } = result
  return {
    schema: 'breakeven/search@1',
    model: model.id,
    load: { requests: load.trace.at.length, requestsPerSecond: load.rate ?? null, peakRequestsPerSecond, ...shape },
    target: { ttftSeconds: flags.ttft, tpotSeconds: flags.tpot, percentile: flags.percentile },
    region: flags.region,
    purchase: flags.purchase,
    spare: flags.spare,
    considered,
    fitting,
    simulated,
    best: ranked[0] === undefined ? null : configurationJson(ranked[0], searched),
    why: ranked[1] === undefined || why === undefined ? null : `${nameOf(ranked[1])}: ${why}`,
    configurations: ranked.map((one) => configurationJson(one, searched)),
    ruledOut,
    wallSeconds,
  }
}
