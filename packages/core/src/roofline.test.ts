import { describe, expect, it } from 'vitest'

import type { Engine, OpenModel } from './catalog.ts'
import { accelerators, engines, models, replica } from './fixtures/hardware.ts'
import { kvBytesPerToken, linearLayers, parametersOf, stateBytesPerSequence, weightBytes } from './model.ts'
import { memoryOf } from './model-memory.ts'
import {
  cacheReadSeconds,
  decodeRowSeconds,
  floorSeconds,
  hostSeconds,
  prefillRowSeconds,
  promptIterationSeconds,
  type Roofline,
  rooflineOf,
} from './roofline.ts'
import type { Replica } from './model.ts'

const { H100 } = accelerators

const roofline = (fields: Partial<Replica>, settings: Partial<Engine> = {}): Roofline => {
  const one = rooflineOf(replica({ accelerator: H100, engine: { ...engines.vllm, ...settings }, ...fields }))
  if (one === undefined) throw new Error('no such arithmetic')
  return one
}

describe('layers that keep a state', () => {
  // Qwen3.5-397B-A17B (THUDM/slime:scripts/models/qwen3.5-397B-A17B.sh): 60 layers, every fourth with attention.
  const hybrid: OpenModel = {
    ...models.llama31_8b,
    id: 'qwen3.5-397b-a17b',
    layers: 60,
    hidden: 4096,
    heads: 32,
    kvHeads: 2,
    headSize: 256,
    ffn: 1024,
    vocabulary: 248_320,
    experts: { count: 512, active: 10, ffn: 1024, sharedFfn: 1024 },
    linearAttention: { fullAttentionEvery: 4, keyHeads: 16, valueHeads: 64, headSize: 128, convolution: 4 },
    gatedAttention: true,
  }

  it('count 397 billion parameters, and 45 layers without a cache', () => {
    expect(linearLayers(hybrid)).toBe(45)
    expect(parametersOf(hybrid) / 1e9).toBeCloseTo(396.2, 0)
  })

  it('hold 64 matrices of 128 x 128 in fp32 and three tokens of convolution a layer', () => {
    const matrices = 64 * 128 * 128 * 4
    const lookBack = 3 * (2 * 16 * 128 + 64 * 128) * 2
    expect(stateBytesPerSequence(hybrid, 'bf16')).toBe(45 * (matrices + lookBack))
    expect(stateBytesPerSequence(models.llama31_8b, 'bf16')).toBe(0)
  })

  it('share their state out over the tokens of a sequence: a cache of 15 layers, and less of it the longer they are', () => {
    const one = { model: hybrid, tensorParallel: 1, precision: 'bf16' } as const
    const cache = 15 * 2 * 2 * 256 * 2
    expect(kvBytesPerToken(one)).toBe(cache)
    expect(kvBytesPerToken(one, 1000)).toBeCloseTo(cache + stateBytesPerSequence(hybrid, 'bf16') / 1000, 3)
  })

  it('are read and written once a token given', () => {
    const one = roofline({ model: hybrid, precision: 'fp8', tensorParallel: 8 })
    const plain = { ...one, stateSecondsPerSequence: 0 }
    const more = decodeRowSeconds(one, 10) - decodeRowSeconds(plain, 10)
    const share = H100.fit?.attentionBandwidth ?? Number.NaN
    expect(more).toBeCloseTo((10 * 2 * stateBytesPerSequence(hybrid, 'fp8')) / 8 / (share * H100.bytesPerSecond), 9)
  })
})

describe('attention over the cache', () => {
  it('with as few KV heads a device as the engine says reads at half its rate', () => {
    // Eight KV heads over eight devices: one each.
    const [slow, fast] = [1, 0].map((halfRateKvHeads) => roofline({ tensorParallel: 8 }, { halfRateKvHeads }))
    expect(cacheReadSeconds(slow!, 1000, 0) / cacheReadSeconds(fast!, 1000, 0)).toBeCloseTo(2, 9)
    // On one device all eight are there: 8 / (8 + 1) of the rate.
    const one = roofline({}, { halfRateKvHeads: 1 })
    expect(cacheReadSeconds(one, 1000, 0) / cacheReadSeconds(roofline({}), 1000, 0)).toBeCloseTo(9 / 8, 9)
  })

  it('reads a cache of one byte a number in half the time, or not quite', () => {
    const two = cacheReadSeconds(roofline({}), 1000, 0)
    expect(cacheReadSeconds(roofline({ cache: 'fp8' }), 1000, 0) / two).toBeCloseTo(0.5, 9)
    expect(cacheReadSeconds(roofline({ cache: 'fp8' }, { narrowCacheRate: 0.8 }), 1000, 0) / two).toBeCloseTo(0.625, 9)
  })

  it('to chosen tokens stops growing at their number, while memory holds all', () => {
    const sparse: OpenModel = {
      ...models.deepseek_v3,
      sparseAttention: { tokens: 2048, indexHeads: 32, indexSize: 128 },
    }
    const one = roofline({ model: sparse, precision: 'fp8', tensorParallel: 8 })
    // 61 layers of 576 numbers in two bytes below 2,048 tokens; above, 128 bytes of index a layer and token.
    const growth = (from: number, to: number): number =>
      cacheReadSeconds(one, to, Math.min(to, one.window)) - cacheReadSeconds(one, from, Math.min(from, one.window))
    expect(one.window).toBe(2048)
    expect(growth(4096, 5096) / growth(0, 1000)).toBeCloseTo(128 / (128 + 576 * 2), 9)
    const memory = { tensorParallel: 8, precision: 'fp8' } as const
    expect(kvBytesPerToken({ ...memory, model: sparse })).toBe(
      kvBytesPerToken({ ...memory, model: models.deepseek_v3 }),
    )
  })

  it('by requests holds all attention weights on each device and one copy of the cache', () => {
    const split = replica({ model: models.deepseek_v3, accelerator: H100, precision: 'fp8', tensorParallel: 8 })
    const whole: Replica = { ...split, attention: 'data-parallel' }
    // MLA's latent lies on all eight devices where heads are split.
    expect(kvBytesPerToken(split) / kvBytesPerToken(whole)).toBe(8)
    const more = weightBytes(split.model, 'fp8', 8) - weightBytes(split.model, 'fp8')
    expect(memoryOf(whole).weightBytes - memoryOf(split).weightBytes).toBeCloseTo(more, 0)
    expect(more / 7 / 61 / 1e6).toBeCloseTo(187, 0)
    const [a, b] = [rooflineOf(split)!, rooflineOf(whole)!]
    expect(cacheReadSeconds(a, 8000, 0) / cacheReadSeconds(b, 8000, 0)).toBeCloseTo(8, 9)
  })
})

describe('guessed tokens', () => {
  it('are checked as rows of the step, and made by one layer and the head each', () => {
    const plain = roofline({ model: models.deepseek_v3, precision: 'fp8', tensorParallel: 8 })
    const guessing = roofline(
      { model: models.deepseek_v3, precision: 'fp8', tensorParallel: 8 },
      { speculation: { draft: 3, tokensPerStep: 2 } },
    )
    const step = decodeRowSeconds(guessing, 10)
    expect(step).toBeGreaterThan(decodeRowSeconds(plain, 40))
    expect(step).toBeLessThan(decodeRowSeconds(plain, 40) * 1.1)
    expect(step).toBeLessThan(2 * decodeRowSeconds(plain, 10) * 1.5)
  })
})

describe('the host', () => {
  const engine: Engine = { ...engines.vllm, stepSeconds: 1e-3, perSequenceSeconds: 1e-4, floorSecondsPerLayer: 1e-4 }

  it('adds its time, or works beside the devices', () => {
    expect(hostSeconds(engine, 50)).toBeCloseTo(6e-3, 12)
    expect(floorSeconds(engine, 32, 50)).toBeCloseTo(3.2e-3, 12)
    const beside: Engine = { ...engine, overlapsHost: true }
    expect(hostSeconds(beside, 50)).toBeCloseTo(1e-3, 12)
    expect(floorSeconds(beside, 32, 50)).toBeCloseTo(5e-3, 12)
  })

  it('of a slower machine launches slower: floors scale, host times do not', () => {
    const { engine: paced } = roofline({ accelerator: { ...H100, hostPace: 0.5 } }, engine)
    expect(paced.floorSecondsPerLayer).toBeCloseTo(0.5e-4, 12)
    expect(paced.stepSeconds).toBe(1e-3)
  })

  it('launches prompts one kernel at a time where graphs are for decodes alone', () => {
    const one = roofline({}, { promptFloorSecondsPerLayer: 1e-3 })
    const kernels = prefillRowSeconds(one, 10, 1)
    expect(kernels).toBeLessThan(32e-3)
    expect(promptIterationSeconds(one, kernels, 32, 1)).toBeCloseTo(32e-3 + hostSeconds(one.engine, 1), 9)
    expect(promptIterationSeconds(one, 0.1, 32, 1)).toBeCloseTo(0.1 + hostSeconds(one.engine, 1), 9)
  })
})

describe('an engine of its own kind', () => {
  it('overrides what kernels reach on the accelerator, number by number', () => {
    const usual = prefillRowSeconds(roofline({}), 8192, 0)
    const slow = prefillRowSeconds(roofline({}, { fit: { gemmCompute: 0.1 } }), 8192, 0)
    expect(slow / usual).toBeGreaterThan(3)
    expect(decodeRowSeconds(roofline({}, { fit: { gemmCompute: 0.76 } }), 1)).toBeCloseTo(
      decodeRowSeconds(roofline({}), 1),
      9,
    )
  })

  it('takes its share of memory from what the weights leave', () => {
    const all = memoryOf(replica({ accelerator: H100 }))
    const free = memoryOf(replica({ accelerator: H100, engine: { ...engines.vllm, sharesFreeMemory: true } }))
    expect(free.freeBytes).toBeCloseTo(0.9 * (all.usableBytes - all.weightBytes - all.overheadBytes), -3)
    expect(free.freeBytes).toBeGreaterThan(all.freeBytes)
  })
})
