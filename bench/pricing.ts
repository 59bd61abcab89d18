import { calcPrice } from '@pydantic/genai-prices'
import { loadCatalog } from '@breakeven/catalog'
import type { ApiModel, Call } from '@breakeven/core'
import { apiBill, indexModels, prepare, segmentEdges, summarizer, tariffOf } from '@breakeven/core'
import { madeCalls } from './traffic.ts'

const ON = '2026-10-31'
const CALLS = 1_000_000
const MORE_CALLS = 8_000_000
const SAMPLE_CALLS = 20
const SAMPLE_MODELS = 200
const THEIR_PROVIDER: Readonly<Record<string, string>> = {
  xai: 'x-ai',
  'amazon-bedrock': 'aws',
  'azure-openai': 'azure',
  moonshot: 'moonshotai',
  'google-gemini-api': 'google',
}

const seconds = (since: number): number => (performance.now() - since) / 1000

/** Models on which both price books agree on the unit prices, so that only the arithmetic is compared. */
const priceThere = ({ provider, model }: ApiModel, { usage, at }: Call): number | undefined =>
  calcPrice(
    {
      input_tokens: (usage.freshInput ?? 0) + (usage.cacheRead ?? 0),
      cache_read_tokens: usage.cacheRead ?? 0,
      output_tokens: usage.output ?? 0,
    },
    model,
    { providerId: THEIR_PROVIDER[provider] ?? provider, timestamp: new Date(at * 1000) },
  )?.total_price

/** One million calls on every API model: the cube against a call-by-call price calculator. */
export const benchPricing = (): readonly string[] => {
  const catalog = loadCatalog()
  const index = indexModels(catalog.apiModels)
  const models = catalog.apiModels.filter(
    (model) => model.task === 'generate' && tariffOf(model, { on: ON }).kind === 'priced',
  )
  const price = (calls: number): { bills: Map<string, number>; summing: number; pricing: number; cells: number } => {
    const started = performance.now()
    const { add, done } = summarizer({ edges: segmentEdges(catalog) })
    for (const call of madeCalls(calls)) add(call)
    const workload = done()
    const summing = seconds(started)
    const pricingStarted = performance.now()
    const prepared = prepare(workload, index)
    const bills = new Map<string, number>()
    for (const model of models) {
      const bill = apiBill(prepared, model, catalog.tokenizers, { on: ON, outputRatio: 1 })
      if (bill.kind === 'priced') bills.set(model.id, bill.usd)
    }
    return { bills, summing, pricing: seconds(pricingStarted), cells: workload.cells.length }
  }
  const ours = price(CALLS)
  const more = price(MORE_CALLS)
  const sample = [...madeCalls(SAMPLE_CALLS)]
  const sampled = price(SAMPLE_CALLS)
  const theirStart = performance.now()
  let [priced, equal, compared] = [0, 0, 0]
  for (const model of models.filter((_, at) => at % Math.ceil(models.length / SAMPLE_MODELS) === 0)) {
    const usd = sample.map((call) => priceThere(model, call))
    priced += usd.length
    if (usd.some((one) => one === undefined)) continue
    const total = usd.reduce<number>((sum, one) => sum + (one ?? 0), 0)
    compared += 1
    if (Math.abs(total - (sampled.bills.get(model.id) ?? Number.NaN)) <= 1e-9 * Math.max(1, total)) equal += 1
  }
  const theirsPerPrice = seconds(theirStart) / priced
  const theirs = theirsPerPrice * CALLS * models.length
  const ourSeconds = ours.summing + ours.pricing
  return [
    `pricing ${CALLS.toLocaleString('en-US')} calls on ${models.length} models: ${ourSeconds.toFixed(2)} s (${ours.summing.toFixed(2)} s reading into ${ours.cells.toLocaleString('en-US')} cells, ${ours.pricing.toFixed(3)} s pricing)`,
    `call by call, from a sample of ${priced.toLocaleString('en-US')}: ${Math.round(1 / theirsPerPrice).toLocaleString('en-US')} prices/s, ${(theirs / 3600).toFixed(1)} h in all`,
    `ratio: ${Math.round(theirs / ourSeconds).toLocaleString('en-US')}x (target 1,000x)`,
    `memory follows cells, not calls: ${ours.cells.toLocaleString('en-US')} cells of ${CALLS.toLocaleString('en-US')} calls, ${more.cells.toLocaleString('en-US')} of ${MORE_CALLS.toLocaleString('en-US')} over the same month`,
    `equal to 1e-9 on ${equal} of ${compared} sampled models; the others have another price in our dated rows`,
  ]
}
