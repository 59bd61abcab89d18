import { apiBill, prepare } from './api-cost.ts'
import { breakevenOf } from './breakeven.ts'
import type { Catalog, Provenance } from './catalog.ts'
import type { Comparison, PricedOption } from './comparison.ts'
import type { Line } from './cost.ts'
import { linearCurve, sumCurves, flatCurve } from './curve.ts'
import { InputError } from './error.ts'
import { indexModels, resolveModel } from './model-index.ts'
import { workloadFromNumbers } from './numbers.ts'
import { segmentEdges } from './tokens.ts'
import type { IsoDate, Seconds, Usd } from './units.ts'
import { DAYS_PER_MONTH, leastSure } from './units.ts'
import { summaryOf } from './workload-summary.ts'

/** The 2023 comparison as the article made it: its own figures, right or wrong, each with where it stands. */
export type ArticlePreset = {
  readonly id: string
  readonly on: IsoDate
  readonly region: string
  readonly apiModel: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly host: Provenance & { readonly model: string; readonly instance: string; readonly usdPerDay: Usd }
  readonly lambda: Provenance & { readonly memoryGb: number; readonly seconds: Seconds; readonly usdPerGbSecond: Usd }
  readonly gateway: Provenance & { readonly usdPerRequest: Usd }
  /** Machines on which the same model is priced without the article's simplifications. */
  readonly machines: readonly string[]
  /** The small model the article also names, for the same page. */
  readonly smallHost: Provenance & { readonly model: string; readonly instance: string; readonly usdPerDay: Usd }
}

const lineOf = (
  item: string,
  quantity: number,
  unit: string,
  unitUsd: Usd,
  { source, asOf, sure }: Provenance,
): Line => ({ item, quantity, unit, unitUsd, usd: quantity * unitUsd, source, asOf, sure })

/**
 * The article line by line: one API price per token, and one machine that is taken to serve any volume.
 * 0.002 USD per 1,000 tokens x 667 tokens a request; 150 USD a day + 5 s x 0.128 GB x 0.0000166667 + 1 USD per million.
 */
export const articleComparison = (catalog: Catalog, preset: ArticlePreset, requestsPerDay: number): Comparison => {
  const index = indexModels(catalog.apiModels)
  const resolved = resolveModel(index, { model: preset.apiModel })
  if (resolved === undefined)
    throw new InputError(`the preset ${preset.id} names ${preset.apiModel}, which is not in the catalogue`)
  const { model } = resolved
  const edges = segmentEdges(catalog)
  const workload = workloadFromNumbers(
    { requestsPerDay, inputTokens: preset.inputTokens, outputTokens: preset.outputTokens },
    edges,
  )
  const bill = apiBill(prepare(workload, index), model, catalog.tokenizers, { on: preset.on, outputRatio: 1 })
  if (!(requestsPerDay > 0)) throw new InputError('--requests-per-day must be above 0')
  if (bill.kind === 'unpriced') throw new InputError(`${preset.apiModel} has no price on ${preset.on}: ${bill.reason}`)
  const { host, lambda, gateway } = preset
  const hostLines: readonly Line[] = [
    lineOf(`${host.model} on ${host.instance}, the article's own figure`, 1, 'days', host.usdPerDay, host),
    lineOf(
      'Lambda, 128 MB counted as 0.128 GB, 5 s',
      requestsPerDay * lambda.memoryGb * lambda.seconds,
      'GB-seconds',
      lambda.usdPerGbSecond,
      lambda,
    ),
    lineOf('API Gateway, HTTP API', requestsPerDay, 'requests', gateway.usdPerRequest, gateway),
  ]
  const hostUsd = hostLines.reduce((sum, line) => sum + line.usd, 0)
  const usdPerHostedRequest = lambda.memoryGb * lambda.seconds * lambda.usdPerGbSecond + gateway.usdPerRequest
  const usdPerApiRequest = bill.usd / requestsPerDay
  const option = (
    base: Pick<PricedOption, 'id' | 'kind' | 'label' | 'lines' | 'usdPerDay' | 'curve'>,
  ): PricedOption => ({
    ...base,
    usdPerMonth: base.usdPerDay * DAYS_PER_MONTH,
    usdPerRequest: base.usdPerDay / requestsPerDay,
    low: base.usdPerDay,
    high: base.usdPerDay,
    sure: leastSure(base.lines.map((line) => line.sure)),
    asOf: preset.on,
    notes: [],
  })
  const options = [
    option({
      id: `api:${model.id}`,
      kind: 'api',
      label: `${model.model} (${model.provider})`,
      lines: bill.lines,
      usdPerDay: bill.usd,
      curve: linearCurve(usdPerApiRequest),
    }),
    option({
      id: `hosted:${host.model}@${host.instance}`,
      kind: 'hosted',
      label: `${host.model} on ${host.instance}`,
      lines: hostLines,
      usdPerDay: hostUsd,
      curve: sumCurves([flatCurve(host.usdPerDay), linearCurve(usdPerHostedRequest)]),
    }),
  ]
  const horizon = Math.max(1e7, requestsPerDay * 100)
  const racers = options.map(({ id, curve }) => ({ id, curve }))
  const stretches = breakevenOf(racers, horizon)
  return {
    on: preset.on,
    region: preset.region,
    estimate: 'closed-form',
    catalogue: { hash: catalog.hash, asOf: catalog.asOf },
    considered: options.length,
    workload: summaryOf(workload),
    axis: 'requestsPerDay',
    options: options.toSorted((a, b) => a.usdPerDay - b.usdPerDay),
    ruledOut: [],
    apart: [],
    assumed: ['one instance serves any volume', `$${host.usdPerDay} a day`],
    breakeven: stretches,
    pairs: [{ rent: options[0]!.id, run: options[1]!.id, stretches }],
    sensitivity: [],
    horizonPerDay: horizon,
    unpriced: [],
    alsoBreakeven: [
      {
        label: `${host.model} on ${host.instance}, its fixed cost alone`,
        requestsPerDay: host.usdPerDay / usdPerApiRequest,
      },
      {
        label: `${preset.smallHost.model} on ${preset.smallHost.instance}, its fixed cost alone, where so small a model can do the task`,
        requestsPerDay: preset.smallHost.usdPerDay / usdPerApiRequest,
      },
    ],
  }
}
