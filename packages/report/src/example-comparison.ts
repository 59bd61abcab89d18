import type { Comparison, CostCurve, Line, PricedOption, Stretch } from '@breakeven/core'
import { bentCurve, linearCurve, stairCurve, sumCurves } from '@breakeven/core'

/*
 * A handmade comparison for tests and goldens: a support assistant with 12,400 requests a day of 1,500 tokens in and 400
 * out. Prices are round example figures, so that sums can be checked by head.
 */
const SOURCE = 'example figures'
const AS_OF = '2026-11-01'
const HORIZON = 10_000_000
export const EXAMPLE_VOLUME = 12_400

/** `usdPerReplica` a day for each begun `capacity` requests, at least one replica. */
const staircase = (usdPerReplica: number, capacity: number, usdPerRequest: number): CostCurve =>
  sumCurves([stairCurve(usdPerReplica, capacity), linearCurve(usdPerRequest)])

/** One always-on replica for the base, a rented model for what is over. */
const overflowing = (usdPerReplica: number, capacity: number, usdPerRequestOver: number): CostCurve =>
  bentCurve((perDay) => usdPerReplica + Math.max(0, perDay - capacity) * usdPerRequestOver, [capacity])

const line = (item: string, quantity: number, unit: string, unitUsd: number): Line => ({
  item,
  quantity,
  unit,
  unitUsd,
  usd: quantity * unitUsd,
  source: SOURCE,
  asOf: AS_OF,
  sure: 'published',
})

const option = (
  given: Pick<PricedOption, 'id' | 'kind' | 'label' | 'curve' | 'lines'> & Partial<PricedOption>,
  band: readonly [number, number] = [1, 1],
): PricedOption => {
  const usdPerDay = given.curve.at(EXAMPLE_VOLUME)
  return {
    usdPerDay,
    usdPerMonth: (usdPerDay * 730) / 24,
    usdPerRequest: usdPerDay / EXAMPLE_VOLUME,
    low: usdPerDay * band[0],
    high: usdPerDay * band[1],
    sure: 'published',
    asOf: AS_OF,
    notes: [],
    ...given,
  }
}

const INPUT_MTOK = (EXAMPLE_VOLUME * 1500) / 1e6
const OUTPUT_MTOK = (EXAMPLE_VOLUME * 400) / 1e6
const api = (
  id: string,
  label: string,
  input: number,
  output: number,
  more: Partial<PricedOption> = {},
): PricedOption =>
  option({
    id: `api:${id}`,
    kind: 'api',
    label,
    curve: linearCurve((1500 * input + 400 * output) / 1e6),
    lines: [line('input', INPUT_MTOK, 'M tokens', input), line('output', OUTPUT_MTOK, 'M tokens', output)],
    ...more,
  })

const hosted = (
  id: string,
  label: string,
  usdPerHour: number,
  capacity: number,
  more: Partial<PricedOption> = {},
): PricedOption => {
  const replicas = Math.ceil(EXAMPLE_VOLUME / capacity)
  const gatewayUsd = 0.000002
  return option(
    {
      id: `hosted:${id}`,
      kind: 'hosted',
      label,
      curve: staircase(usdPerHour * 24, capacity, gatewayUsd),
      lines: [
        line('endpoint', 24 * replicas, 'instance hours', usdPerHour),
        { ...line('Lambda', EXAMPLE_VOLUME * 0.075, 'GB-seconds', 0.0000133334), sure: 'derived' },
        line('API Gateway', EXAMPLE_VOLUME / 1e6, 'M requests', 1),
      ],
      sure: 'derived',
      replicas: { min: replicas, mean: replicas, max: replicas },
      capacity: {
        requestsPerSecond: capacity / 86_400 / 0.3,
        ttft: 0.42,
        tpot: 0.031,
        limit: 'latency',
        sure: 'derived',
      },
      ...more,
    },
    [0.8, 1.6],
  )
}

export const AS_IS: PricedOption = option({
  id: 'as-is',
  kind: 'asIs',
  label: 'as is: each call on the model it names',
  class: 'frontier',
  curve: linearCurve(0.00775),
  lines: [line('gpt-4o input', INPUT_MTOK, 'M tokens', 2.5), line('gpt-4o output', OUTPUT_MTOK, 'M tokens', 10)],
})

export const OPTIONS: readonly PricedOption[] = [
  AS_IS,
  api('openai/gpt-4o', 'gpt-4o (openai)', 2.5, 10, { class: 'frontier' }),
  api('openai/gpt-4o-mini', 'gpt-4o-mini (openai)', 0.15, 0.6, { class: 'medium' }),
  api('anthropic/claude-haiku', 'claude-haiku (anthropic)', 0.8, 4, { class: 'medium' }),
  api('together/llama-3.1-70b', 'llama-3.1-70b (together)', 0.88, 0.88, {
    class: 'medium',
    notes: ['a tokeniser of another family: 3 % more tokens'],
  }),
  api('groq/llama-3.1-8b', 'llama-3.1-8b (groq)', 0.19, 0.32, { class: 'small' }),
  hosted(
    'llama-3.1-8b@ml.g5.2xlarge/bf16/tp1/vllm/on-demand',
    'llama-3.1-8b on 1 × ml.g5.2xlarge, bf16',
    1.515,
    120_000,
    { class: 'small' },
  ),
  hosted(
    'llama-3.1-70b@ml.p5.48xlarge/bf16/tp8/vllm/on-demand',
    'llama-3.1-70b on 1 × ml.p5.48xlarge, bf16',
    55,
    1_500_000,
    { class: 'medium', sure: 'assumed' },
  ),
  hosted('gpt-oss-20b@ml.g6e.xlarge/int4/tp1/vllm/on-demand', 'gpt-oss-20b on 1 × ml.g6e.xlarge, int4', 2.35, 260_000, {
    class: 'medium',
    sure: 'formula-only',
  }),
]

export const HYBRID: PricedOption = option({
  id: 'hybrid:1*hosted:llama-3.1-8b@ml.g5.2xlarge/bf16/tp1/vllm/on-demand+api:groq/llama-3.1-8b',
  kind: 'hybrid',
  label: 'llama-3.1-8b on 1 × ml.g5.2xlarge, bf16, 3.1 % over to llama-3.1-8b (groq)',
  class: 'small',
  curve: overflowing(36.36, 150_000, 0.0003),
  lines: [line('endpoint', 24, 'instance hours', 1.515)],
  sure: 'derived',
})

/** Which curve is lowest, over all volumes: every pair's crossing between neighbouring kinks, exact on linear pieces. */
const lowestOf = (options: readonly PricedOption[], horizon: number): Stretch[] => {
  const kinks = [0, ...new Set(options.flatMap(({ curve }) => curve.kinks(0, horizon))), horizon].toSorted(
    (a, b) => a - b,
  )
  const cuts = new Set<number>(kinks)
  for (let at = 1; at < kinks.length; at++) {
    const from = (kinks[at - 1] ?? 0) * (1 + 1e-12) + 1e-9
    const to = kinks[at] ?? horizon
    const ends = options.map(({ curve }) => [curve.at(from), curve.at(to)] as const)
    for (const [a0, a1] of ends)
      for (const [b0, b1] of ends) {
        const share = (b0 - a0) / (b0 - a0 - (b1 - a1))
        if (share > 0 && share < 1) cuts.add(from + share * (to - from))
      }
  }
  const edges = [...cuts].toSorted((a, b) => a - b)
  const stretches: { from: number; to?: number; cheapest: string }[] = []
  for (let at = 1; at < edges.length; at++) {
    const [from = 0, to = horizon] = [edges[at - 1], edges[at]]
    const middle = (from + to) / 2
    const cheapest = options.reduce((best, one) => (one.curve.at(middle) < best.curve.at(middle) ? one : best)).id
    const last = stretches.at(-1)
    if (last?.cheapest === cheapest) last.to = to
    else stretches.push({ from, to, cheapest })
  }
  const last = stretches.at(-1)
  if (last !== undefined) delete last.to
  return stretches
}

const isRent = ({ kind }: PricedOption): boolean => kind === 'api' || kind === 'asIs'

/** A comparison of these options, cheapest first, with everything else as in the example. */
export const comparisonOf = (given: readonly PricedOption[], more: Partial<Comparison> = {}): Comparison => {
  const options = [...given].toSorted((one, other) => one.usdPerDay - other.usdPerDay)
  const rents = options.filter(isRent)
  const runs = options.filter(({ kind }) => kind === 'hosted')
  return {
    on: '2026-11-24',
    region: 'us-east-1',
    estimate: 'closed-form',
    catalogue: { hash: 'c0ffee12', asOf: '2026-11-20' },
    considered: 1740,
    workload: {
      requestsPerDay: EXAMPLE_VOLUME,
      tokensPerDay: {
        freshInput: EXAMPLE_VOLUME * 1500,
        cacheRead: 0,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: EXAMPLE_VOLUME * 400,
      },
      watchedHours: 72,
      peakFactor: 3.3,
      peakRequestsPerSecond: 0.47,
      meanInput: 1500,
      meanOutput: 400,
      rowsWithoutUsage: 0,
    },
    axis: 'requestsPerDay',
    options,
    ruledOut: [
      {
        id: 'hosted:flan-ul2@ml.g5.4xlarge/bf16/tp1/vllm/on-demand',
        reason: 'does not fit in memory: 39.1 GB of weights, 24.0 GB usable',
      },
      {
        id: 'hosted:llama-3.1-70b@ml.g5.2xlarge/bf16/tp1/vllm/on-demand',
        reason: 'does not fit in memory: 141.1 GB of weights, 24.0 GB usable',
      },
      {
        id: 'hosted:mixtral-8x7b@ml.g5.2xlarge/bf16/tp1/vllm/on-demand',
        reason: 'does not fit in memory: 93.4 GB of weights, 24.0 GB usable',
      },
      { id: 'api:openai/gpt-3.5-turbo-0301', reason: 'retired on 2024-06-13' },
      { id: 'api:mistral/mistral-tiny', reason: 'retired on 2025-03-30' },
    ],
    apart: [
      { id: 'api:google/gemini-flash-free', reason: 'free tier', usdPerDay: 0 },
      { id: 'api:acme/new-model', reason: 'no capability class', usdPerDay: 2.1 },
    ],
    assumed: [
      'output of another model is as long as the log says (--output-ratio 1)',
      'people cost nothing (--people-hours 0)',
    ],
    breakeven: options.length === 0 ? [] : lowestOf(options, HORIZON),
    pairs: rents.flatMap((rent) =>
      runs.map((run) => ({ rent: rent.id, run: run.id, stretches: lowestOf([rent, run], HORIZON) })),
    ),
    sensitivity: [
      {
        input: 'output tokens per request',
        lowSetting: '200',
        highSetting: '800',
        base: 88_259,
        atLow: 121_000,
        atHigh: 52_300,
      },
      { input: 'throughput of a replica', lowSetting: '× 0.7', highSetting: '× 1.3', base: 88_259, atHigh: 88_259 },
      { input: 'peak factor', lowSetting: '2', highSetting: '5', base: 88_259, atLow: 88_259, atHigh: 96_100 },
    ],
    horizonPerDay: HORIZON,
    unpriced: [{ model: 'internal-router-v2', tokens: 1_240_000, share: 0.0124 }],
    ...more,
  }
}

export const EXAMPLE: Comparison = comparisonOf(OPTIONS)
