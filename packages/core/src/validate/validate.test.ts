import { describe, expect, it } from 'vitest'

import { accelerators, engines, models, replica } from '../fixtures/hardware.ts'
import { accuracyBySource, accuracyOf, type Residual } from './accuracy.ts'
import { predict, type Trial } from './trial.ts'

const trial = (fields: Partial<Trial> = {}): Trial => ({
  replica: replica(),
  input: 232,
  output: 50,
  shortest: 1,
  users: 1,
  requests: 20,
  client: true,
  ...fields,
})

const secondsOf = (one: Trial): number => {
  const prediction = predict(one)
  return prediction.fits ? prediction.e2e : NaN
}

describe('predict', () => {
  const tgi = (tensorParallel: number, users: number): Trial =>
    trial({
      replica: replica({ model: models.llama2_7b, engine: engines.tgi, tensorParallel }),
      users,
      requests: 20 * users,
    })

  // philschmid/text-generation-inference-tests results/sagemaker.csv: Llama-2-7B, TGI 1.0.3, 50 tokens, mean milliseconds.
  it('Llama-2-7B under TGI: ml.g5.12xlarge on 4 devices beats ml.g5.48xlarge on 8, at every number of users', () => {
    for (const users of [1, 5, 10, 20]) expect(secondsOf(tgi(4, users))).toBeLessThan(secondsOf(tgi(8, users)))
  })

  it('a static batch ends together and its rate is its tokens over its time', () => {
    const batch = predict(trial({ users: 8, requests: 8, client: false, input: 200, output: 128 }))
    expect(batch).toMatchObject({ fits: true })
    const { e2e, totalTokensPerSecond, requestsPerSecond } = batch.fits
      ? batch
      : { e2e: NaN, totalTokensPerSecond: NaN, requestsPerSecond: NaN }
    expect(totalTokensPerSecond * e2e).toBeCloseTo(8 * 328, 3)
    expect(requestsPerSecond * e2e).toBeCloseTo(8, 3)
  })

  it('more users: more tokens a second, each slower; the closed loop never has more of them than that', () => {
    const [few, many] = [4, 64].map((users) => predict(trial({ users, requests: 10 * users })))
    const [first, second] = [few, many].map((one) => (one?.fits ? one : undefined))
    expect(second?.outputTokensPerSecond).toBeGreaterThan(2 * (first?.outputTokensPerSecond ?? NaN))
    expect(second?.tpot).toBeGreaterThan(first?.tpot ?? NaN)
    // Little's law: users = rate x time in the system; ramp-up and tail-off take a little of it.
    expect((second?.requestsPerSecond ?? NaN) * (second?.e2e ?? NaN)).toBeLessThanOrEqual(64 * 1.02)
    expect((second?.requestsPerSecond ?? NaN) * (second?.e2e ?? NaN)).toBeGreaterThan(64 * 0.8)
  })

  it('two tokens a step: twice the tokens a second, and half the time of each, but for the steps that last longer', () => {
    const guessing = { ...engines.vllm, speculation: { draft: 1, tokensPerStep: 2 } }
    const [plain, twice] = [engines.vllm, guessing].map((engine) =>
      predict(trial({ replica: replica({ engine }), output: 401, input: 100 })),
    )
    if (!plain?.fits || !twice?.fits) throw new Error('does not fit')
    // A second row a step costs little where weights are read: 0.5 to 0.65 of the time.
    expect(twice.tpot / plain.tpot).toBeGreaterThan(0.5)
    expect(twice.tpot / plain.tpot).toBeLessThan(0.65)
    expect(twice.e2e).toBeCloseTo(twice.ttft + 400 * twice.tpot, 2)
    expect(twice.outputTokensPerSecond / plain.outputTokensPerSecond).toBeGreaterThan(1.5)
  })

  it('a client that gets ten tokens at a time waits nine steps more for the first, and half of the steps between two looks', () => {
    const [plain, late] = [{}, { streamTokens: 10, pollSteps: 4 }].map((fields) =>
      predict(trial({ output: 101, ...fields })),
    )
    if (!plain?.fits || !late?.fits) throw new Error('does not fit')
    expect(late.ttft - plain.ttft).toBeCloseTo((9 + 2) * plain.tpot, 9)
    // Nine of the hundred further tokens were there when the first one was seen.
    expect(late.tpot / plain.tpot).toBeCloseTo(0.91, 9)
    expect(late.e2e - plain.e2e).toBeCloseTo(2 * plain.tpot, 9)
    expect(late.ttft + 100 * late.tpot).toBeCloseTo(late.e2e, 9)
  })

  it('a pipeline of two holds what one device cannot, and two batches are under way', () => {
    const model = { ...models.llama31_8b, layers: 48, contextTokens: 8192 }
    const big = trial({ replica: replica({ model }), input: 100, output: 100, users: 64, requests: 64, client: false })
    expect(predict(big).fits).toBe(false)
    const piped = predict({ ...big, stages: 2 })
    expect(piped).toMatchObject({ fits: true })
    const [half, whole] = [32, 64].map((users) =>
      predict({
        ...big,
        users,
        requests: users,
        replica: replica({ model, accelerator: { ...accelerators.A10G, usableBytes: 2 * 23.6e9 } }),
      }),
    )
    if (!piped.fits || !half?.fits || !whole?.fits) throw new Error('does not fit')
    // Each batch passes all layers, half of the requests in each of two.
    expect(piped.outputTokensPerSecond / half.outputTokensPerSecond).toBeCloseTo(2, 6)
    expect(piped.outputTokensPerSecond).toBeGreaterThan(whole.outputTokensPerSecond)
  })

  it('says what does not fit', () => {
    expect(predict(trial({ input: 200_000 }))).toMatchObject({
      fits: false,
      reason: '20 requests of 200000 and 50 tokens do not fit',
    })
    expect(predict(trial({ replica: replica({ model: models.llama31_70b, accelerator: accelerators.T4 }) })).fits).toBe(
      false,
    )
  })
})

describe('accuracy', () => {
  const residual = (predicted: number, metric: Residual['metric'] = 'tpot'): Residual => ({
    source: 'S',
    engine: 'vLLM',
    accelerator: 'H100',
    metric,
    measured: 100,
    predicted,
  })

  it('is the median and the ninth decile of the absolute error, and the median of the signed one', () => {
    // Signed: -20, -10, 5, 10, 30; absolute: 5, 10, 10, 20, 30.
    const errors = accuracyOf([80, 90, 105, 110, 130].map((predicted) => residual(predicted)))
    const rounded = Object.values(errors).map((value) => Math.round(value * 1e9) / 1e9)
    expect(rounded).toEqual([5, 10, 30, 5])
  })

  it('stands by source, engine, accelerator and metric', () => {
    const groups = accuracyBySource([residual(90), residual(110), residual(50, 'ttft')])
    expect(groups.map(({ metric, rows }) => [metric, rows])).toEqual([
      ['tpot', 2],
      ['ttft', 1],
    ])
    expect(accuracyBySource([])).toEqual([])
  })
})
