import { describe, expect, it } from 'vitest'

import { models, replica, accelerators, engines } from './fixtures/hardware.ts'
import { kvBytesPerToken, parametersOf, weightBytes } from './model.ts'
import { memoryOf } from './model-memory.ts'

describe('parametersOf', () => {
  it.each(Object.values(models))('$id: the shapes give the published count within 2 %', (model) => {
    expect(Math.abs(parametersOf(model) / model.parameters - 1)).toBeLessThan(0.02)
  })

  it('splits Flan-UL2 into an encoder of 8.59 B and a decoder of 10.74 B', () => {
    // 32 x (4 x 4096^2 + 3 x 4096 x 16384); the decoder attends twice; two tables of 32128 x 4096.
    expect(parametersOf(models.flanUl2)).toBe(8_589_934_592 + 10_737_418_240 + 2 * 131_596_288)
  })
})

describe('weightBytes', () => {
  it('takes 39 GB for Flan-UL2 in bf16, and half for its layers in int8', () => {
    expect(weightBytes(models.flanUl2, 'bf16') / 1e9).toBeCloseTo(39.18, 2)
    expect(weightBytes(models.flanUl2, 'int8') / 1e9).toBeCloseTo(19.85, 2)
  })

  it('keeps embeddings and head in two bytes when the layers are quantised', () => {
    // 2 x 128256 x 4096 x 2 bytes = 2.10 GB; 6.98 B in the layers x 0.53 = 3.70 GB.
    expect(weightBytes(models.llama31_8b, 'int4') / 1e9).toBeCloseTo(5.8, 1)
  })

  it('comes to the 13.8 GB that gpt-oss-20b takes on disk, its attention in bf16', () => {
    expect(weightBytes(models.gptOss_20b, 'int4') / 1e9).toBeCloseTo(13.8, 0)
  })
})

describe('kvBytesPerToken', () => {
  it.each([
    ['grouped heads', models.llama31_8b, 1, 131_072],
    ['all heads', models.llama2_7b, 1, 524_288],
    ['split heads cost the replica the same', models.llama31_70b, 8, 327_680],
    ['heads are copied beyond their number', models.llama31_70b, 16, 655_360],
    // 61 layers x (512 + 64) x 2 bytes, a copy on each rank.
    ['the latent is copied to every rank', models.deepseek_v3, 8, 8 * 61 * 576 * 2],
    ['an encoder-decoder, in or out', models.flanUl2, 1, 524_288],
    ['an encoder keeps nothing', models.bertBase, 1, 0],
  ])('%s', (_, model, degree, bytes) => {
    expect(kvBytesPerToken({ model, precision: 'bf16', tensorParallel: degree })).toBe(bytes)
  })

  it('stops growing at the window', () => {
    // Mistral 7B: 131072 bytes a token up to 4096 tokens; at 8192 each counts half.
    const at = (context: number): number =>
      kvBytesPerToken({ model: models.mistral_7b, precision: 'bf16', tensorParallel: 1 }, context)
    expect([at(4095), at(4096), at(8192)]).toEqual([131_072, 131_072, 65_536])
  })

  it('halves with keys and values in fp8', () => {
    const one = { model: models.llama31_8b, precision: 'bf16', tensorParallel: 1 } as const
    expect(kvBytesPerToken({ ...one, cache: 'fp8' })).toBe(kvBytesPerToken(one) / 2)
  })

  it('keeps every sixth layer of Gemma 3 in full', () => {
    // 10 full layers and 52 windowed ones that keep 1024 of 10240 tokens: 10 + 5.2 layers of 2 x 16 x 128 x 2 bytes.
    expect(kvBytesPerToken({ model: models.gemma3_27b, precision: 'bf16', tensorParallel: 1 }, 10_240)).toBeCloseTo(
      15.2 * 8192,
      6,
    )
  })
})

// What vLLM printed at start-up. Sources: inference-sim/inference-sim testdata/trained_physics_iter29.json (vLLM 0.15.1);
// the last: casys-kaist/LLMServingSim bench/examples/RTX4090 (vLLM 0.19.0).
const measured = [
  [models.llama2_7b, accelerators.H100, 1, 2048, 119_408],
  [models.llama31_70b, accelerators.H100, 4, 8192, 484_016],
  [models.llama31_70b, accelerators.H100, 4, 2048, 486_800],
  [models.nemo_12b, accelerators.H100, 2, 1024, 768_144],
  [models.nemo_12b, accelerators.H100, 1, 2048, 308_016],
  [models.qwen25_7b, accelerators.H100, 1, 2048, 1_045_632],
  [models.qwen25_7b, accelerators.H100, 1, 1024, 1_045_888],
  [models.yi_34b, accelerators.H100, 2, 2048, 332_688],
  [models.llama31_8b, accelerators.RTX4090, 1, 2048, 41_408],
] as const

describe('memoryOf', () => {
  it.each(measured.map((row) => [row[0].id, row[1].id, ...row] as const))(
    '%s on %s',
    (_m, _a, model, accelerator, tensorParallel, maxBatchedTokens, kvTokens) => {
      const engine = { ...engines.vllm, maxBatchedTokens }
      const memory = memoryOf(replica({ model, accelerator, tensorParallel, engine }))
      expect(Math.abs(memory.kvTokens / kvTokens - 1)).toBeLessThan(0.03)
    },
  )

  it('counts whole blocks, and nothing where the weights do not fit', () => {
    expect(memoryOf(replica()).kvTokens % 16).toBe(0)
    const tight = memoryOf(replica({ model: models.llama31_70b }))
    expect(tight.freeBytes).toBeLessThan(0)
    expect(tight.kvTokens).toBe(0)
  })
})
