import type { IsoDate, Sure, Usd } from './units.ts'
import type { Meter, Task, Tier } from './usage.ts'

/** What every figure carries. */
export type Provenance = { readonly source: string; readonly asOf: IsoDate; readonly sure: Sure }

/** Coarse capability classes, best first; `encoder` models classify and embed. */
export type CapabilityClass = 'frontier' | 'large' | 'medium' | 'small' | 'encoder'
export const GENERATING_CLASSES: readonly CapabilityClass[] = ['frontier', 'large', 'medium', 'small']

/** USD per million tokens. A meter without a price is not sold apart: see `compilePrice` for what it then costs. */
export type MeterPrices = Readonly<Partial<Record<Meter, number>>>

/** Prices for prompts longer than `above` tokens (the whole request, every meter). The first band is above -1: from 0 tokens. */
export type PriceBand = { readonly above: number; readonly usdPerMillion: MeterPrices }

/** A weekly schedule in UTC: the price holds on these days (0 = Sunday) from minute to minute; over midnight where from > to. */
export type PriceHours = {
  readonly fromMinute: number
  readonly toMinute: number
  readonly days?: readonly number[]
}

/**
 * One dated price of one model in one tier and region. In force from `from` (inclusive; absent: unknown) to `to` (exclusive).
 * `hours` present: it holds only then, and the row without hours holds the rest of the time.
 */
export type Price = Provenance & {
  readonly tier: Tier
  readonly region?: string
  readonly from?: IsoDate
  readonly to?: IsoDate
  readonly hours?: PriceHours
  /** Ascending by `above`, never empty. */
  readonly bands: readonly PriceBand[]
  readonly usdPerRequest?: Usd
  /** Prompts below this are billed as this many tokens. */
  readonly minimumInputTokens?: number
  /** What is known to be odd about the row; a flagged row is shown as such, `suspect` ones never win. */
  readonly flags?: readonly string[]
  readonly suspect?: true
}

export type ApiModel = {
  /** `provider/model`, as in `api:openai/gpt-4o`. */
  readonly id: string
  readonly provider: string
  readonly model: string
  /** Other spellings under which logs name it (lower case). */
  readonly aliases?: readonly string[]
  readonly task: Task
  /** Absent: unclassed, listed apart, never wins. */
  readonly capability?: { readonly class: CapabilityClass; readonly source: string }
  /** The open model it serves, by `OpenModel.id`, where it serves one. */
  readonly openModel?: string
  readonly tokenizer?: string
  readonly contextTokens?: number
  readonly released?: IsoDate
  readonly retired?: IsoDate
  /** Free, trial or subscription: listed apart, never wins. */
  readonly free?: true
  readonly prices: readonly Price[]
}

/** Shares of the peak that kernels reach (dimensionless). */
export type Efficiencies = {
  readonly gemmBandwidth: number
  readonly gemmCompute: number
  readonly gemmLaunchSeconds: number
  readonly attentionBandwidth: number
  /** Share of peak of products of 8- or 4-bit numbers; absent: about half. */
  readonly narrowCompute?: number
  /** Share of bandwidth with which nvfp4 matrices are read, banks of experts apart, where it is not `gemmBandwidth`. */
  readonly fp4Bandwidth?: number
  /** Share of peak in prefill attention for prompts up to 1k, up to 4k, longer. */
  readonly attentionCompute: readonly [number, number, number]
}

export type Accelerator = Provenance & {
  readonly id: string
  readonly kind: 'gpu' | 'neuron' | 'cpu'
  /** Parts of it that run a copy each of a small model; absent: one. */
  readonly cores?: number
  /** Dense rates, not sparse; absent: the hardware lacks the type. */
  readonly flopsPerSecond: {
    readonly fp32?: number
    readonly bf16?: number
    readonly fp16?: number
    readonly fp8?: number
    readonly int8?: number
    readonly fp4?: number
  }
  /** What the device really shows, not the label. CPU: absent, the instance's RAM counts. */
  readonly usableBytes?: number
  readonly bytesPerSecond: number
  readonly link: { readonly kind: 'nvlink' | 'pcie' | 'neuronlink' | 'none'; readonly bytesPerSecond?: number }
  /** Time in which the hosts it is sold with launch kernels, over that of the A100's hosts; scales an engine's floors. Absent: 1. */
  readonly hostPace?: number
  /** Fitted efficiencies, with their own grade. */
  readonly fit?: Provenance & Efficiencies
  /** All-reduce: bus bytes/s and fixed seconds by tensor-parallel degree. */
  readonly allReduce?: readonly {
    readonly degree: number
    readonly busBytesPerSecond: number
    readonly latencySeconds: number
  }[]
  readonly flags?: readonly string[]
}

export type Purchase = 'on-demand' | 'one-year' | 'spot'

/** One way to buy one machine in one region. */
export type InstanceRate = Provenance & {
  readonly purchase: Purchase
  readonly region: string
  readonly usdPerHour: Usd
}

export type Instance = {
  /** `ml.g5.4xlarge` (SageMaker hosting), `g5.4xlarge` (EC2), or the user's own name. */
  readonly id: string
  readonly service: 'sagemaker' | 'ec2' | 'own'
  readonly accelerator: string
  readonly acceleratorCount: number
  readonly vcpus?: number
  readonly ramBytes?: number
  /** Local NVMe: no volume to pay for. */
  readonly localDisk: boolean
  readonly rates: readonly InstanceRate[]
}

export type OpenModel = Provenance & {
  readonly id: string
  readonly name: string
  readonly repository: string
  readonly kind: 'decoder' | 'encoder-decoder' | 'encoder'
  readonly task: Task
  readonly class?: CapabilityClass
  readonly classSource?: string
  readonly released?: IsoDate
  readonly licence: string
  /** As published. */
  readonly parameters: number
  readonly activeParameters?: number
  /** Decoder layers for `decoder`, encoder layers for the others. */
  readonly layers: number
  readonly decoderLayers?: number
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly ffn: number
  readonly gated: boolean
  readonly vocabulary: number
  readonly tiedEmbeddings: boolean
  readonly experts?: {
    readonly count: number
    readonly active: number
    readonly ffn: number
    readonly sharedFfn?: number
    readonly firstDenseLayers?: number
  }
  /** Absent `queryRank`: queries are projected directly. */
  readonly mla?: { readonly kvRank: number; readonly ropeSize: number; readonly queryRank?: number }
  readonly slidingWindow?: { readonly tokens: number; readonly fullAttentionEvery?: number }
  /** Layers that keep one state of fixed size a sequence instead of a growing cache (gated delta nets), but for every n-th one. */
  readonly linearAttention?: {
    readonly fullAttentionEvery: number
    readonly keyHeads: number
    readonly valueHeads: number
    readonly headSize: number
    /** Tokens that the convolution before it looks back, with its own. */
    readonly convolution: number
  }
  /** Attention to so many chosen tokens alone; small heads of their own score all of them first (DeepSeek sparse attention). */
  readonly sparseAttention?: { readonly tokens: number; readonly indexHeads: number; readonly indexSize: number }
  /** Queries come with an output gate of their own width. */
  readonly gatedAttention?: true
  readonly contextTokens: number
  readonly tokenizer: string
  /** Parameters that the shapes do not describe and that are loaded all the same: a vision tower. */
  readonly otherParameters?: number
  /** The precision in which the weights are published, when not bf16 (gpt-oss: int4). */
  readonly nativePrecision?: Precision
  readonly recalledFields?: readonly string[]
  /** The weights were never given out: never a candidate, its shapes only check measured figures. */
  readonly unreleased?: true
}

export type Precision = 'fp32' | 'bf16' | 'fp8' | 'fp4' | 'int8' | 'int4'

/** A serving engine's era: host overheads and scheduler, as rows. */
export type Engine = Provenance & {
  readonly id: string
  readonly name: string
  readonly serves: readonly OpenModel['kind'][]
  /** Kinds of accelerator it runs on; absent: any. */
  readonly runsOn?: readonly Accelerator['kind'][]
  readonly scheduler: 'chunked-prefill' | 'prefill-priority' | 'static-batch'
  readonly stepSeconds: number
  readonly perSequenceSeconds: number
  /** More fixed host time of an iteration where the model is split over devices; absent: none. */
  readonly splitSeconds?: number
  readonly floorSecondsPerLayer: number
  /** The host prepares the next iteration while the devices work on this one: the slower of the two counts, not their sum. */
  readonly overlapsHost?: true
  /** As `floorSecondsPerLayer`, for iterations with prompts in them alone: CUDA graphs for decode steps only. */
  readonly promptFloorSecondsPerLayer?: number
  /** Tokens guessed by layers of the model's own, and how many come of a step on average; absent: one token a step. */
  readonly speculation?: { readonly draft: number; readonly tokensPerStep: number }
  /**
   * KV heads a device at which attention over the cache reads at half its rate: few heads make few blocks to spread over the
   * device's processors. Absent: 0.
   */
  readonly halfRateKvHeads?: number
  /** How often norms, activation and residual read or write the hidden state in a layer; more where they are not fused. Absent: 8. */
  readonly elementwisePasses?: number
  /** What its kernels reach where it differs from the accelerator's usual ones. */
  readonly fit?: Partial<Efficiencies>
  /** Rate of reading a cache of one byte a number over that of two bytes, in bytes; absent: 1. */
  readonly narrowCacheRate?: number
  /** Choosing and gathering experts, a layer; absent: 30 us. */
  readonly routerSeconds?: number
  /** Rate of products with experts over that of dense ones: few rows an expert fill tiles badly. Absent: 1. */
  readonly expertCompute?: number
  readonly memoryShare: number
  /** The share is of what is left after the weights, not of all. */
  readonly sharesFreeMemory?: true
  readonly maxSequences: number
  readonly maxBatchedTokens: number
  readonly blockTokens: number
}

/** A marginal price tier: `usd` a unit for the part of the month's quantity up to `upTo` (absent: no end). */
export type ServiceTier = { readonly upTo?: number; readonly usd: Usd }
export type ServiceRate = Provenance & {
  /** `lambda/duration-arm64`, `apigateway-http/requests`, … */
  readonly id: string
  readonly unit: string
  readonly region: string
  /** Ascending; quantities are per month, in `unit`. */
  readonly tiers: readonly ServiceTier[]
}

/** Tokens that one family needs for the text that takes o200k one token, with a band. */
export type TokenizerFamily = Provenance & {
  readonly id: string
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** Everything that has a price or a shape; made by the catalogue package, handed to the pure core. */
export type Catalog = {
  readonly hash: string
  readonly asOf: IsoDate
  readonly apiModels: readonly ApiModel[]
  readonly openModels: readonly OpenModel[]
  readonly accelerators: readonly Accelerator[]
  readonly instances: readonly Instance[]
  readonly engines: readonly Engine[]
  readonly services: readonly ServiceRate[]
  readonly tokenizers: readonly TokenizerFamily[]
}
