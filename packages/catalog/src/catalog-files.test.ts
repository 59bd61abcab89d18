import { fileURLToPath } from 'node:url'

import { SURENESS } from '@breakeven/core'
import { describe, expect, test } from 'vitest'

import { parametersOf } from '../../core/src/model.ts'
import { readCatalogFiles } from './catalog-files.ts'

const catalog = await readCatalogFiles(fileURLToPath(new URL('../../../data', import.meta.url)))
const { accelerators, engines, instances, openModels, presets, services, tokenizers } = catalog

const machine = (id: string) => instances.find((instance) => instance.id === id)!
const rate = (id: string, region = 'us-east-1', purchase = 'on-demand') =>
  machine(id).rates.find((row) => row.region === region && row.purchase === purchase)
const model = (id: string) => openModels.find((row) => row.id === id)!
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

describe('every row', () => {
  test('has an id of its own', () => {
    for (const rows of [accelerators, engines, instances, openModels, tokenizers, presets]) {
      expect(new Set(idsOf(rows)).size).toBe(rows.length)
    }
    const keys = services.map(({ id, region }) => `${id} ${region}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('says where it comes from, when it was seen and how sure it is', () => {
    const rows = [
      ...accelerators,
      ...accelerators.flatMap(({ fit }) => (fit ? [fit] : [])),
      ...engines,
      ...instances.flatMap(({ rates }) => rates),
      ...openModels,
      ...services,
      ...tokenizers,
    ]
    expect(rows.length).toBeGreaterThan(400)
    for (const { source, asOf, sure } of rows) {
      expect(source.trim().length).toBeGreaterThan(5)
      expect(new Date(asOf).toISOString().slice(0, 10)).toBe(asOf)
      expect(asOf >= '2022-01-01' && asOf <= '2026-11-24').toBe(true)
      expect(SURENESS).toContain(sure)
    }
  })
})

describe('machines', () => {
  test('name an accelerator that there is', () => {
    const known = new Set(idsOf(accelerators))
    expect(instances.filter(({ accelerator }) => !known.has(accelerator))).toEqual([])
  })

  test('cost between 5 cents and 200 dollars an hour, and never nothing', () => {
    const odd = instances.flatMap(({ id, rates }) =>
      rates.filter(({ usdPerHour }) => !(usdPerHour >= 0.05 && usdPerHour <= 200)).map((row) => ({ id, row })),
    )
    expect(odd).toEqual([])
  })

  test('a price that nobody published is absent', () => {
    expect(machine('ml.p5e.48xlarge').rates).toEqual([])
    expect(machine('p5e.48xlarge').rates).toEqual([])
    expect(machine('ml.g5.4xlarge').rates.some(({ purchase }) => purchase !== 'on-demand')).toBe(false)
  })

  test.each([
    ['ml.g5.4xlarge', 2.03, 'published'],
    ['ml.m5.xlarge', 0.23, 'published'],
    ['ml.g6e.2xlarge', 2.8026, 'published'],
    ['ml.p5.48xlarge', 63.296, 'derived'], // read for another component of the same list
    ['ml.g5.12xlarge', 7.09, 'derived'],
    ['ml.c6i.xlarge', 0.204, 'recalled'], // EC2's 0.17 is from memory, so what follows from it is too
    ['g5.4xlarge', 1.624, 'published'],
  ])('%s is %d USD an hour, %s', (id, usdPerHour, sure) => {
    expect(rate(id)).toMatchObject({ usdPerHour, sure })
  })

  test('eu-west-1 follows from EC2 there, exactly', () => {
    expect(rate('ml.g5.4xlarge', 'eu-west-1')).toMatchObject({ usdPerHour: 2.2660875, sure: 'derived' }) // 1.81287 x 1.25
    expect(rate('ml.g4dn.xlarge', 'eu-west-1')).toMatchObject({ usdPerHour: 0.8218 }) // 0.587 x 1.4: an .xlarge
    expect(rate('ml.m5.xlarge', 'eu-west-1')).toMatchObject({ usdPerHour: 0.2568 }) // 0.214 x 1.2
    expect(instances.filter(({ id, service }) => service === 'sagemaker' && rate(id, 'eu-west-1'))).toHaveLength(21)
  })

  test('the uplift rule holds within 2 % wherever both prices were read', () => {
    const uplift = (type: string): number => {
      const [family = '', size] = type.split('.')
      if (type === 'inf2.xlarge') return 1.3057
      if (family === 'trn1') return 1.3254
      if (/^(p4|p5|p6)/.test(family)) return 1.15
      if (family.startsWith('g')) return size === 'xlarge' ? 1.4 : 1.25
      return 1.2
    }
    const pairs = instances.flatMap(({ id, service }) => {
      const hosting = rate(id)
      const ec2 = service === 'sagemaker' ? rate(id.slice(3)) : undefined
      return ec2 && hosting && !hosting.source.startsWith('EC2 ')
        ? [{ id, ratio: hosting.usdPerHour / ec2.usdPerHour }]
        : []
    })
    expect(pairs.length).toBeGreaterThan(48)
    expect(pairs.filter(({ id, ratio }) => Math.abs(ratio / uplift(id.slice(3)) - 1) >= 0.02)).toEqual([])
  })

  test('one year and spot cost less than on demand', () => {
    const cheaper = instances.flatMap(({ id, rates }) =>
      rates
        .filter(({ purchase }) => purchase !== 'on-demand')
        .map((row) => ({ id, row, full: rate(id, row.region)!.usdPerHour })),
    )
    expect(cheaper.length).toBeGreaterThan(60)
    expect(cheaper.filter(({ row, full }) => row.usdPerHour >= full)).toEqual([])
  })

  test('the number of accelerators is by type, not by size', () => {
    const counts = [
      'g5.12xlarge',
      'g5.16xlarge',
      'g5.24xlarge',
      'g7e.12xlarge',
      'g7e.24xlarge',
      'p5.4xlarge',
      'inf2.24xlarge',
    ]
    expect(counts.map((id) => machine(id).acceleratorCount)).toEqual([4, 1, 4, 2, 4, 1, 6])
  })

  test('disks are local where there is NVMe', () => {
    const types = [
      'ml.g5.xlarge',
      'ml.p4d.24xlarge',
      'ml.trn1.32xlarge',
      'ml.m5.xlarge',
      'ml.c6i.xlarge',
      'ml.inf2.xlarge',
    ]
    expect(types.map((id) => machine(id).localDisk)).toEqual([true, true, true, false, false, false])
  })

  test('a CPU is cores x GHz x flop a cycle: c6i.2xlarge 4 x 3.2 x 64 = 819 GFLOP/s', () => {
    const cpu = accelerators.find(({ id }) => id === machine('ml.c6i.2xlarge').accelerator)!
    expect(cpu.kind).toBe('cpu')
    expect(cpu.flopsPerSecond.fp32).toBeCloseTo(819.2e9, -3)
    expect(cpu.usableBytes).toBeUndefined()
  })
})

describe('accelerators', () => {
  test('show less memory than their label says', () => {
    const labelGib: Record<string, number> = {
      T4: 16,
      L4: 24,
      A10G: 24,
      L40S: 48,
      A40: 48,
      H100: 80,
      H200: 141,
      B200: 180,
      'A100-40GB': 40,
      'A100-80GB': 80,
      'RTX-4090': 24,
    }
    const shares = Object.entries(labelGib).map(([id, gib]) => {
      const { usableBytes = 0 } = accelerators.find((row) => row.id === id)!
      return { id, share: usableBytes / 1024 ** 3 / gib }
    })
    expect(shares.filter(({ share }) => !(share > 0.9 && share < 1.001))).toEqual([])
  })

  test('no fp8 before Ada and Hopper, no bf16 on T4', () => {
    const without = (type: 'fp8' | 'bf16') =>
      accelerators
        .filter(({ kind, flopsPerSecond }) => kind === 'gpu' && flopsPerSecond[type] === undefined)
        .map(({ id }) => id)
    expect(without('fp8').toSorted()).toEqual(['A100-40GB', 'A100-80GB', 'A10G', 'A40', 'T4'])
    expect(without('bf16')).toEqual(['T4'])
  })

  test('rates are dense: fp8 is at most twice bf16, fp32 below it', () => {
    const sparse = accelerators.filter(
      ({ flopsPerSecond: { bf16 = Number.NaN, fp8 = Number.NaN, fp32 = Number.NaN } }) =>
        fp8 / bf16 > 2.03 || fp32 >= bf16,
    )
    expect(sparse).toEqual([])
  })

  test('PCIe cards are ten times slower between each other than NVLink ones', () => {
    const bus = (id: string) =>
      accelerators.find((row) => row.id === id)!.allReduce!.find(({ degree }) => degree === 8)!.busBytesPerSecond
    expect(bus('H100') / bus('L40S')).toBeGreaterThan(100)
    expect(bus('A100-80GB') / bus('A10G')).toBeGreaterThan(50)
  })
})

describe('open models', () => {
  test('the 19 that the product must know are there', () => {
    const wanted =
      'bert-base-uncased distilbert-base-uncased flan-t5-xxl flan-ul2 alpaca-7b vicuna-13b llama-2-7b llama-2-13b llama-2-70b llama-3.1-8b llama-3.1-70b mistral-7b mixtral-8x7b qwen3-8b qwen3-32b qwen3-30b-a3b gpt-oss-20b gpt-oss-120b gemma-3-27b'
    expect(idsOf(openModels)).toEqual(expect.arrayContaining(wanted.split(' ')))
    expect(openModels).toHaveLength(67)
  })

  test.each(openModels.map(({ id }) => id).filter((id) => id !== 'falcon-40b'))(
    '%s: its shapes give its parameters within 2 per cent',
    (id) => {
      expect(Math.abs(parametersOf(model(id)) / model(id).parameters - 1)).toBeLessThan(0.02)
    },
  )

  test('falcon-40b is published by a rounded name only: its shapes give 41.3 billion', () => {
    expect(parametersOf(model('falcon-40b')) / 1e9).toBeCloseTo(41.3, 1)
  })

  test('heads divide among KV heads, and experts are more than those active', () => {
    const odd = openModels.filter(
      ({ heads, kvHeads, experts, activeParameters = 0, parameters }) =>
        heads % kvHeads !== 0 || (experts && experts.active >= experts.count) || activeParameters >= parameters,
    )
    expect(odd).toEqual([])
  })

  test('classes follow from the scores by the rule in the file', () => {
    const classOf = (benchmark: string, score: number): string | undefined => {
      const edges = benchmark.startsWith('MMLU-Pro')
        ? [78, 65, 40]
        : benchmark.startsWith('MMLU')
          ? [87, 80, 65]
          : undefined
      return edges && ['frontier', 'large', 'medium', 'small'][edges.filter((edge) => score < edge).length]
    }
    const wrong = openModels.filter(({ unreleased, kind, class: given, classSource = '' }) => {
      const [, benchmark = '', score] = /^(.*?) (\d+(?:\.\d+)?): /.exec(classSource) ?? []
      return !unreleased && given !== (kind === 'encoder' ? 'encoder' : classOf(benchmark, Number(score)))
    })
    expect(wrong).toEqual([])
    expect(openModels.filter((row) => row.class === undefined).map(({ id }) => id)).toEqual([
      'gpt-j-6b',
      'bloomberggpt-50b',
      // No score was looked up: they are there to check measured figures.
      'opt-6.7b',
      'bloom-7b1',
      'aquila-7b',
      'qwen1.5-7b',
      'yi-6b',
      'decilm-7b',
      'internlm-20b',
      'falcon-180b',
      'llama-4-maverick',
      'glm-5',
      'qwen3.5-397b-a17b',
    ])
    expect([
      model('flan-ul2').class,
      model('llama-3.1-8b').class,
      model('llama-3.1-70b').class,
      model('deepseek-v3').class,
    ]).toEqual(['small', 'medium', 'large', 'frontier'])
  })

  test('a model whose weights were never given out says so', () => {
    expect(openModels.filter(({ unreleased }) => unreleased).map(({ id }) => id)).toEqual(['bloomberggpt-50b'])
  })
})

describe('services', () => {
  test.each([
    ['lambda/duration-arm64', [1.33334e-5, 1.20001e-5, 1.06667e-5], [7.5e9, 18.75e9]],
    ['lambda/duration-x86', [1.66667e-5, 1.5e-5, 1.33334e-5], [6e9, 15e9]],
    ['lambda/requests', [2e-7], []],
    ['apigateway-http/requests', [1e-6, 9e-7], [300e6]],
    ['apigateway-rest/requests', [3.5e-6, 2.8e-6, 2.38e-6, 1.51e-6], [333e6, 1e9, 20e9]],
    ['sagemaker/storage', [0.14], []],
    ['sagemaker/data-processed', [0.016], []],
    ['data-transfer/internet-out', [0.09, 0.085, 0.07, 0.05], [10_240, 51_200, 153_600]],
    ['cloudwatch/logs-ingestion', [0.5], []],
    ['waf/requests', [6e-7], []],
  ])('%s is priced by its tiers', (id, usd, edges) => {
    const { tiers } = services.find((row) => row.id === id && row.region === 'us-east-1')!
    expect(tiers.map((tier) => tier.usd)).toEqual(usd)
    expect(tiers.flatMap(({ upTo }) => (upTo === undefined ? [] : [upTo]))).toEqual(edges)
  })

  test('the last tier has no end, and more costs less each', () => {
    expect(services.filter(({ tiers }) => tiers.at(-1)?.upTo !== undefined)).toEqual([])
    expect(
      services.filter(({ tiers }) =>
        tiers.some((tier, index) => tier.usd >= (tiers[index - 1]?.usd ?? Number.POSITIVE_INFINITY)),
      ),
    ).toEqual([])
  })
})

test('the first engine that serves a kind is its default', () => {
  const first = (kind: 'decoder' | 'encoder' | 'encoder-decoder') =>
    engines.find(({ serves }) => serves.includes(kind))?.id
  expect([first('decoder'), first('encoder'), first('encoder-decoder')]).toEqual([
    'vllm',
    'transformers',
    'transformers',
  ])
})

test('tokeniser families: the reference is 1, what was not counted has a wide band', () => {
  expect(idsOf(tokenizers).toSorted()).toEqual([
    'bert',
    'cl100k',
    'claude',
    'claude-2026',
    'deepseek',
    'gemini',
    'gemma3',
    'llama2',
    'llama3',
    'mistral',
    'mistral-tekken',
    'o200k',
    'other',
    'qwen',
    't5',
  ])
  expect(tokenizers.find(({ id }) => id === 'o200k')).toMatchObject({ ratio: 1, low: 1, high: 1 })
  expect(tokenizers.filter(({ sure, low, high }) => sure === 'assumed' && high / low <= 1.1)).toEqual([])
})

test('the article of 2023, figure by figure', () => {
  const [article] = presets
  expect(article).toMatchObject({
    id: 'article-2023',
    on: '2023-04-24',
    apiModel: 'openai/gpt-3.5-turbo',
    inputTokens: 333,
    outputTokens: 334,
  })
  const { host, lambda, gateway, smallHost } = article!
  expect(host).toMatchObject({ model: 'flan-ul2', instance: 'ml.g5.4xlarge', usdPerDay: 150, sure: 'assumed' })
  // 5 s x 0.128 GB x 1,000 requests x 0.0000166667 = 0.010666688
  expect(lambda.seconds * lambda.memoryGb * 1000 * lambda.usdPerGbSecond).toBeCloseTo(0.010666688, 12)
  expect(gateway.usdPerRequest).toBe(1e-6)
  expect(smallHost.usdPerDay).toBe(5.52)
})
