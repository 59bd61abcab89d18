import { accuracyOf } from '@breakeven/core'

import type { Comparison } from './validate.ts'

/** What was aimed at, whatever came of it. Percent of absolute error. */
type Target = {
  readonly name: string
  readonly medianPercent: number
  readonly p90Percent?: number
  readonly of: (one: Comparison) => boolean
}

const vllm = ({ setUp }: Comparison): boolean => setUp.preset.startsWith('vllm')
const decodes = ({ setUp }: Comparison): boolean => setUp.kind === 'decoder'
const dense = (one: Comparison): boolean => decodes(one) && one.setUp.experts !== true
const onCpu = ({ accelerator }: Comparison): boolean => accelerator.startsWith('cpu')

const TARGETS: readonly Target[] = [
  {
    name: 'Time per token, vLLM, dense, bf16 and fp8',
    medianPercent: 6,
    p90Percent: 15,
    of: (one) => one.metric === 'tpot' && vllm(one) && dense(one) && ['bf16', 'fp8'].includes(one.setUp.precision),
  },
  {
    name: 'Time per token, mixture of experts',
    medianPercent: 12,
    of: (one) => one.metric === 'tpot' && one.setUp.experts !== false && decodes(one),
  },
  {
    name: 'Time per token, nvfp4',
    medianPercent: 12,
    of: (one) => one.metric === 'tpot' && one.setUp.precision === 'fp4',
  },
  {
    name: 'Time per token, TensorRT-LLM',
    medianPercent: 12,
    of: (one) => one.metric === 'tpot' && one.setUp.preset.startsWith('trt-llm'),
  },
  {
    name: 'Mean time to first token, vLLM (not SGLang)',
    medianPercent: 12,
    of: (one) => one.metric === 'ttft' && vllm(one) && /^vllm/i.test(one.engine),
  },
  { name: 'End to end, decoders', medianPercent: 8, of: (one) => one.metric === 'e2e' && decodes(one) },
  { name: 'Throughput, decoders', medianPercent: 8, of: (one) => one.metric === 'throughput' && decodes(one) },
  {
    name: 'End to end, SageMaker with TGI, fp16',
    medianPercent: 8,
    of: (one) =>
      one.metric === 'e2e' && one.setUp.preset === 'tgi-1' && one.source === 'S01' && one.setUp.precision === 'bf16',
  },
  {
    name: 'Encoders on GPUs',
    medianPercent: 15,
    of: (one) => one.setUp.kind === 'encoder' && one.setUp.preset === 'transformers' && !onCpu(one),
  },
  { name: 'Encoders on CPUs', medianPercent: 15, of: (one) => one.setUp.kind === 'encoder' && onCpu(one) },
]

export type Reached = {
  readonly target: Target
  readonly all: ReturnType<typeof accuracyOf>
  readonly heldOut: ReturnType<typeof accuracyOf>
  /** Over all rows, those that are not predicted as wrong by 100 %. */
  readonly met: boolean
}

/** Targets that the rows speak about, and what was reached. */
export const reachedOf = (comparisons: readonly Comparison[]): readonly Reached[] =>
  TARGETS.flatMap((target) => {
    const rows = comparisons.filter(target.of)
    if (rows.length === 0) return []
    const all = accuracyOf(rows)
    const heldOut = accuracyOf(rows.filter(({ setUp }) => setUp.half === 'held out'))
    const met = all.medianAbsPctError <= target.medianPercent && all.p90AbsPctError <= (target.p90Percent ?? Infinity)
    return [{ target, all, heldOut, met }]
  })
