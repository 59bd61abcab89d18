import { InputError } from '@breakeven/core'
import { describe, expect, test } from 'vitest'

import { containers, ones, planFor, withFront } from './fixtures/hosted.ts'
import { pitfallsOf } from './pitfalls.ts'
import { planOf } from './plan.ts'
import { ceilingUsdPerDay } from './receipt.ts'

const changed = (fields: object, name: keyof typeof ones = 'llama') => {
  const one = ones[name]
  return { ...one, deployment: { ...one.deployment, ...fields } } as typeof one
}
const said = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof InputError) return `${error.message} / ${error.hint ?? ''}`
    throw error
  }
  return 'nothing'
}

describe('machines', () => {
  test('half as many again as the traffic needs, at least one more', () => {
    const at = (max: number) =>
      planFor('llama', {}, { ...ones.llama, machines: { ...ones.llama.machines, max } }).machines
    expect([at(1).max, at(2).max, at(3).max, at(10).max]).toEqual([2, 3, 5, 15])
    expect(planFor('llama', { mostMachines: 1 }).machines).toEqual({ min: 1, max: 1 })
  })

  test('the budget holds what all of them cost in a month of 730 hours', () => {
    const plan = planFor('llama')
    const ceiling = ones.llama.option.usdPerDay + ones.llama.machines.usdPerDayEach
    expect(plan.budgetUsdPerMonth).toBe(Math.ceil((ceiling * 730) / 24))
    const built = { plan, template: '', billing: { lines: [], free: [], gaps: [] }, imageAccount: '' }
    expect(ceilingUsdPerDay({ one: ones.llama, built })).toBeCloseTo(ceiling, 9)
  })

  test('several replicas of one machine run side by side in it', () => {
    const instance = { ...ones.llama.deployment.instance, acceleratorCount: 4 }
    const { environment, replicasPerMachine, concurrency } = planFor('llama', {}, changed({ instance }))
    expect(replicasPerMachine).toBe(4)
    expect(environment).toMatchObject({ SM_VLLM_DATA_PARALLEL_SIZE: '4' })
    expect(concurrency).toBe(Math.round(4 * ones.llama.capacity.concurrency))
    const split = planFor('llama', {}, changed({ instance, tensorParallel: 4 }))
    expect(split.environment).toMatchObject({ SM_VLLM_TENSOR_PARALLEL_SIZE: '4' })
    expect(split.environment).not.toHaveProperty('SM_VLLM_DATA_PARALLEL_SIZE')
  })
})

describe('precision', () => {
  test.each([
    ['bf16', undefined],
    ['fp8', 'fp8'],
    ['int4', 'bitsandbytes'],
  ])('%s', (precision, quantization) => {
    expect(planFor('llama', {}, changed({ precision })).environment.SM_VLLM_QUANTIZATION).toBe(quantization)
  })

  test('int8 needs weights that are in int8, and then nothing is said to vLLM', () => {
    const int8 = changed({ precision: 'int8' })
    expect(said(() => planFor('llama', {}, int8))).toMatch(/holds no int8 weights.*--weights OWNER\/NAME/)
    const { environment } = planFor('llama', { weights: 'org/llama-w8a8' }, int8)
    expect(environment).toMatchObject({ SM_VLLM_MODEL: 'org/llama-w8a8' })
    expect(environment).not.toHaveProperty('SM_VLLM_QUANTIZATION')
  })

  test('a T4 has no bf16', () => {
    const instance = { ...ones.llama.deployment.instance, accelerator: 'T4' }
    expect(planFor('llama', {}, changed({ instance })).environment).toMatchObject({ SM_VLLM_DTYPE: 'half' })
  })
})

describe('what cannot be deployed says why', () => {
  test.each([
    [
      'EC2',
      changed({ instance: { ...ones.llama.deployment.instance, service: 'ec2', id: 'g5.2xlarge' } }),
      /not a machine of SageMaker.*ml\.g5\.2xlarge/,
    ],
    [
      'Inferentia',
      changed({ instance: { ...ones.llama.deployment.instance, accelerator: 'Inferentia2' } }),
      /no container of AWS runs decoder models/,
    ],
    [
      'another engine',
      changed({ engine: { ...ones.llama.deployment.engine, id: 'trt-llm', name: 'TensorRT-LLM' } }),
      /under TensorRT-LLM/,
    ],
  ])('%s', (_name, one, message) => {
    expect(said(() => planOf(one, containers, 1e9, { name: 'x', scaleToZero: false }))).toMatch(message)
  })

  test.each(['nowhere', 's3://bucket/no-slash', 's3://B/x/', 'a/b/c', 'org/name; rm -rf'])(
    'weights at %j',
    (weights) => {
      expect(said(() => planFor('llama', { weights }))).toMatch(/neither a repository of the hub nor an S3 prefix/)
    },
  )
})

describe('pitfalls', () => {
  /** Of nearly every stack: tested by themselves below. */
  const ORDINARY: ReadonlySet<string> = new Set(['untold', 'budgetTag', 'tokenReadable', 'unpinned'])
  const ids = (...args: Parameters<typeof planFor>): readonly string[] =>
    pitfallsOf(planFor(...args)).flatMap(({ id, weight }) => (ORDINARY.has(id) ? [] : [`${weight} ${id}`]))

  test('gated weights without a token stop it; a token or other weights do not', () => {
    expect(ids('llama')).toEqual(['stop gated'])
    expect(ids('llama', { tokenSecret: 'hf' })).toEqual([])
    expect(ids('llama', { weights: 'org/copy' })).toEqual([])
  })

  test('no machine: refused in eu-west-3, a wait elsewhere', () => {
    expect(ids('llama', { tokenSecret: 'hf', scaleToZero: true })).toEqual(['mind zeroStarts'])
    const paris = changed({ region: 'eu-west-3' })
    expect(ids('llama', { tokenSecret: 'hf', scaleToZero: true }, paris)).toEqual([
      'stop zeroRegion',
      'mind zeroStarts',
    ])
  })

  test('an answer must come before the front or SageMaker gives up', () => {
    // 30 s: 29 s to the first token is one second within the HTTP API, 31 s is over.
    const slow = (ttft: number, front: 'http' | 'rest') => {
      const one = withFront('bert', front)
      return { ...one, capacity: { ...one.capacity, ttft, tpot: 0 } }
    }
    const labels = { weights: 'org/labels' }
    expect(ids('bert', labels, slow(28.9, 'http'))).toEqual([])
    expect(ids('bert', labels, slow(31, 'http'))).toEqual(['stop slowHttp'])
    expect(ids('bert', labels, slow(59, 'rest'))).toEqual([])
    expect(ids('bert', labels, slow(61, 'rest'))).toEqual(['stop slowInvoke'])
  })

  test('a long answer of vLLM has to be streamed', () => {
    const slow = (tpot: number) => ({ ...ones.llama, capacity: { ...ones.llama.capacity, ttft: 1, tpot } })
    const token = { tokenSecret: 'hf' }
    // 99 further tokens of 0.58 s and one second: 58.4 s; of 0.62 s: 62.4 s.
    expect(ids('llama', token, slow(0.58))).toEqual([])
    expect(ids('llama', token, slow(0.62))).toEqual(['mind longWhole'])
  })

  test('what works and surprises is said: a bare encoder, a script of ours, a single machine', () => {
    expect(ids('bert')).toEqual(['mind headless'])
    expect(ids('flan')).toEqual(['mind scriptNeverRan', 'mind wholeAnswer'])
    expect(ids('bert', { weights: 'org/labels', mostMachines: 1 })).toEqual(['mind oneMachine'])
  })

  const what = (id: string, ...args: Parameters<typeof planFor>): string | undefined =>
    pitfallsOf(planFor(...args)).find((one) => one.id === id)?.what

  test('a script that answers one at a time is set against what the receipt counts on', () => {
    // 0.661 s + 99 x 0.023 s = 2.94 s, 0.0434 a second: 13 % of the time.
    expect(what('scriptNeverRan', 'flan')).toMatch(
      /one request at a time.* 0\.0434 requests a second of 2\.94 s each, which keeps it busy 13 % of the time$/,
    )
    const { flan } = ones
    const often = { ...flan, capacity: { ...flan.capacity, requestsPerSecond: 0.4 } }
    // 0.4 x 2.94 = 1.18 of the time.
    expect(what('scriptNeverRan', 'flan', {}, often)).toMatch(/which takes batches$/)
    expect(what('wholeAnswer', 'flan')).toMatch(/sees nothing for about 2\.94 s/)
  })

  test('the script needs main memory for the weights as published: 39 GB and 4 for Flan-UL2', () => {
    const of = (ramBytes: number, precision = 'int8') => {
      const { instance } = ones.flan.deployment
      return ids('flan', {}, changed({ precision, instance: { ...instance, ramBytes } }, 'flan'))
    }
    // 39.18 GB and 4 GB.
    expect(of(43.1e9)).toContain('stop scriptRam')
    expect(of(43.2e9)).not.toContain('stop scriptRam')
    expect(of(34.4e9, 'bf16')).not.toContain('stop scriptRam')
    expect(ids('flan', {}, changed({ tensorParallel: 4 }, 'flan'))).toContain('stop scriptSplit')
  })

  test('what is paid for and does nothing by itself is said, until it does', () => {
    const ordinary = (...args: Parameters<typeof planFor>): readonly string[] =>
      pitfallsOf(planFor(...args)).flatMap(({ id }) => (ORDINARY.has(id) ? [id] : []))
    expect(ordinary('llama')).toEqual(['untold', 'budgetTag', 'unpinned'])
    expect(ordinary('llama', { email: 'ops@example.com' })).toEqual(['budgetTag', 'unpinned'])
    expect(ordinary('llama', { tokenSecret: 'hf' })).toEqual(['untold', 'budgetTag', 'tokenReadable', 'unpinned'])
    expect(ordinary('llama', { revision: 'main' })).toEqual(['untold', 'budgetTag'])
    expect(ordinary('llama', { weights: 's3://bucket/llama/' })).toEqual(['untold', 'budgetTag'])
  })
})

describe('one commit of the weights', () => {
  const revision = '0e9e39f249a16976918f6564b8830bc894c89659'

  test.each([
    ['llama', 'SM_VLLM_REVISION'],
    ['bert', 'HF_REVISION'],
    ['flan', 'BREAKEVEN_REVISION'],
  ] as const)('%s: told to the server', (name, variable) => {
    expect(planFor(name, { revision }).environment).toMatchObject({ [variable]: revision })
    expect(planFor(name).environment).not.toHaveProperty(variable)
  })

  test('is of a repository', () => {
    expect(said(() => planFor('llama', { revision, weights: 's3://bucket/llama/' }))).toMatch(/the weights lie in S3/)
    expect(said(() => planFor('llama', { revision: '--x' }))).toMatch(/not a commit, tag or branch/)
  })
})
