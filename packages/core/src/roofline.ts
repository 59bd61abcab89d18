import type { Accelerator, Engine, OpenModel, Precision } from './catalog.ts'
import type { Replica } from './model.ts'
import {
  bytesPerActivation,
  bytesPerAttentionWeight,
  bytesPerWeight,
  bytesPerCached,
  cachedPerLayer,
  cacheLayers,
  crossKeyValueParameters,
  layerCounts,
} from './model.ts'
import type { Seconds, Tokens } from './units.ts'

// The time of one iteration, from rows. Source of the recipe and its constants: fits to 20,880 kernel timings of
// microsoft/vidur (MIT) and 25,234 of ai-dynamo/aiconfigurator (Apache-2.0); mean error 7 to 11 %, L40S 17 %.

/** One weight matrix (or bank of experts), `times` of them in a pass: all in seconds at the efficiencies that were fitted. */
type Gemm = {
  readonly times: number
  readonly launchSeconds: Seconds
  /** Reading the weights; of one expert for a bank. */
  readonly weightSeconds: Seconds
  /** Reading and writing activations, a row. */
  readonly activationSeconds: Seconds
  readonly computeSeconds: Seconds
  readonly experts?: { readonly count: number; readonly active: number }
}

/** A stack of layers that tokens pass through. */
type Stack = {
  readonly gemms: readonly Gemm[]
  readonly layers: number
  /** All-reduces, two a layer where the layers are split. */
  readonly allReduces: number
}

/** A replica's rates, worked out once. Seconds per what the name says. */
export type Roofline = {
  readonly prefill: Stack
  readonly decode: Stack
  readonly head: Gemm
  readonly elementwiseLaunchSeconds: Seconds
  readonly elementwiseSecondsPerRow: Seconds
  readonly allReduceLatencySeconds: Seconds
  readonly allReduceSecondsPerRow: Seconds
  /** Reading one cached token in the layers that remember all, and in those with a window. */
  readonly fullCacheSecondsPerToken: Seconds
  readonly windowCacheSecondsPerToken: Seconds
  readonly window: Tokens
  /** Seconds per query-key pair at full peak, in layers that see all and in those with a window; and whether later tokens are masked. */
  readonly fullPairSeconds: Seconds
  readonly windowPairSeconds: Seconds
  readonly causal: boolean
  /** Share of peak in prefill attention by length. */
  readonly pairShare: readonly [number, number, number]
  readonly engine: Engine
}

/** Where nothing was fitted: the middle of what was fitted elsewhere. */
const UNFITTED: NonNullable<Accelerator['fit']> = {
  gemmBandwidth: 0.8,
  gemmCompute: 0.7,
  gemmLaunchSeconds: 5e-6,
  attentionBandwidth: 0.75,
  attentionCompute: [0.15, 0.35, 0.47],
  source: 'middle of the fitted accelerators',
  asOf: '2026-11-23',
  sure: 'formula-only',
}

export const fitOf = (accelerator: Accelerator): NonNullable<Accelerator['fit']> => accelerator.fit ?? UNFITTED

/** Norms, rotary embedding, activation and residual read and write the hidden state about eight times, at 0.8 of the bandwidth. */
const ELEMENTWISE_PASSES = 8
const ELEMENTWISE_BANDWIDTH = 0.8
const ELEMENTWISE_LAUNCH_SECONDS = 6e-6
/** Choosing and gathering experts takes 20 to 40 us a layer at small batches. */
const ROUTER_SECONDS = 30e-6
/** Kernels with 8- or 4-bit activations reach about half of their peak, after 3 us of quantising them. */
const NARROW_COMPUTE = 0.52
const NARROW_LAUNCH_SECONDS = 3e-6

/**
 * Peak FLOP/s of the matrix products, `undefined` where the hardware cannot: int8 and int4 are weight-only on accelerators
 * (weights are widened in the kernel), and int8 arithmetic on CPUs.
 */
export const peakFlops = ({ kind, flopsPerSecond }: Accelerator, precision: Precision): number | undefined => {
  const half = flopsPerSecond.bf16 ?? flopsPerSecond.fp16
  if (precision === 'fp32') return flopsPerSecond.fp32
  if (precision === 'fp8' || precision === 'fp4') return flopsPerSecond[precision]
  if (precision === 'bf16') return half
  if (kind === 'cpu') return precision === 'int8' ? flopsPerSecond.int8 : undefined
  return half
}

/** Bytes/s of the bus and the fixed seconds of an all-reduce; without a row: a third of NVLink, or what NCCL reaches over PCIe. */
const allReduceOf = ({ allReduce, link }: Accelerator, degree: number): { bus: number; latency: Seconds } => {
  if (degree <= 1) return { bus: Infinity, latency: 0 }
  const row = allReduce?.find((candidate) => candidate.degree === degree)
  if (row !== undefined) return { bus: row.busBytesPerSecond, latency: row.latencySeconds }
  if (link.kind === 'pcie' || link.kind === 'none') {
    if (degree <= 2) return { bus: 20e9, latency: 8e-6 }
    return degree <= 4 ? { bus: 5e9, latency: 13e-6 } : { bus: 2e9, latency: 33e-6 }
  }
  return { bus: (link.bytesPerSecond ?? 600e9) / 3, latency: 6e-6 }
}

type Rates = {
  readonly bytesPerActivation: number
  readonly bytesPerSecond: number
  readonly flopsPerSecond: number
  readonly launchSeconds: Seconds
}

/** Seconds of a matrix of `parameters` weights between rows of `input` and `output` numbers, split over `degree` devices. */
const gemm = (times: number, input: number, output: number, bytesPerNumber: number, rates: Rates): Gemm => ({
  times,
  launchSeconds: rates.launchSeconds,
  weightSeconds: (input * output * bytesPerNumber) / rates.bytesPerSecond,
  activationSeconds: (rates.bytesPerActivation * (input + output)) / rates.bytesPerSecond,
  computeSeconds: (2 * input * output) / rates.flopsPerSecond,
})

/** Projections of one self-attention block, split by heads; KV heads that cannot be split are copied. */
const attentionGemms = (model: OpenModel, degree: number, times: number, bytes: number, rates: Rates): Gemm[] => {
  const { hidden, heads, headSize, kvHeads, mla } = model
  const output = gemm(times, (heads * headSize) / degree, hidden, bytes, rates)
  if (mla === undefined) {
    const keyValueHeads = Math.max(1, kvHeads / degree)
    return [gemm(times, hidden, (heads / degree + 2 * keyValueHeads) * headSize, bytes, rates), output]
  }
  const queryWidth = (heads * (headSize + mla.ropeSize)) / degree
  const latent = gemm(times, hidden, mla.kvRank + mla.ropeSize + (mla.queryRank ?? 0), bytes, rates)
  const query = gemm(times, mla.queryRank ?? hidden, queryWidth, bytes, rates)
  const expand = gemm(times, mla.kvRank, (2 * heads * headSize) / degree, bytes, rates)
  return [latent, query, expand, output]
}

const feedForwardGemms = (
  model: OpenModel,
  degree: number,
  times: number,
  width: number,
  bytes: number,
  rates: Rates,
): Gemm[] =>
  times === 0 || width === 0
    ? []
    : [
        gemm(times, model.hidden, ((model.gated ? 2 : 1) * width) / degree, bytes, rates),
        gemm(times, width / degree, model.hidden, bytes, rates),
      ]

const expertGemms = (model: OpenModel, degree: number, times: number, bytes: number, rates: Rates): Gemm[] => {
  const { experts } = model
  if (experts === undefined) return []
  const bank = feedForwardGemms(model, degree, times, experts.ffn, bytes, rates)
  const routed = bank.map((one, index): Gemm => ({
    ...one,
    launchSeconds: one.launchSeconds + (index === 0 ? ROUTER_SECONDS : 0),
    experts: { count: experts.count, active: experts.active },
  }))
  return [...routed, ...feedForwardGemms(model, degree, times, experts.sharedFfn ?? 0, bytes, rates)]
}

/** Layers of a decoder or encoder. */
const layerStack = (replica: Replica, rates: Rates): Stack => {
  const { model, precision, tensorParallel: degree } = replica
  const { dense, moe } = layerCounts(model)
  return {
    gemms: [
      ...attentionGemms(model, degree, model.layers, bytesPerAttentionWeight(model, precision), rates),
      ...feedForwardGemms(model, degree, dense, model.ffn, bytesPerWeight(precision), rates),
      ...expertGemms(model, degree, moe, bytesPerWeight(precision), rates),
    ],
    layers: model.layers,
    allReduces: 2 * model.layers,
  }
}

/** The encoder's layers, and the keys and values of its output for every decoder layer. */
const encoderStack = (replica: Replica, rates: Rates): Stack => {
  const { model, precision, tensorParallel: degree } = replica
  const stack = layerStack(replica, rates)
  const decoderLayers = model.decoderLayers ?? model.layers
  const cross = crossKeyValueParameters(model) / model.hidden / degree
  return {
    ...stack,
    gemms: [...stack.gemms, gemm(decoderLayers, model.hidden, cross, bytesPerWeight(precision), rates)],
  }
}

/** The decoder's layers without the projections of the encoder's output: those were made once, at prefill. */
const decoderStack = (replica: Replica, rates: Rates): Stack => {
  const { model, precision, tensorParallel: degree } = replica
  const layers = model.decoderLayers ?? model.layers
  const bytes = bytesPerWeight(precision)
  const width = (model.heads * model.headSize) / degree
  const crossQuery = [gemm(layers, model.hidden, width, bytes, rates), gemm(layers, width, model.hidden, bytes, rates)]
  return {
    gemms: [
      ...attentionGemms(model, degree, layers, bytes, rates),
      ...crossQuery,
      ...feedForwardGemms(model, degree, layers, model.ffn, bytes, rates),
    ],
    layers,
    allReduces: 3 * layers,
  }
}

const stacksOf = (replica: Replica, rates: Rates): { prefill: Stack; decode: Stack } => {
  if (replica.model.kind === 'encoder-decoder') {
    return { prefill: encoderStack(replica, rates), decode: decoderStack(replica, rates) }
  }
  const stack = layerStack(replica, rates)
  return { prefill: stack, decode: stack }
}

/** Rates of a replica's iterations, or `undefined` where the accelerator lacks the arithmetic. */
export const rooflineOf = (replica: Replica): Roofline | undefined => {
  const { model, accelerator, precision, tensorParallel: degree, engine } = replica
  const flops = peakFlops(accelerator, precision)
  if (flops === undefined) return undefined
  const fit = fitOf(accelerator)
  const narrow = precision === 'fp8' || precision === 'fp4'
  const activation = bytesPerActivation(precision)
  const rates: Rates = {
    bytesPerActivation: activation,
    bytesPerSecond: fit.gemmBandwidth * accelerator.bytesPerSecond,
    flopsPerSecond: (narrow ? Math.min(NARROW_COMPUTE, fit.gemmCompute) : fit.gemmCompute) * flops,
    launchSeconds: fit.gemmLaunchSeconds + (narrow ? NARROW_LAUNCH_SECONDS : 0),
  }
  const headPeak = narrow ? (peakFlops(accelerator, 'bf16') ?? flops) : flops
  const headRates: Rates = {
    ...rates,
    flopsPerSecond: fit.gemmCompute * headPeak,
    launchSeconds: fit.gemmLaunchSeconds,
  }
  const allReduce = allReduceOf(accelerator, degree)
  const cacheRate = fit.attentionBandwidth * accelerator.bytesPerSecond
  const cache =
    (cachedPerLayer(model) * bytesPerCached(replica)) / (model.mla === undefined ? Math.min(degree, model.kvHeads) : 1)
  const layers = cacheLayers(model)
  // Four operations per pair and number of a head: a multiply and an add for the score, and for the value.
  const pair = (4 * (model.heads / degree) * (model.headSize + (model.mla?.ropeSize ?? 0) / 2)) / headPeak
  const causal = model.kind === 'decoder'
  return {
    ...stacksOf(replica, rates),
    head: gemm(model.kind === 'encoder' ? 0 : 1, model.hidden, model.vocabulary / degree, activation, headRates),
    // A CPU's shares of peak were fitted to whole passes: element-wise work is in them.
    elementwiseLaunchSeconds: accelerator.kind === 'cpu' ? 0 : ELEMENTWISE_LAUNCH_SECONDS,
    elementwiseSecondsPerRow:
      accelerator.kind === 'cpu'
        ? 0
        : (ELEMENTWISE_PASSES * 2 * model.hidden * activation) / (ELEMENTWISE_BANDWIDTH * accelerator.bytesPerSecond),
    allReduceLatencySeconds: allReduce.latency,
    allReduceSecondsPerRow: (((2 * (degree - 1)) / degree) * model.hidden * activation) / allReduce.bus,
    fullCacheSecondsPerToken: (layers.full * cache) / cacheRate,
    windowCacheSecondsPerToken: (layers.windowed * cache) / cacheRate,
    window: layers.window,
    fullPairSeconds: pair * (causal ? layers.full : model.layers),
    windowPairSeconds: causal ? pair * layers.windowed : 0,
    causal,
    pairShare: fit.attentionCompute,
    engine: degree > 1 ? { ...engine, stepSeconds: engine.stepSeconds + (engine.splitSeconds ?? 0) } : engine,
  }
}

/** Expected experts that at least one of `rows` rows asks for, routed uniformly: E (1 - (1 - k/E)^n) (inference-sim/inference-sim roofline.go). */
const expertsHit = (count: number, active: number, rows: number): number => count * (1 - (1 - active / count) ** rows)

/** A matrix product as the smooth maximum of memory and arithmetic: launch + sqrt(memory^2 + arithmetic^2). */
const gemmSeconds = (
  { launchSeconds, weightSeconds, activationSeconds, computeSeconds, experts }: Gemm,
  rows: number,
): Seconds => {
  const work = experts === undefined ? rows : rows * experts.active
  const weights =
    experts === undefined ? weightSeconds : weightSeconds * expertsHit(experts.count, experts.active, rows)
  const memory = weights + activationSeconds * work
  const arithmetic = computeSeconds * work
  return launchSeconds + Math.sqrt(memory * memory + arithmetic * arithmetic)
}

/** Everything in a stack of layers that depends on the number of rows alone. */
const stackSeconds = (roofline: Roofline, { gemms, layers, allReduces }: Stack, rows: number): Seconds => {
  let seconds = layers * (roofline.elementwiseLaunchSeconds + roofline.elementwiseSecondsPerRow * rows)
  seconds += allReduces * (roofline.allReduceLatencySeconds + roofline.allReduceSecondsPerRow * rows)
  for (const one of gemms) seconds += one.times * gemmSeconds(one, rows)
  return seconds
}

/** The output head, for the sequences that emit a token. */
const headSeconds = ({ head }: Roofline, emitting: number): Seconds =>
  emitting > 0 && head.times > 0 ? gemmSeconds(head, emitting) : 0

/** A pass of `rows` tokens through the layers, `emitting` of which need the output head. Prompts and decodes mix in a decoder. */
export const prefillRowSeconds = (roofline: Roofline, rows: number, emitting: number): Seconds =>
  stackSeconds(roofline, roofline.prefill, rows) + headSeconds(roofline, emitting)

/** A decode pass: one row a sequence. */
export const decodeRowSeconds = (roofline: Roofline, sequences: number): Seconds =>
  stackSeconds(roofline, roofline.decode, sequences) + headSeconds(roofline, sequences)

/**
 * Reading the cache in a decode pass: linear in the sum of contexts, so a running sum suffices.
 * @param contexts sum of all contexts
 * @param windowed the same, each no longer than the window
 */
export const cacheReadSeconds = (roofline: Roofline, contexts: Tokens, windowed: Tokens): Seconds =>
  roofline.fullCacheSecondsPerToken * contexts + roofline.windowCacheSecondsPerToken * windowed

const shareAt = ([short, middle, long]: Roofline['pairShare'], length: Tokens): number =>
  length < 1024 ? short : length <= 4096 ? middle : long

/** Attention of a prompt chunk after `past` tokens: 4 heads x head size x chunk x (past + chunk / 2) operations, and the cache read once. */
export const prefillAttentionSeconds = (roofline: Roofline, chunk: Tokens, past: Tokens): Seconds => {
  const { causal, window, fullPairSeconds, windowPairSeconds } = roofline
  const pairs = chunk * (causal ? past + chunk / 2 : chunk)
  const seen = window > 0 ? Math.min(pairs, chunk * window) : pairs
  const arithmetic = (fullPairSeconds * pairs + windowPairSeconds * seen) / shareAt(roofline.pairShare, past + chunk)
  return arithmetic + (causal ? cacheReadSeconds(roofline, past + chunk, Math.min(past + chunk, chunk + window)) : 0)
}

/** An iteration: kernels, but no faster than launching them one by one where no graph does it, and the host's own time. */
export const iterationSeconds = (
  { engine }: Roofline,
  kernelSeconds: Seconds,
  layers: number,
  sequences: number,
): Seconds =>
  Math.max(kernelSeconds, engine.floorSecondsPerLayer * layers) +
  engine.stepSeconds +
  engine.perSequenceSeconds * sequences
