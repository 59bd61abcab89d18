import { readFileSync } from 'node:fs'
import { loadCatalog } from '@breakeven/catalog'
import { applyOverrides } from '@breakeven/catalog/override'
import type { Comparison, Requests, Workload } from '@breakeven/core'
import { rowKeeper, segmentEdges, summarizer } from '@breakeven/core'
import { readUsageStreams, renderImportReport } from '@breakeven/formats'
import { describe, expect, test } from 'vitest'
import { solve } from '../solve/solve.ts'
import { readFragment } from '../state/fragment.ts'
import type { Settings } from '../state/settings.ts'
import { figuresOf } from './figures.ts'
import { saying } from './say.ts'

const say = saying('zh')
const catalog = loadCatalog()
const EXAMPLE = new URL('../../../../examples/usage.csv', import.meta.url)

/** Words that a Chinese reader uses as they are, and names that are written like words. */
const KEPT = new Set([
  'token',
  'tokens',
  'on',
  'int',
  'bf',
  'fp',
  'cpu',
  'gzip',
  'vllm',
  'tgi',

  ...catalog.apiModels.flatMap(({ provider, model }) => `${provider} ${model}`.split(/[^a-z]+/)),
])

/** English that is left: words in lower case that are no part of an id, a path, a flag or a name. */
const englishIn = (text: string): string =>
  (
    text
      .replaceAll(/https?:\S+/g, ' ')
      .replaceAll(/--[\w-]+|[\w.]+(?:[-@/.:_][\w.]+)+/g, ' ')
      .match(/(?<!\w)[a-z]{3,}(?!\w)/g) ?? []
  )
    .filter((word) => !KEPT.has(word))
    .join(' ')

const sentencesOf = ({ options, ruledOut, apart, assumed, sensitivity }: Comparison): string[] => [
  ...options.flatMap(({ lines, notes, runnerUp }) => [
    ...lines.flatMap(({ item, unit }) => [item, unit]),
    ...notes,
    ...(runnerUp === undefined ? [] : [runnerUp.why]),
  ]),
  ...[...ruledOut, ...apart].map(({ reason }) => reason),
  ...assumed,
  ...sensitivity.flatMap(({ input, lowSetting, highSetting }) => [input, lowSetting, highSetting]),
]

/** What the price files themselves remark is a quotation, like a source, and stays in the words of the file. */
const remarks = new Set(catalog.apiModels.flatMap(({ prices }) => prices.flatMap(({ flags = [] }) => flags)))
const isRemark = (text: string): boolean => [...remarks].some((remark) => text.includes(remark))

const left = (comparison: Comparison): string[] => [
  ...new Set(
    sentencesOf(comparison)
      .filter((text) => !isRemark(text))
      .map((text) => englishIn(say(text)))
      .filter((text) => text !== ''),
  ),
]

const settingsOf = (fragment: string): Settings => readFragment(`v=1&on=2026-11-24&${fragment}`, '2026-11-24').settings

const read = async (): Promise<{ workload: Workload; rows: Requests | undefined; report: string }> => {
  const { add, done } = summarizer({ edges: segmentEdges(catalog), gaps: 'zero' })
  const keeper = rowKeeper({})
  const bytes = readFileSync(EXAMPLE)
  const report = await readUsageStreams(
    [{ name: 'usage.csv', stream: new Blob([bytes]).stream(), bytes: bytes.length }],
    {
      onRow: (row) => {
        add(row)
        keeper.add(row)
      },
    },
  )
  return { workload: done(), rows: keeper.kept(), report: renderImportReport(report) }
}

describe('in Chinese no sentence of the core stays English', () => {
  test.each([
    ['the first screen', '', 'closed-form'],
    ['simulated', 'models=gpt-oss-20b,qwen3-32b&machines=ml.g6e.xlarge', 'simulated'],
    ['people, fine-tuning, hour by hour', 'requests=80000&people=20,120&tuning=40,6&replicas=hourly', 'closed-form'],
    ['long prompts', 'in=250000&out=500&api=google-gemini-api/gemini-2.5-pro,openai/gpt-5.4', 'closed-form'],
    ['everything', 'requests=7000&in=700&out=70&api=*&models=*&machines=*', 'closed-form'],
  ] as const)('%s', (_name, fragment, estimate) => {
    const result = solve({ catalog, settings: settingsOf(fragment) }, estimate)
    if (result.kind !== 'answer') throw new Error(result.message)
    expect(left(result.comparison)).toEqual([])
  })

  test('a mix that was played', async () => {
    const machine = 'machines:\n  - id: our-h100\n    accelerator: H100\n    count: 1\n    usdPerHour: 1.2\n'
    const own = applyOverrides(catalog, machine, 'ours.yaml')
    const asked = 'requests=300000&in=1500&out=400&peak=8&api=openai/gpt-5.4&models=gpt-oss-120b&machines=our-h100'
    const result = solve({ catalog: own, settings: settingsOf(asked) }, 'simulated')
    if (result.kind !== 'answer') throw new Error(result.message)
    expect(result.comparison.options[0]!.kind).toBe('hybrid')
    expect(left(result.comparison)).toEqual([])
  })

  test('a file and its report', async () => {
    const { workload, rows, report } = await read()
    const settings: Settings = {
      ...settingsOf('models=gpt-oss-20b&machines=ml.g6e.xlarge'),
      traffic: { kind: 'file', names: ['usage.csv'], packed: '' },
    }
    const result = solve({ catalog, settings, read: workload, rows }, 'simulated')
    if (result.kind !== 'answer') throw new Error(result.message)
    expect(left(result.comparison)).toEqual([])
    const labels = report.split('\n').flatMap((line) => line.trim().split(/\s{2,}/))
    expect(labels.map((label) => englishIn(say(label))).filter((text) => text !== '')).toEqual([])
  })

  test('a figure keeps its value, a name its letters', () => {
    expect(say('peak 3.0 x the mean (no clock shows the peak; band 2 to 5.0)')).toBe(
      '峰值为均值的 3.0 倍（没有时间记录可看出峰值；区间 2 到 5.0）',
    )
    expect(
      say(
        'played on the traffic as it came (2,100 requests): with at most 3 replicas by the hour, 1.4 paid on average, p95 is 345 ms to the first token and 10 ms a token, within the target',
      ),
    ).toBe(
      '按实际到达的流量仿真（2,100 次请求）：用 每小时至多 3 个副本、平均付费 1.4 个 时 p95 首个 token 为 345 ms，之后每个 10 ms，达标',
    )
    expect(say('overflow: cached input')).toBe('溢出：缓存的输入')
    expect(say('something nobody has said before')).toBe('something nobody has said before')
    expect(saying('en')('input')).toBe('input')
  })
})

test('figures as a Chinese reader writes them, and as the command line prints them', () => {
  const [en, zh] = [figuresOf('en'), figuresOf('zh')]
  expect([en.usd(1334.4), zh.usd(1334.4)]).toEqual(['$1,334', 'US$1,334'])
  expect([en.usd(0.000_012_34), zh.usd(0.000_012_34)]).toEqual(['$0.0000123', 'US$0.0000123'])
  expect([en.count(113_435.9), zh.count(113_435.9)]).toEqual(['113,436', '113,436'])
  expect([en.compact(1_500_000), zh.compact(1_500_000)]).toEqual(['1.5M', '150万'])
  expect([en.date('2026-11-24'), zh.date('2026-11-24')]).toEqual(['Nov 24, 2026', '2026年11月24日'])
  expect([en.seconds(0.0852), zh.seconds(1.2)]).toEqual(['85.2 ms', '1.2秒'])
  expect(zh.percent(0.694)).toBe('69%')
})
