import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { capacityOf, latencyAt } from './capacity.ts'
import { accelerators, engines, models, replica } from './fixtures/hardware.ts'
import type { Replica } from './model.ts'
import { latenciesOf } from './replica-latency.ts'
import { type Requests, simulate } from './replica.ts'

/** Numbers that no machine, model or engine has. */
const oddNumber = fc.constantFrom(0, -1, 0.5, Number.NaN, Infinity, -Infinity, 1e-300, 1e300)

/** Puts odd numbers into some of the numeric fields of a row. */
const withOddFields = <Row extends object>(row: Row, fields: readonly (keyof Row)[]): fc.Arbitrary<Row> =>
  fc.subarray([...fields], { minLength: 1 }).chain((chosen) =>
    fc.tuple(...chosen.map(() => oddNumber)).map((numbers) => ({
      ...row,
      ...Object.fromEntries(chosen.map((field, at) => [field, numbers[at]])),
    })),
  )

const SHAPE = ['layers', 'hidden', 'heads', 'kvHeads', 'headSize', 'ffn', 'vocabulary', 'contextTokens'] as const
const HOST = [
  'stepSeconds',
  'perSequenceSeconds',
  'floorSecondsPerLayer',
  'memoryShare',
  'maxSequences',
  'maxBatchedTokens',
  'blockTokens',
] as const

const oddReplica: fc.Arbitrary<Replica> = fc.oneof(
  withOddFields(models.llama31_8b, SHAPE).map((model) => replica({ model, accelerator: accelerators.H100 })),
  withOddFields(models.flanUl2, SHAPE).map((model) =>
    replica({ model, accelerator: accelerators.H100, engine: engines.seq2seq }),
  ),
  withOddFields(accelerators.H100, ['usableBytes', 'bytesPerSecond']).map((accelerator) => replica({ accelerator })),
  oddNumber.map((bf16) => replica({ accelerator: { ...accelerators.H100, flopsPerSecond: { bf16 } } })),
  withOddFields(engines.vllm, HOST).map((engine) => replica({ accelerator: accelerators.H100, engine })),
  oddNumber.map((tensorParallel) => replica({ accelerator: accelerators.H100, tensorParallel })),
)

const allFinite = (value: object): boolean =>
  Object.values(value).every((one) => typeof one !== 'number' || Number.isFinite(one))

/** A reason in words, or figures that are all numbers. */
const isAnswer = (answer: { readonly fits: true } | { readonly fits: false; readonly reason: string }): boolean =>
  answer.fits ? allFinite(answer) : /\w/.test(answer.reason)

const latenciesAreFinite = (odd: Replica, requests: Requests): boolean => {
  const played = simulate(odd, requests)
  if (!played.fits) return isAnswer(played)
  const { ttft, tpot, e2e } = latenciesOf(requests, played)
  return [ttft, tpot, e2e].every(allFinite)
}

describe('impossible rows', () => {
  it('are ruled out with a reason, or give finite figures; never NaN or Infinity', () => {
    fc.assert(
      fc.property(oddReplica, fc.constantFrom(0, 1, 500, 5000), fc.constantFrom(0, 1, 200), (odd, input, output) => {
        expect(capacityOf(odd, { input, output }, { ttftSeconds: 10, tpotSeconds: 1 })).toSatisfy(isAnswer)
        expect(latencyAt(odd, { input, output }, 0.01) ?? {}).toSatisfy(allFinite)
      }),
      { numRuns: 400 },
    )
  })

  it('end when they are played, too', () => {
    const requests: Requests = {
      at: Float64Array.from([0, 0, 1, 3600]),
      input: Float64Array.from([10, 0, 4000, 500]),
      output: Float64Array.from([5, 0, 1, 100]),
    }
    fc.assert(
      fc.property(oddReplica, (odd) => {
        expect(latenciesAreFinite(odd, requests)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['no layers', { layers: 0 }],
    ['half a head', { heads: 0.5 }],
    ['a vocabulary that is not a number', { vocabulary: Number.NaN }],
    ['more KV heads than heads', { kvHeads: 64 }],
  ])('%s: the reason names the shape', (_, field) => {
    const odd = replica({ model: { ...models.llama31_8b, ...field }, accelerator: accelerators.H100 })
    expect(capacityOf(odd, { input: 10, output: 10 }, { ttftSeconds: 10, tpotSeconds: 1 })).toMatchObject({
      fits: false,
      reason: expect.stringMatching(/impossible shape.*(layers|heads|vocabulary|kvHeads)/),
    })
  })
})

describe('odd traffic', () => {
  const anyTrace = fc.array(
    fc.record({
      // All at one moment, within one second, or with gaps of days.
      gap: fc.constantFrom(0, 0, 0, 1e-9, 0.5, 86_400, 1e7),
      input: fc.constantFrom(0, 1, 17, 4000, 131_071, 131_072, 131_073, 1e9),
      output: fc.constantFrom(0, 1, 2, 300, 131_072),
    }),
    { maxLength: 25 },
  )
  const anyEngine = fc.constantFrom(engines.vllm, engines.v0, engines.tgi)

  it('zero tokens, prompts beyond the context, a whole trace in one second: each is served or turned away, in finite time', () => {
    fc.assert(
      fc.property(anyTrace, anyEngine, (trace, engine) => {
        let now = 0
        const requests: Requests = {
          at: Float64Array.from(trace, ({ gap }) => (now += gap)),
          input: Float64Array.from(trace, ({ input }) => input),
          output: Float64Array.from(trace, ({ output }) => output),
        }
        const played = simulate(replica({ accelerator: accelerators.H100, engine }), requests)
        if (!played.fits) throw new Error(played.reason)
        const { served, rejected, ...figures } = latenciesOf(requests, played)
        expect(served + rejected).toBe(trace.length)
        for (const percentiles of Object.values(figures)) expect(percentiles).toSatisfy(allFinite)
        for (const [at, { input, output }] of trace.entries()) {
          expect(played.rejected[at]).toBe(input + output > 131_072 ? 1 : 0)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('a target that no hardware meets is a reason with the numbers', () => {
    const capacity = capacityOf(
      replica({ accelerator: accelerators.H100 }),
      { input: 1000, output: 100 },
      { ttftSeconds: 1e-6, tpotSeconds: 1 },
    )
    expect(capacity).toMatchObject({
      fits: false,
      reason: expect.stringMatching(/waits 0\.\d+ s .* target is 0\.00000100/),
    })
  })
})
