import { fileURLToPath } from 'node:url'

import { InputError, placeText } from '@breakeven/core'
import type { ApiModel, Catalog } from '@breakeven/core'
import { describe, expect, test } from 'vitest'

import { readCatalogFiles } from './catalog-files.ts'
import { applyOverrides } from './override.ts'

const seen = { source: 'openai.com/pricing', asOf: '2026-01-01', sure: 'published' } as const
const gpt4o: ApiModel = {
  id: 'openai/gpt-4o',
  provider: 'openai',
  model: 'gpt-4o',
  task: 'generate',
  prices: [
    {
      tier: 'standard',
      from: '2024-05-13',
      bands: [{ above: -1, usdPerMillion: { freshInput: 5, output: 15 } }],
      ...seen,
    },
    { tier: 'batch', bands: [{ above: -1, usdPerMillion: { freshInput: 2.5, output: 7.5 } }], ...seen },
  ],
}
const { presets: _, ...files } = await readCatalogFiles(fileURLToPath(new URL('../../../data', import.meta.url)))
const catalog: Catalog = { hash: 'h', asOf: '2026-11-23', apiModels: [gpt4o], ...files }

const over = (yaml: string) => applyOverrides(catalog, yaml, 'mine.yaml')
const modelIn = (result: Catalog, id: string) => result.apiModels.find((model) => model.id === id)

describe('what a user may bring', () => {
  test('a price without dates replaces the ones of its tier, and says where it stands', () => {
    const model = modelIn(
      over('prices:\n  - model: openai/gpt-4o\n    usdPerMillion: { freshInput: 2, output: 8 }\n'),
      'openai/gpt-4o',
    )!
    expect(model.prices).toEqual([
      {
        tier: 'standard',
        bands: [{ above: -1, usdPerMillion: { freshInput: 2, output: 8 } }],
        source: 'mine.yaml:2',
        asOf: '2026-11-23',
        sure: 'published',
      },
      gpt4o.prices[1],
    ])
  })

  test('a dated price holds in its time, the old one before and after', () => {
    const yaml =
      'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { freshInput: 2, output: 8 }, from: 2026-01-01, to: 2027-01-01 }\n'
    const periods = modelIn(over(yaml), 'openai/gpt-4o')!
      .prices.filter(({ tier }) => tier === 'standard')
      .map(({ from, to, bands }) => [from, to, bands[0]!.usdPerMillion.output])
    expect(periods).toEqual([
      ['2026-01-01', '2027-01-01', 8],
      ['2024-05-13', '2026-01-01', 15],
      ['2027-01-01', undefined, 15],
    ])
  })

  test('a period that does not touch the old one leaves it whole', () => {
    const yaml =
      'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { output: 8 }, from: 2024-01-01, to: 2024-05-13 }\n'
    expect(modelIn(over(yaml), 'openai/gpt-4o')!.prices).toContainEqual(gpt4o.prices[0])
  })

  test('a model nobody sells, with the class of the open model it serves', () => {
    const yaml =
      'prices:\n  - model: ourcloud/llama\n    openModel: llama-3.1-70b\n    usdPerMillion: { freshInput: 0.5, output: 0.6 }\n    above: { "128000": { freshInput: 1, output: 1.2 } }\n'
    expect(modelIn(over(yaml), 'ourcloud/llama')).toMatchObject({
      provider: 'ourcloud',
      model: 'llama',
      openModel: 'llama-3.1-70b',
      capability: { class: 'large' },
      prices: [{ bands: [{ above: -1 }, { above: 128_000, usdPerMillion: { output: 1.2 } }] }],
    })
  })

  test('a machine costs the same in every region', () => {
    const box = over(
      'machines:\n  - { id: our-box, accelerator: RTX-4090, count: 2, usdPerHour: 0.8, ramGib: 128 }\n',
    ).instances.find(({ id }) => id === 'our-box')!
    expect(box).toMatchObject({
      service: 'own',
      accelerator: 'RTX-4090',
      acceleratorCount: 2,
      localDisk: true,
      ramBytes: 128 * 1024 ** 3,
    })
    expect(new Set(box.rates.map(({ region }) => region))).toEqual(new Set(['us-east-1', 'eu-west-1']))
    expect(new Set(box.rates.map(({ usdPerHour }) => usdPerHour))).toEqual(new Set([0.8]))
  })

  test('a contract rate replaces the list price of that region and purchase only', () => {
    const { rates } = over(
      'rates:\n  - { instance: ml.g5.4xlarge, region: us-east-1, usdPerHour: 1.5, source: our savings plan }\n',
    ).instances.find(({ id }) => id === 'ml.g5.4xlarge')!
    expect(rates.map(({ region, usdPerHour }) => [region, usdPerHour])).toEqual([
      ['us-east-1', 1.5],
      ['eu-west-1', 2.2660875],
    ])
  })

  test('discounts come off the list prices of a provider, and say so', () => {
    const { prices } = modelIn(over('discounts:\n  openai: 12%\n'), 'openai/gpt-4o')!
    expect(prices[0]!.bands[0]!.usdPerMillion).toEqual({ freshInput: 5 * 0.88, output: 15 * 0.88 })
    expect(prices[0]!.source).toBe('openai.com/pricing; less 12 % (mine.yaml:2)')
  })

  test('a discount of aws is one of machines and services, and no own price is cut again', () => {
    const { instances, services, apiModels } = over(
      'discounts: { aws: 0.1, openai: 0.5 }\nrates: [{ instance: ml.g5.4xlarge, region: us-east-1, usdPerHour: 1.5 }]\n' +
        'prices: [{ model: openai/gpt-4o, usdPerMillion: { output: 8 } }]\n',
    )
    const rates = instances.find(({ id }) => id === 'ml.g5.4xlarge')!.rates
    expect(rates.map(({ usdPerHour }) => usdPerHour)).toEqual([1.5, 2.2660875 * 0.9])
    expect(services.find(({ id }) => id === 'lambda/requests')!.tiers).toEqual([{ usd: 2e-7 * 0.9 }])
    expect(apiModels[0]!.prices.map(({ bands }) => bands[0]!.usdPerMillion.output)).toEqual([8, 3.75])
  })

  test('classes and tokeniser ratios', () => {
    const next = over(
      'classes: { openai/gpt-4o: large, flan-ul2: medium }\ntokenizers: [{ id: llama3, ratio: 1.8, source: our Hindi logs }]\n',
    )
    expect(modelIn(next, 'openai/gpt-4o')?.capability).toEqual({
      class: 'large',
      source: "mine.yaml, the user's judgement",
    })
    expect(next.openModels.find(({ id }) => id === 'flan-ul2')?.class).toBe('medium')
    expect(next.tokenizers.find(({ id }) => id === 'llama3')).toMatchObject({
      ratio: 1.8,
      low: 1.8,
      high: 1.8,
      source: 'our Hindi logs',
    })
  })

  test('the hash tells an answer over own prices from one over the shipped ones', () => {
    expect(over('classes: { flan-ul2: medium }').hash).toBe('h+mine.yaml')
  })

  test('the shipped catalogue stays as it was', () => {
    const before = structuredClone(catalog)
    over('classes: { flan-ul2: medium }\nprices: [{ model: openai/gpt-4o, usdPerMillion: { output: 1 } }]\n')
    expect(catalog).toEqual(before)
  })
})

const said = (yaml: string): string => {
  try {
    over(yaml)
  } catch (error) {
    if (error instanceof InputError)
      return `${placeText(error.place)} ${error.place.key ?? '-'}: ${error.message} / ${error.hint ?? '-'}`
    throw error
  }
  return 'passed'
}

test.each([
  [
    '',
    'mine.yaml -: the file is empty / allowed: prices, discounts, machines, rates, models, accelerators, classes, tokenizers',
  ],
  [
    'pricess: []\n',
    'mine.yaml:1:1 pricess: unknown key pricess / did you mean prices? allowed: prices, discounts, machines, rates, models, accelerators, classes, tokenizers',
  ],
  [
    'machines:\n  - { id: box, accelerator: A10G, count: 1, usdPerHours: 1, usdPerHour: 1 }\n',
    'mine.yaml:2:45 usdPerHours: unknown key usdPerHours / did you mean usdPerHour? allowed: id, accelerator, count, usdPerHour, vcpus, ramGib, source, asOf',
  ],
  [
    'machines:\n  - { id: box, accelerator: A10G, count: two, usdPerHour: 1 }\n',
    'mine.yaml:2:35 count: count is "two" / expected a number',
  ],
  [
    'machines:\n  - { id: box, accelerator: A10G, count: 1.5, usdPerHour: 1 }\n',
    'mine.yaml:2:35 count: count is 1.5 / expected a whole number',
  ],
  [
    'machines:\n  - { id: box, accelerator: A10G, count: 1 }\n',
    'mine.yaml:2:5 usdPerHour: usdPerHour is missing / expected a number',
  ],
  [
    'machines:\n  - { id: box, accelerator: A10G, count: 1, usdPerHour: -2 }\n',
    'mine.yaml:2:45 usdPerHour: usdPerHour is -2 / expected more than 0',
  ],
  [
    'machines:\n  - { id: box, accelerator: A100-80, count: 1, usdPerHour: 2 }\n',
    'mine.yaml:2:16 accelerator: accelerator "A100-80" is not in the catalogue / did you mean A100-80GB?',
  ],
  [
    'rates:\n  - { instance: ml.g5.4xlarg, region: us-east-1, usdPerHour: 2 }\n',
    'mine.yaml:2:7 instance: instance "ml.g5.4xlarg" is not in the catalogue / did you mean ml.g5.4xlarge, ml.g5.24xlarge or ml.g5.2xlarge?',
  ],
  [
    'prices:\n  - { model: gpt-4o, usdPerMillion: { output: 8 } }\n',
    'mine.yaml:2:7 model: model is "gpt-4o" / expected provider/model, as in openai/gpt-4o',
  ],
  [
    'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { output: -8 } }\n',
    'mine.yaml:2:46 output: output is -8 / expected at least 0',
  ],
  [
    'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { output: 0 } }\n',
    'mine.yaml:2:29 usdPerMillion: usdPerMillion is {"output":0} / expected a price above 0 for one meter at least',
  ],
  [
    'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { outputs: 8 } }\n',
    'mine.yaml:2:46 outputs: unknown key outputs / did you mean output? allowed: freshInput, cacheRead, cacheWrite5m, cacheWrite1h, output',
  ],
  [
    'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { output: 8 }, from: soon }\n',
    'mine.yaml:2:59 from: from is "soon" / expected a date as YYYY-MM-DD',
  ],
  [
    'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { output: 8 }, from: 2026-02-01, to: 2026-01-01 }\n',
    'mine.yaml:2:77 to: the price ends (2026-01-01) before it begins (2026-02-01) / `to` is the first day on which it no longer holds',
  ],
  [
    'prices:\n  - { model: openai/gpt-4o, usdPerMillion: { output: 8 }, tier: batched }\n',
    'mine.yaml:2:59 tier: tier is "batched" / did you mean batch? allowed: standard, batch, flex, priority',
  ],
  ['discounts: { openai: 120% }\n', 'mine.yaml:1:14 openai: openai is 1.2 / expected less than 1'],
  [
    'discounts: { opneai: 12% }\n',
    'mine.yaml:1:14 opneai: provider "opneai" is not in the catalogue / did you mean openai?',
  ],
  [
    'classes: { flan-ul2: huge }\n',
    'mine.yaml:1:12 flan-ul2: flan-ul2 is "huge" / allowed: frontier, large, medium, small, encoder',
  ],
  [
    'classes: { flan-ul: small }\n',
    'mine.yaml:1:12 flan-ul: model "flan-ul" is not in the catalogue / did you mean flan-ul2?',
  ],
  ['machines: our boxes\n', 'mine.yaml:1:1 machines: machines is "our boxes" / expected a list'],
  [
    'machines:\n  - { id: box\n',
    'mine.yaml:3:1 -: not YAML: Flow map in block collection must be sufficiently indented and end with a } / -',
  ],
])('%j is refused', (yaml, message) => {
  expect(said(yaml)).toBe(message)
})
