import type { Accelerator, Efficiencies, Engine, OpenModel, Precision } from './catalog.ts'
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
  linearInputs,
  linearLayers,
  stateBytesPerSequence,
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
  /** Part of the rows that one device sees; absent: all. */
  readonly rowShare?: number
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
  /** Guessed tokens a sequence and step, which the step checks beside its own. */
  readonly draft: number
  /** Reading and writing the state of one sequence, in the layers that keep one. */
  readonly stateSecondsPerSequence: Seconds
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
/** Scoring all tokens and choosing among them takes so long a layer, however few they are: fitted on GLM-5 under SGLang. */
const INDEX_SECONDS = 50e-6
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
  const { hidden, heads, headSize, kvHeads, mla, gatedAttention } = model
  const output = gemm(times, (heads * headSize) / degree, hidden, bytes, rates)
  if (mla === undefined) {
    const keyValueHeads = Math.max(1, kvHeads / degree)
    const queries = ((gatedAttention ? 2 : 1) * heads) / degree
    return [gemm(times, hidden, (queries + 2 * keyValueHeads) * headSize, bytes, rates), output]
  }
  const queryWidth = (heads * (headSize + mla.ropeSize)) / degree
  const latent = gemm(times, hidden, mla.kvRank + mla.ropeSize + (mla.queryRank ?? 0), bytes, rates)
  const query = gemm(times, mla.queryRank ?? hidden, queryWidth, bytes, rates)
  const expand = gemm(times, mla.kvRank, (2 * heads * headSize) / degree, bytes, rates)
  return [latent, query, expand, output]
}

/** Projections of the layers that keep a state: the delta rule itself is a few per cent of their arithmetic, its state is counted apart. */
const linearGemms = (model: OpenModel, degree: number, bytes: number, rates: Rates): Gemm[] => {
  const { hidden, linearAttention } = model
  if (linearAttention === undefined) return []
  const times = linearLayers(model)
  const { valueHeads, headSize } = linearAttention
  return [
    gemm(times, hidden, linearInputs(linearAttention) / degree, bytes, rates),
    gemm(times, (valueHeads * headSize) / degree, hidden, bytes, rates),
  ]
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

const bankBytesPerSecond = (replica: Replica, { bytesPerSecond }: Rates): number =>
  replica.precision === 'fp4'
    ? efficienciesOf(replica).gemmBandwidth * replica.accelerator.bytesPerSecond
    : bytesPerSecond

const expertGemms = (replica: Replica, times: number, rates: Rates): Gemm[] => {
  const { model, precision, tensorParallel: degree, engine } = replica
  const { experts } = model
  const bytes = bytesPerWeight(precision)
  // Kernels for banks of experts read nvfp4 at the full rate, those for single matrices do not.
  const bankRates = { ...rates, bytesPerSecond: bankBytesPerSecond(replica, rates) }
  if (experts === undefined) return []
  const bank = feedForwardGemms(model, degree, times, experts.ffn, bytes, bankRates)
  const routed = bank.map((one, index): Gemm => ({
    ...one,
    launchSeconds: one.launchSeconds + (index === 0 ? (engine.routerSeconds ?? ROUTER_SECONDS) : 0),
    computeSeconds: one.computeSeconds / (engine.expertCompute ?? 1),
    experts: { count: experts.count, active: experts.active },
  }))
  return [...routed, ...feedForwardGemms(model, degree, times, experts.sharedFfn ?? 0, bytes, rates)]
}

/** Projections of the heads that choose tokens, copied on each device, and their scoring and choosing. */
const indexGemms = ({ model, precision }: Replica, rates: Rates): readonly Gemm[] => {
  const { hidden, layers, mla, sparseAttention } = model
  if (sparseAttention === undefined) return []
  const { indexHeads, indexSize } = sparseAttention
  const bytes = bytesPerAttentionWeight(model, precision)
  const queries = gemm(layers, mla?.queryRank ?? hidden, indexHeads * indexSize, bytes, rates)
  const keys = gemm(layers, hidden, indexSize + indexHeads, bytes, rates)
  return [queries, { ...keys, launchSeconds: keys.launchSeconds + INDEX_SECONDS }]
}

/** Attention of all layers: split by heads, or whole on each device for its share of the requests. */
const attentionStackGemms = (
  { model, precision, tensorParallel, attention }: Replica,
  rates: Rates,
): readonly Gemm[] => {
  const times = model.layers - linearLayers(model)
  const bytes = bytesPerAttentionWeight(model, precision)
  if (attention !== 'data-parallel') return attentionGemms(model, tensorParallel, times, bytes, rates)
  return attentionGemms(model, 1, times, bytes, rates).map((one) => ({ ...one, rowShare: 1 / tensorParallel }))
}

/** Layers of a decoder or encoder. */
const layerStack = (replica: Replica, rates: Rates): Stack => {
  const { model, precision, tensorParallel: degree } = replica
  const { dense, moe } = layerCounts(model)
  return {
    gemms: [
      ...attentionStackGemms(replica, rates),
      ...indexGemms(replica, rates),
      ...linearGemms(model, degree, bytesPerAttentionWeight(model, precision), rates),
      ...feedForwardGemms(model, degree, dense, model.ffn, bytesPerWeight(precision), rates),
      ...expertGemms(replica, moe, rates),
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

/** The engine on these hosts: floors are launches by the host, and a split model costs it more. */
const paced = (engine: Engine, hostPace: number, degree: number): Engine => ({
  ...engine,
  stepSeconds: engine.stepSeconds + (degree > 1 ? (engine.splitSeconds ?? 0) : 0),
  floorSecondsPerLayer: engine.floorSecondsPerLayer * hostPace,
  ...(engine.promptFloorSecondsPerLayer === undefined
    ? {}
    : { promptFloorSecondsPerLayer: engine.promptFloorSecondsPerLayer * hostPace }),
})

/**
 * How often a row's hidden state crosses the bus, a device: twice but for the own share in an all-reduce. Where each device
 * attends for its own requests, a row goes to the devices that hold its experts, drawn evenly, and comes back: one of two
 * exchanges a layer.
 */
const exchangedCopies = ({ model, attention, tensorParallel: degree }: Replica): number => {
  const others = (degree - 1) / degree
  if (attention !== 'data-parallel') return 2 * others
  return others * (1 - (1 - 1 / degree) ** (model.experts?.active ?? degree))
}

/** Layers by what they read: with sparse attention all read a window's worth of chosen tokens, though they keep every token. */
const readLayers = (model: OpenModel): ReturnType<typeof cacheLayers> =>
  model.sparseAttention === undefined
    ? cacheLayers(model)
    : { full: 0, windowed: model.layers, window: model.sparseAttention.tokens }

/** Over how many devices the reading of the cache is spread. */
const cacheDevices = ({ model, attention, tensorParallel }: Replica): number => {
  if (attention === 'data-parallel') return tensorParallel
  return model.mla === undefined ? Math.min(tensorParallel, model.kvHeads) : 1
}

/** Share of its rate at which attention reads the cache with so few KV heads a device; MLA spreads over its query heads. */
const spreadOf = ({ model: { kvHeads, mla }, engine: { halfRateKvHeads = 0 }, tensorParallel }: Replica): number => {
  const heads = Math.max(1, kvHeads / tensorParallel)
  return mla === undefined ? heads / (heads + halfRateKvHeads) : 1
}

/** What the engine's kernels reach on the accelerator. */
const efficienciesOf = ({ accelerator, engine }: Replica): Efficiencies => ({ ...fitOf(accelerator), ...engine.fit })

const computeShare = (narrow: boolean, { narrowCompute, gemmCompute }: Efficiencies): number =>
  narrow ? (narrowCompute ?? Math.min(NARROW_COMPUTE, gemmCompute)) : gemmCompute

/** Share of bandwidth with which weights are read. */
const weightShare = (precision: Precision, { fp4Bandwidth, gemmBandwidth }: Efficiencies): number =>
  precision === 'fp4' ? (fp4Bandwidth ?? gemmBandwidth) : gemmBandwidth

/** Rates of a replica's iterations, or `undefined` where the accelerator lacks the arithmetic. */
export const rooflineOf = (replica: Replica): Roofline | undefined => {
  const { model, accelerator, precision, tensorParallel: degree, engine } = replica
  const flops = peakFlops(accelerator, precision)
  if (flops === undefined) return undefined
  const fit = efficienciesOf(replica)
  const narrow = precision === 'fp8' || precision === 'fp4'
  const activation = bytesPerActivation(precision)
  const rates: Rates = {
    bytesPerActivation: activation,
    bytesPerSecond: weightShare(precision, fit) * accelerator.bytesPerSecond,
    flopsPerSecond: computeShare(narrow, fit) * flops,
    launchSeconds: fit.gemmLaunchSeconds + (narrow ? NARROW_LAUNCH_SECONDS : 0),
  }
  const headPeak = narrow ? (peakFlops(accelerator, 'bf16') ?? flops) : flops
  const headRates: Rates = {
    ...rates,
    bytesPerSecond: fit.gemmBandwidth * accelerator.bytesPerSecond,
    flopsPerSecond: fit.gemmCompute * headPeak,
    launchSeconds: fit.gemmLaunchSeconds,
  }
  const allReduce = allReduceOf(accelerator, degree)
  const narrowCache = replica.cache === 'fp8' ? (engine.narrowCacheRate ?? 1) : 1
  const cacheRate = fit.attentionBandwidth * narrowCache * spreadOf(replica) * accelerator.bytesPerSecond
  const cache = (cachedPerLayer(model) * bytesPerCached(replica)) / cacheDevices(replica)
  const layers = readLayers(model)
  const index = (model.sparseAttention?.indexSize ?? 0) * model.layers
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
        : ((engine.elementwisePasses ?? ELEMENTWISE_PASSES) * 2 * model.hidden * activation) /
          (ELEMENTWISE_BANDWIDTH * accelerator.bytesPerSecond),
    allReduceLatencySeconds: allReduce.latency,
    allReduceSecondsPerRow: (exchangedCopies(replica) * model.hidden * activation) / allReduce.bus,
    // Scores of sparse attention read one byte a number of its own keys, of every token, on every device.
    fullCacheSecondsPerToken: (layers.full * cache + index) / cacheRate,
    windowCacheSecondsPerToken: (layers.windowed * cache) / cacheRate,
    window: layers.window,
    draft: engine.speculation?.draft ?? 0,
    stateSecondsPerSequence: (2 * stateBytesPerSequence(model, precision)) / degree / cacheRate,
    fullPairSeconds: pair * (causal ? layers.full : model.layers),
    windowPairSeconds: causal ? pair * layers.windowed : 0,
    causal,
    pairShare: fit.attentionCompute,
    engine: paced(engine, accelerator.hostPace ?? 1, degree),
  }
}

/** Expected experts that at least one of `rows` rows asks for, routed uniformly: E (1 - (1 - k/E)^n) (inference-sim/inference-sim roofline.go). */
const expertsHit = (count: number, active: number, rows: number): number => count * (1 - (1 - active / count) ** rows)

/** A matrix product as the smooth maximum of memory and arithmetic: launch + sqrt(memory^2 + arithmetic^2). */
const gemmSeconds = (
  { launchSeconds, weightSeconds, activationSeconds, computeSeconds, rowShare = 1, experts }: Gemm,
  rows: number,
): Seconds => {
  const work = experts === undefined ? rows * rowShare : rows * experts.active
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

/** The output head, for the sequences that emit a token, and their states. */
const headSeconds = ({ head, stateSecondsPerSequence }: Roofline, emitting: number): Seconds =>
  emitting > 0 ? (head.times > 0 ? gemmSeconds(head, emitting) : 0) + stateSecondsPerSequence * emitting : 0

/** A pass of `rows` tokens through the layers, `emitting` of which need the output head. Prompts and decodes mix in a decoder. */
export const prefillRowSeconds = (roofline: Roofline, rows: number, emitting: number): Seconds =>
  stackSeconds(roofline, roofline.prefill, rows) + headSeconds(roofline, emitting)

/** A decode pass: one row a sequence, and one for each guess; every guess was a pass through one layer and the head. */
export const decodeRowSeconds = (roofline: Roofline, sequences: number): Seconds => {
  const { decode, draft } = roofline
  const rows = sequences * (1 + draft)
  const pass = stackSeconds(roofline, decode, rows) + headSeconds(roofline, rows)
  if (draft === 0) return pass
  const guess = stackSeconds(roofline, decode, sequences) / decode.layers + headSeconds(roofline, sequences)
  return pass + draft * guess
}

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

/** No iteration is faster than this: kernels launched one by one where no graph does it, and the host's work beside the devices' where they overlap. */
export const floorSeconds = (
  { floorSecondsPerLayer, overlapsHost, perSequenceSeconds }: Engine,
  layers: number,
  sequences: number,
): Seconds => Math.max(floorSecondsPerLayer * layers, overlapsHost ? perSequenceSeconds * sequences : 0)

/** What the host adds to an iteration of so many sequences. */
export const hostSeconds = ({ stepSeconds, overlapsHost, perSequenceSeconds }: Engine, sequences: number): Seconds =>
  stepSeconds + (overlapsHost ? 0 : perSequenceSeconds * sequences)

/** An iteration of decodes: kernels, but no faster than its floor, and the host's own time. */
export const iterationSeconds = (
  { engine }: Roofline,
  kernelSeconds: Seconds,
  layers: number,
  sequences: number,
): Seconds => Math.max(kernelSeconds, floorSeconds(engine, layers, sequences)) + hostSeconds(engine, sequences)

/** An iteration with prompts in it, which may have a floor of its own. */
export const promptIterationSeconds = (
  roofline: Roofline,
  kernelSeconds: Seconds,
  layers: number,
  sequences: number,
): Seconds =>
  iterationSeconds(
    roofline,
    Math.max(kernelSeconds, (roofline.engine.promptFloorSecondsPerLayer ?? 0) * layers),
    layers,
    sequences,
  )
