import type { Accelerator, Engine, OpenModel, Precision } from './catalog.ts'
import type { Bytes, Tokens } from './units.ts'

/** One replica: a model on one tensor-parallel group of accelerators under one engine. */
export type Replica = {
  readonly model: OpenModel
  readonly accelerator: Accelerator
  readonly tensorParallel: number
  readonly precision: Precision
  readonly engine: Engine
  /** Keys and values in one byte each; absent: as the activations. */
  readonly cache?: 'fp8'
  /** Each device attends for its own share of the requests, with all attention weights; absent: heads are split. */
  readonly attention?: 'data-parallel'
  /** RAM of the machine: the memory of a CPU replica. */
  readonly ramBytes?: Bytes
}

/** 4 bits carry their scales: nvfp4 one byte per 16, GPTQ and AWQ with groups of 128, and MXFP4 with one scale per 32, come to 0.53 bytes a weight. */
const BYTES_PER_WEIGHT: Readonly<Record<Precision, number>> = {
  fp32: 4,
  bf16: 2,
  fp8: 1,
  fp4: 0.5625,
  int8: 1,
  int4: 0.53,
}

type LinearAttention = NonNullable<OpenModel['linearAttention']>

/** Bytes that one weight takes in the matrices of the layers. */
export const bytesPerWeight = (precision: Precision): number => BYTES_PER_WEIGHT[precision]

/** Bytes of one activation or cached key or value: quantised models still compute and cache in 2 bytes. */
export const bytesPerActivation = (precision: Precision): number => (precision === 'fp32' ? 4 : 2)

/** Queries, keys, values and output of one attention block; MLA by its low-rank factors (DeepSeek-V2, arXiv 2405.04434, section 2.1). */
const attentionParameters = ({
  hidden,
  heads,
  kvHeads,
  headSize,
  mla,
  gatedAttention,
  sparseAttention,
}: OpenModel): number => {
  if (mla === undefined) return (gatedAttention ? 3 : 2) * hidden * heads * headSize + 2 * hidden * kvHeads * headSize
  const queryWidth = heads * (headSize + mla.ropeSize)
  const index =
    sparseAttention === undefined
      ? 0
      : (mla.queryRank ?? hidden) * sparseAttention.indexHeads * sparseAttention.indexSize +
        hidden * (sparseAttention.indexSize + sparseAttention.indexHeads)
  const query = mla.queryRank === undefined ? hidden * queryWidth : mla.queryRank * (hidden + queryWidth)
  return (
    index + query + hidden * (mla.kvRank + mla.ropeSize) + 2 * mla.kvRank * heads * headSize + heads * headSize * hidden
  )
}

/** Numbers that a gated delta net takes in for one token: queries and keys, values and their gate, decay and beta of each head. */
export const linearInputs = ({ keyHeads, valueHeads, headSize }: LinearAttention): number =>
  2 * keyHeads * headSize + 2 * valueHeads * headSize + 2 * valueHeads

/** Input and output projections of one gated delta net (huggingface/transformers: models/qwen3_next/modeling_qwen3_next.py). */
const linearAttentionParameters = ({ hidden, linearAttention }: OpenModel): number =>
  linearAttention === undefined
    ? 0
    : hidden * (linearInputs(linearAttention) + linearAttention.valueHeads * linearAttention.headSize)

/** Gate, up and down of a gated feed-forward block; up and down of a plain one. */
const feedForwardParameters = ({ hidden, gated }: OpenModel, width: number): number => (gated ? 3 : 2) * hidden * width

/** How many of the layers of `layers` have experts, and how many are dense. */
export const layerCounts = ({ layers, experts }: OpenModel): { readonly dense: number; readonly moe: number } => {
  const dense = experts === undefined ? layers : Math.min(layers, experts.firstDenseLayers ?? 0)
  return { dense, moe: layers - dense }
}

/** How many layers keep a state instead of a cache. */
export const linearLayers = ({ layers, linearAttention }: OpenModel): number =>
  linearAttention === undefined ? 0 : layers - Math.floor(layers / linearAttention.fullAttentionEvery)

/** All experts, the shared ones and the router of one mixture-of-experts layer: every expert is in memory, active or not. */
const expertParameters = (model: OpenModel): number => {
  const { experts, hidden } = model
  if (experts === undefined) return 0
  return (
    experts.count * feedForwardParameters(model, experts.ffn) +
    feedForwardParameters(model, experts.sharedFfn ?? 0) +
    hidden * experts.count
  )
}

/** The input table, and the output head where it is a table of its own; an encoder has learned positions, two segments and a pooler (arXiv 1810.04805). */
const embeddingParameters = ({ kind, vocabulary, hidden, tiedEmbeddings, contextTokens }: OpenModel): number =>
  kind === 'encoder'
    ? (vocabulary + contextTokens + 2) * hidden + hidden * hidden
    : vocabulary * hidden * (tiedEmbeddings ? 1 : 2)

/** Keys and values of the encoder's output for one decoder layer of an encoder-decoder. */
export const crossKeyValueParameters = ({ hidden, kvHeads, headSize }: OpenModel): number =>
  2 * hidden * kvHeads * headSize

type Parts = {
  readonly embedding: number
  readonly attention: number
  readonly feedForward: number
  readonly experts: number
  readonly other: number
}

const partsOf = (model: OpenModel): Parts => {
  const { dense, moe } = layerCounts(model)
  const linear = linearLayers(model)
  const decoderLayers = model.kind === 'encoder-decoder' ? (model.decoderLayers ?? model.layers) : 0
  return {
    embedding: embeddingParameters(model),
    // A decoder layer of an encoder-decoder attends twice: to itself and to the encoder.
    attention:
      (model.layers - linear + 2 * decoderLayers) * attentionParameters(model) +
      linear * linearAttentionParameters(model),
    feedForward: (dense + decoderLayers) * feedForwardParameters(model, model.ffn),
    experts: moe * expertParameters(model),
    other: model.otherParameters ?? 0,
  }
}

/** Parameters counted from the shapes; biases and norms, under 0.2 %, are left out. */
export const parametersOf = (model: OpenModel): number => {
  const { embedding, attention, feedForward, experts, other } = partsOf(model)
  return embedding + attention + feedForward + experts + other
}

/**
 * Models that are published in 4 bits have only their experts in 4 bits, attention stays in bf16 (gpt-oss model card, arXiv 2508.10925);
 * others quantise every matrix of a layer.
 */
export const bytesPerAttentionWeight = (model: OpenModel, precision: Precision): number =>
  precision === 'int4' && model.nativePrecision === 'int4' && model.experts !== undefined
    ? 2
    : bytesPerWeight(precision)

/**
 * Bytes of all weights of one copy of the model; embeddings, head and vision tower are not quantised.
 * @param attentionCopies how many devices hold all attention weights, where it is not split
 */
export const weightBytes = (model: OpenModel, precision: Precision, attentionCopies = 1): Bytes => {
  const { embedding, attention, feedForward, experts, other } = partsOf(model)
  return (
    (embedding + other) * bytesPerActivation(precision) +
    attentionCopies * attention * bytesPerAttentionWeight(model, precision) +
    (feedForward + experts) * bytesPerWeight(precision)
  )
}

/** How many layers remember every token, and how many only a window of `window` tokens. */
export const cacheLayers = (
  model: OpenModel,
): { readonly full: number; readonly windowed: number; readonly window: Tokens } => {
  const layers =
    model.kind === 'encoder-decoder' ? (model.decoderLayers ?? model.layers) : model.layers - linearLayers(model)
  if (model.slidingWindow === undefined) return { full: layers, windowed: 0, window: 0 }
  const { tokens, fullAttentionEvery } = model.slidingWindow
  const full = fullAttentionEvery === undefined ? 0 : Math.floor(layers / fullAttentionEvery)
  return { full, windowed: layers - full, window: tokens }
}

/** How often the whole cache is held by one tensor-parallel group: KV heads that cannot be split are copied, MLA's single latent always is. */
const cacheCopies = ({
  model,
  attention,
  tensorParallel,
}: Pick<Replica, 'model' | 'attention' | 'tensorParallel'>): number => {
  if (attention === 'data-parallel') return 1
  return model.mla === undefined ? Math.max(1, tensorParallel / model.kvHeads) : tensorParallel
}

/** Bytes of one cached number. */
export const bytesPerCached = ({ precision, cache }: Pick<Replica, 'precision' | 'cache'>): number =>
  cache === 'fp8' ? 1 : bytesPerActivation(precision)

/** Numbers that one token leaves in one layer's cache: keys and values, or MLA's latent and rotary part. */
export const cachedPerLayer = ({ kvHeads, headSize, mla }: OpenModel): number =>
  mla === undefined ? 2 * kvHeads * headSize : mla.kvRank + mla.ropeSize

/** States are kept in fp32 (`mamba_ssm_dtype` of Qwen3-Next), what the convolution looks back at as activations. */
const STATE_BYTES = 4

/**
 * Bytes of state that one sequence holds whatever its length: a matrix of head size x head size a value head, and the last tokens
 * of the convolution (Gated Delta Networks, arXiv 2412.06464; vllm/model_executor/layers/mamba/mamba_utils.py, gated_delta_net_state_shape).
 */
export const stateBytesPerSequence = (model: OpenModel, precision: Precision): Bytes => {
  if (model.linearAttention === undefined) return 0
  const { keyHeads, valueHeads, headSize, convolution } = model.linearAttention
  const matrices = valueHeads * headSize * headSize * STATE_BYTES
  const lookBack = (convolution - 1) * (2 * keyHeads + valueHeads) * headSize * bytesPerActivation(precision)
  return linearLayers(model) * (matrices + lookBack)
}

/**
 * Bytes of cache per token, over the whole replica, averaged over a sequence of `context` tokens (default: short of any window).
 * Capacity recipe: 2 x layers x KV heads x head size x bytes; windowed layers stop growing at the window, and a state of fixed
 * size is shared out over the tokens of its sequence.
 */
export const kvBytesPerToken = (
  replica: Pick<Replica, 'model' | 'tensorParallel' | 'precision' | 'cache' | 'attention'>,
  context: Tokens = 0,
): Bytes => {
  const { model } = replica
  if (model.kind === 'encoder') return 0
  const { full, windowed, window } = cacheLayers(model)
  const kept = context > window ? window / context : 1
  const state = context > 0 ? stateBytesPerSequence(model, replica.precision) / context : 0
  return (full + windowed * kept) * cachedPerLayer(model) * bytesPerCached(replica) * cacheCopies(replica) + state
}
