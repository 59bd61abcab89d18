import type { Accelerator, ArticlePreset, CapabilityClass, Engine, OpenModel, TokenizerFamily } from '@breakeven/core'
import { z } from 'zod'

import { isoDate, positive, positiveInteger, provenance, share, text } from './cells.ts'

// The rows of the YAML files in data/, as written. What core works with is made from them in the readers.

const nonNegative = z.number().nonnegative()

const rates = {
  fp32: positive.exactOptional(),
  bf16: positive.exactOptional(),
  fp16: positive.exactOptional(),
  fp8: positive.exactOptional(),
  int8: positive.exactOptional(),
  fp4: positive.exactOptional(),
}

const efficiencies = {
  gemmBandwidth: share,
  gemmCompute: share,
  gemmLaunchSeconds: nonNegative,
  attentionBandwidth: share,
  narrowCompute: share.exactOptional(),
  fp4Bandwidth: share.exactOptional(),
  attentionCompute: z.tuple([share, share, share]),
}

/** What an engine's kernels reach where it differs. */
const ownEfficiencies = {
  gemmBandwidth: share.exactOptional(),
  gemmCompute: share.exactOptional(),
  gemmLaunchSeconds: nonNegative.exactOptional(),
  attentionBandwidth: share.exactOptional(),
  narrowCompute: share.exactOptional(),
  fp4Bandwidth: share.exactOptional(),
  attentionCompute: z.tuple([share, share, share]).exactOptional(),
}

export const acceleratorRow: z.ZodType<Accelerator> = z.strictObject({
  id: text,
  kind: z.enum(['gpu', 'neuron', 'cpu']),
  cores: positiveInteger.exactOptional(),
  flopsPerSecond: z.strictObject(rates),
  usableBytes: positive.exactOptional(),
  bytesPerSecond: positive,
  link: z.strictObject({
    kind: z.enum(['nvlink', 'pcie', 'neuronlink', 'none']),
    bytesPerSecond: positive.exactOptional(),
  }),
  hostPace: positive.exactOptional(),
  fit: z.strictObject({ ...efficiencies, ...provenance }).exactOptional(),
  allReduce: z
    .array(z.strictObject({ degree: z.int().min(2), busBytesPerSecond: positive, latencySeconds: nonNegative }))
    .exactOptional(),
  flags: z.array(text).exactOptional(),
  ...provenance,
})

const capability = z.strictObject({
  class: z.enum(['frontier', 'large', 'medium', 'small', 'encoder']).exactOptional(),
  benchmark: text,
  score: positive,
  source: text,
})

const shape = z.strictObject({
  layers: positiveInteger,
  decoderLayers: positiveInteger.exactOptional(),
  hidden: positiveInteger,
  heads: positiveInteger,
  kvHeads: positiveInteger,
  headSize: positiveInteger,
  ffn: positiveInteger,
  gated: z.boolean(),
  vocabulary: positiveInteger,
  tiedEmbeddings: z.boolean(),
})

const experts = z.strictObject({
  count: positiveInteger,
  active: positiveInteger,
  ffn: positiveInteger,
  sharedFfn: positiveInteger.exactOptional(),
  firstDenseLayers: positiveInteger.exactOptional(),
})

type Shape = Pick<
  OpenModel,
  | 'layers'
  | 'decoderLayers'
  | 'hidden'
  | 'heads'
  | 'kvHeads'
  | 'headSize'
  | 'ffn'
  | 'gated'
  | 'vocabulary'
  | 'tiedEmbeddings'
>
type Made = 'repository' | 'class' | 'classSource' | 'recalledFields'

/** A model as models.yaml has it: the shape in one place, the class beside the score it follows from. */
export type ModelRow = Omit<OpenModel, keyof Shape | Made> & {
  /** `owner/name` on Hugging Face; absent where `unreleased`. */
  readonly repository?: string
  readonly shape: Shape
  readonly capability?: {
    readonly class?: CapabilityClass
    readonly benchmark: string
    readonly score: number
    readonly source: string
  }
  readonly note?: string
  readonly recalled?: readonly string[]
}

export const modelRow: z.ZodType<ModelRow> = z.strictObject({
  id: text,
  name: text,
  repository: text.exactOptional(),
  unreleased: z.literal(true).exactOptional(),
  kind: z.enum(['decoder', 'encoder-decoder', 'encoder']),
  task: z.enum(['generate', 'embed', 'classify']),
  released: isoDate.exactOptional(),
  licence: text,
  parameters: positive,
  activeParameters: positive.exactOptional(),
  otherParameters: positive.exactOptional(),
  nativePrecision: z.enum(['fp32', 'bf16', 'fp8', 'fp4', 'int8', 'int4']).exactOptional(),
  shape,
  experts: experts.exactOptional(),
  mla: z
    .strictObject({ kvRank: positiveInteger, ropeSize: positiveInteger, queryRank: positiveInteger.exactOptional() })
    .exactOptional(),
  slidingWindow: z
    .strictObject({ tokens: positiveInteger, fullAttentionEvery: positiveInteger.exactOptional() })
    .exactOptional(),
  linearAttention: z
    .strictObject({
      fullAttentionEvery: positiveInteger,
      keyHeads: positiveInteger,
      valueHeads: positiveInteger,
      headSize: positiveInteger,
      convolution: positiveInteger,
    })
    .exactOptional(),
  sparseAttention: z
    .strictObject({ tokens: positiveInteger, indexHeads: positiveInteger, indexSize: positiveInteger })
    .exactOptional(),
  gatedAttention: z.literal(true).exactOptional(),
  contextTokens: positiveInteger,
  tokenizer: text,
  capability: capability.exactOptional(),
  note: text.exactOptional(),
  recalled: z.array(text).exactOptional(),
  ...provenance,
})

/** A row of models.yaml as core sees it: the shape laid open, the class with the score that gives it. */
export const openModelOf = (row: ModelRow): OpenModel => {
  const { shape: shapes, capability: score, recalled, note: _, repository = 'not released', ...plain } = row
  return {
    ...plain,
    ...shapes,
    repository,
    // Unclassed models never compete: neither what no score places, nor what cannot be had.
    ...(score?.class === undefined || row.unreleased
      ? {}
      : { class: score.class, classSource: `${score.benchmark} ${score.score}: ${score.source}` }),
    ...(recalled === undefined ? {} : { recalledFields: recalled }),
  }
}

export const engineRow: z.ZodType<Engine> = z.strictObject({
  id: text,
  name: text,
  serves: z.array(z.enum(['decoder', 'encoder-decoder', 'encoder'])).min(1),
  runsOn: z.array(z.enum(['gpu', 'neuron', 'cpu'])).exactOptional(),
  scheduler: z.enum(['chunked-prefill', 'prefill-priority', 'static-batch']),
  stepSeconds: nonNegative,
  perSequenceSeconds: nonNegative,
  splitSeconds: nonNegative.exactOptional(),
  overlapsHost: z.literal(true).exactOptional(),
  floorSecondsPerLayer: nonNegative,
  promptFloorSecondsPerLayer: nonNegative.exactOptional(),
  speculation: z.strictObject({ draft: positiveInteger, tokensPerStep: positive }).exactOptional(),
  halfRateKvHeads: nonNegative.exactOptional(),
  elementwisePasses: positive.exactOptional(),
  fit: z.strictObject(ownEfficiencies).exactOptional(),
  narrowCacheRate: share.exactOptional(),
  routerSeconds: nonNegative.exactOptional(),
  expertCompute: share.exactOptional(),
  memoryShare: share,
  sharesFreeMemory: z.literal(true).exactOptional(),
  maxSequences: positiveInteger,
  maxBatchedTokens: positiveInteger,
  blockTokens: positiveInteger,
  ...provenance,
})

export const tokenizerRow: z.ZodType<TokenizerFamily> = z
  .strictObject({ id: text, ratio: positive, low: positive, high: positive, ...provenance })
  .refine(({ ratio, low, high }) => low <= ratio && ratio <= high, { error: 'expected low <= ratio <= high' })

const usedHost = z.strictObject({ model: text, instance: text, usdPerDay: positive, ...provenance })

export const presetFile: z.ZodType<ArticlePreset> = z.strictObject({
  id: text,
  on: isoDate,
  region: text,
  apiModel: text,
  inputTokens: positiveInteger,
  outputTokens: positiveInteger,
  host: usedHost,
  lambda: z.strictObject({ memoryGb: positive, seconds: positive, usdPerGbSecond: positive, ...provenance }),
  gateway: z.strictObject({ usdPerRequest: positive, ...provenance }),
  smallHost: usedHost,
  machines: z.array(text).min(1),
})
