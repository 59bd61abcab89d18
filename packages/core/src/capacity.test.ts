import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { capacityOf, latencyAt } from './capacity.ts'
import { accelerators, engines, models, replica } from './fixtures/hardware.ts'

const target = { ttftSeconds: 2, tpotSeconds: 0.1 }
const chat = { input: 1155, output: 211 }
const encoder = { model: models.bertBase, engine: engines.eager } as const
const seq2seq = { model: models.flanUl2, engine: engines.seq2seq } as const

const rateOf = (...args: Parameters<typeof capacityOf>): number => {
  const capacity = capacityOf(...args)
  return capacity.fits ? capacity.requestsPerSecond : 0
}

describe('what fits', () => {
  it('rules Flan-UL2 out on one A10G in bf16, with the arithmetic and the way out', () => {
    // 23.6 GB x 0.9 - (0.2 + 7.5e-6 x 32128 = 0.44 GB) = 20.80 GB; weights 39.2 GB.
    expect(capacityOf(replica(seq2seq), { input: 333, output: 334 }, target)).toEqual({
      fits: false,
      reason:
        'needs 39.2 GB of weights in bf16; one A10G has 23.6 GB usable × 0.9 − 0.44 GB for the engine = 20.8 GB; fits in int8, or on 2 of them',
    })
    expect(rateOf(replica({ ...seq2seq, precision: 'int8' }), { input: 333, output: 334 }, target)).toBeGreaterThan(0)
    expect(rateOf(replica({ ...seq2seq, tensorParallel: 2 }), { input: 333, output: 334 }, target)).toBeGreaterThan(0)
  })

  it.each([
    ['no fp8 on an A10G', replica({ precision: 'fp8' }), chat, 'A10G has no fp8 arithmetic'],
    ['heads that do not split', replica({ tensorParallel: 3 }), chat, '32 attention heads do not split over 3 devices'],
    ['an engine for others', replica({ engine: engines.seq2seq }), chat, 'tgi-1-seq2seq does not serve decoder models'],
    [
      'an endless request',
      replica(),
      { input: 131_000, output: 73 },
      'a request of 131,000 tokens in and 73 out is longer than the context of 131,072',
    ],
    ['a negative request', replica(), { input: -1, output: 1 }, 'a request of -1 tokens in and 1 out is impossible'],
    ['no number', replica(), { input: NaN, output: 1 }, 'a request of NaN tokens in and 1 out is impossible'],
    [
      'a CPU of unknown memory',
      replica({ ...encoder, accelerator: accelerators.c6i, precision: 'fp32' }),
      { input: 128, output: 0 },
      'the memory of cpu-c6i.2xlarge is not known',
    ],
    [
      'a target no hardware meets',
      replica(),
      chat,
      'alone on it a request takes 0.0330 s for each further token; the target is 0.0100 s',
      { ttftSeconds: 2, tpotSeconds: 0.01 },
    ],
  ])('%s', (_, one, shape, reason, latency = target) => {
    const capacity = capacityOf(one, shape, latency)
    expect(capacity.fits ? '' : capacity.reason).toBe(reason)
  })

  it('computes bf16 models in fp16 on a T4, which has no bf16', () => {
    expect(
      rateOf(
        replica({ model: models.mistral_7b, precision: 'int8', accelerator: accelerators.T4 }),
        { input: 100, output: 10 },
        target,
      ),
    ).toBeGreaterThan(0)
  })

  it('holds a prompt up to the context', () => {
    const roomy = { ...replica({ model: models.llama2_7b, accelerator: accelerators.H100 }) }
    const patient = { ttftSeconds: 60, tpotSeconds: 1 }
    const rates = [4095, 4096, 4097].map((input) => rateOf(roomy, { input: input - 10, output: 10 }, patient) > 0)
    expect(rates).toEqual([true, true, false])
  })
})

describe('the rate', () => {
  it('is believable for Llama-3.1-8B on one A10G: about one conversation a second', () => {
    const capacity = capacityOf(replica(), chat, target)
    expect(capacity).toMatchObject({ fits: true, limit: 'memory', sure: 'derived' })
    expect(rateOf(replica(), chat, target)).toBeGreaterThan(0.8)
    expect(rateOf(replica(), chat, target)).toBeLessThan(2)
  })

  it('grows with the machine, and tensor parallel over PCIe loses at degree 8 to degree 4', () => {
    const on = (fields: Parameters<typeof replica>[0]): number => rateOf(replica(fields), chat, target)
    expect(on({ accelerator: accelerators.H100 })).toBeGreaterThan(10 * on({}))
    // Measured by Hugging Face on ml.g5.48xlarge (8) and ml.g5.12xlarge (4) with Llama 2.
    const tgi = { model: models.llama2_7b, engine: engines.tgi }
    expect(on({ ...tgi, tensorParallel: 8 })).toBeLessThan(on({ ...tgi, tensorParallel: 4 }))
  })

  it('widens the band with the doubt: H100 measured, A10G derived, encoder-decoders by formula only', () => {
    const spread = (one: ReturnType<typeof replica>): number => {
      const capacity = capacityOf(one, { input: 300, output: 100 }, { ttftSeconds: 20, tpotSeconds: 1 })
      return capacity.fits ? capacity.high / capacity.low : 0
    }
    const spreads = [
      replica({ accelerator: accelerators.H100 }),
      replica(),
      replica({ ...seq2seq, precision: 'int8' }),
    ].map(spread)
    expect(spreads).toEqual([...spreads].toSorted((a, b) => a - b))
    expect(spreads[2]).toBeCloseTo(3, 6)
  })

  it('serves an encoder-decoder padded but continuously far faster than in static batches', () => {
    const [padded, fixed] = [{ ...engines.seq2seq, scheduler: 'prefill-priority' } as const, engines.seq2seq].map(
      (engine) => rateOf(replica({ ...seq2seq, engine, tensorParallel: 4 }), { input: 333, output: 334 }, target),
    )
    expect(padded).toBeGreaterThan(20 * (fixed ?? Infinity))
  })

  it('needs no completion: prompts alone are served', () => {
    expect(rateOf(replica(), { input: 1155, output: 0 }, target)).toBeGreaterThan(rateOf(replica(), chat, target))
  })
})

describe('encoders', () => {
  const cpu = replica({ ...encoder, accelerator: accelerators.c6i, precision: 'fp32', ramBytes: 16e9 })
  // philschmid/aws-neuron-samples benchmark/results_encoder.md: BERT-base on c6i.2xlarge, fp32, batch 1, milliseconds by tokens.
  it.each([
    [8, 19.9],
    [128, 54.3],
    [512, 226],
  ])('BERT-base on a CPU, %i tokens: within 15 %% of %f ms', (input, milliseconds) => {
    const idle = latencyAt(cpu, { input, output: 0 }, 0)
    expect(Math.abs(((idle?.ttft ?? 0) - 0.008) / (milliseconds / 1000) - 1)).toBeLessThan(0.15)
  })

  it('BERT-base on an A10G, eager: within 15 % of 8.1 ms, flat up to 256 tokens', () => {
    const at = (input: number): number => (latencyAt(replica(encoder), { input, output: 0 }, 0)?.ttft ?? 0) - 0.008
    expect(Math.abs(at(128) / 0.0081 - 1)).toBeLessThan(0.15)
    expect(at(256) / at(8)).toBeLessThan(1.01)
  })

  it('answers with one pass, whatever output the log says', () => {
    const none = capacityOf(cpu, { input: 128, output: 0 }, target)
    expect(none).toMatchObject({ fits: true, tpot: 0, kvTokens: 0 })
    expect(capacityOf(cpu, { input: 128, output: 50 }, target)).toEqual(none)
  })
})

const anyReplica = fc
  .record({
    model: fc.constantFrom(...Object.values(models)),
    accelerator: fc.constantFrom(...Object.values(accelerators)),
    engine: fc.constantFrom(...Object.values(engines)),
    precision: fc.constantFrom('fp32', 'bf16', 'fp8', 'int8', 'int4'),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    ramBytes: fc.constantFrom(0, 16e9, 512e9),
  })
  .map((fields) => replica(fields))
const anyTokens = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 200_000 }))
const anyShape = fc.record({ input: anyTokens, output: anyTokens })
const anyTarget = fc.record({
  ttftSeconds: fc.constantFrom(0, 0.05, 2, 60, Infinity),
  tpotSeconds: fc.constantFrom(0, 0.05, 1, Infinity),
})

describe('properties', () => {
  it('every answer is a reason or finite figures in order', () => {
    fc.assert(
      fc.property(anyReplica, anyShape, anyTarget, (one, shape, latency) => {
        const capacity = capacityOf(one, shape, latency)
        const reason = capacity.fits ? 'fits' : capacity.reason
        expect(reason).not.toMatch(/NaN|Infinity|undefined|^$/)
        if (!capacity.fits) return
        const { requestsPerSecond, low, high, ttft, tpot, concurrency, kvTokens } = capacity
        for (const figure of [concurrency, kvTokens]) expect(figure >= 0 && Number.isFinite(figure)).toBe(true)
        for (const ordered of [
          [Number.MIN_VALUE, low, requestsPerSecond, high, Number.MAX_VALUE],
          [Number.MIN_VALUE, ttft, latency.ttftSeconds],
          [0, tpot, latency.tpotSeconds],
        ]) {
          expect(ordered).toEqual(ordered.toSorted((a, b) => a - b))
        }
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  it('a laxer target never lowers the rate', () => {
    fc.assert(
      fc.property(
        anyReplica,
        anyShape,
        anyTarget,
        fc.double({ min: 1, max: 10, noNaN: true }),
        (one, shape, { ttftSeconds, tpotSeconds }, factor) => {
          const strict = rateOf(one, shape, { ttftSeconds, tpotSeconds })
          const lax = rateOf(one, shape, { ttftSeconds: ttftSeconds * factor, tpotSeconds: tpotSeconds * factor })
          expect(lax).toBeGreaterThanOrEqual(strict * (1 - 1e-6))
        },
      ),
      { numRuns: 500, seed: 2 },
    )
  })

  it('at half the sustained rate nobody waits longer', () => {
    const anyTalk = fc.record({ input: fc.integer({ min: 1, max: 500 }), output: fc.integer({ min: 16, max: 300 }) })
    fc.assert(
      fc.property(anyReplica, anyTalk, (one, shape) => {
        const capacity = capacityOf(one, shape, target)
        const latency = latencyAt(one, shape, (capacity.fits ? capacity.requestsPerSecond : 0) / 2)
        const [ttft, tpot] = capacity.fits ? [capacity.ttft, capacity.tpot] : [Infinity, Infinity]
        expect(latency?.ttft ?? (capacity.fits ? NaN : 0)).toBeLessThanOrEqual(ttft)
        expect(latency?.tpot ?? (capacity.fits ? NaN : 0)).toBeLessThanOrEqual(tpot * (1 + 1e-9))
      }),
      { numRuns: 500, seed: 3 },
    )
  })

  it('what is beyond the largest rate has no latency', () => {
    expect(latencyAt(replica(), chat, 1e6)).toBeUndefined()
    expect(latencyAt(replica({ model: models.llama31_70b }), chat, 0)).toBeUndefined()
  })
})
