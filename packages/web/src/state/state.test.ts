import { loadCatalog } from '@breakeven/catalog'
import type { Row } from '@breakeven/core'
import { compare, InputError, segmentEdges, summarizer, workloadFromNumbers } from '@breakeven/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conditionsOf } from '../solve/conditions.ts'
import { missingNames, withoutMissing } from '../solve/missing.ts'
import { openSession } from '../solve/session.ts'
import { catalogFor, solve } from '../solve/solve.ts'
import { commandOf } from './command.ts'
import { fragmentOf, readFragment } from './fragment.ts'
import { packText } from './packed.ts'
import { quantityOf, quantityText } from './quantity.ts'
import type { Settings } from './settings.ts'
import { DEFAULT_NUMBERS, defaultSettings, NO_CHOICE } from './settings.ts'
import { summaryOf, workloadOfSummary } from './summary.ts'

const TODAY = '2026-11-24'

describe('numbers as people type them', () => {
  test.each([
    ['50000', 50_000],
    ['50k', 50_000],
    ['1.5M', 1_500_000],
    ['2e6', 2_000_000],
    ['1,500,000', 1_500_000],
    ['1_500', 1500],
    [' .5 ', 0.5],
    ['1.', 1],
    // A comma before less than three digits is half of Europe's decimal point: refused, not guessed.
    ['1,5', undefined],
    ['', undefined],
    ['-3', undefined],
    ['12 apples', undefined],
    ['1e999', undefined],
  ])('%j', (text, value) => {
    expect(quantityOf(text)).toBe(value)
  })

  test('what is shown reads back as what it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (whole) => {
        expect(quantityOf(quantityText(whole))).toBe(whole)
        expect(quantityOf(quantityText(whole / 1e6))).toBe(whole / 1e6)
      }),
    )
  })
})

const name = fc.stringMatching(/^[a-z0-9][a-z0-9./:_-]{0,20}$/)
const amount = fc.double({ min: 1, max: 1e9, noNaN: true })

const anySettings: fc.Arbitrary<Settings> = fc
  .record({
    requestsPerDay: amount,
    inputTokens: fc.double({ min: 0, max: 1e6, noNaN: true }),
    outputTokens: fc.nat(1e6),
    cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    peakFactor: fc.option(fc.double({ min: 1, max: 100, noNaN: true }), { nil: undefined }),
    api: fc.array(name, { maxLength: 4 }),
    models: fc.array(name, { maxLength: 4 }),
    hidden: fc.uniqueArray(name, { minLength: 0, maxLength: 3 }),
    purchase: fc.constantFrom('on-demand' as const, 'one-year' as const, 'spot' as const),
    hours: fc.nat(1000),
    discounts: fc.constantFrom('', 'openai=12%', 'openai=12%, aws=0.05'),
    estimate: fc.constantFrom('closed-form' as const, 'simulated' as const),
    prices: fc.option(fc.record({ name, packed: name }), { nil: undefined }),
  })
  .map(
    ({
      requestsPerDay,
      inputTokens,
      outputTokens,
      cachedShare,
      peakFactor,
      api,
      models,
      hidden,
      purchase,
      hours,
      discounts,
      estimate,
      prices,
    }) => ({
      ...defaultSettings(TODAY),
      traffic: {
        kind: 'numbers' as const,
        requestsPerDay,
        inputTokens,
        outputTokens,
        // An exact -0 is a 0 in any text.
        cachedShare: cachedShare === 0 ? 0 : cachedShare,
        ...(peakFactor === undefined ? {} : { peakFactor }),
      },
      api,
      models,
      hidden,
      purchase,
      people: { hoursPerMonth: hours, usdPerHour: 100 },
      discounts,
      estimate,
      ...(prices === undefined ? {} : { prices }),
    }),
  )

describe('a link', () => {
  test('says all that the page was set to', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const { settings: read, problems } = readFragment(fragmentOf(settings), '2030-01-01')
        expect(problems).toEqual([])
        // JSON: 0 and -0 are one.
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(settings)))
      }),
    )
  })

  test('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readFragment(text, TODAY).settings.on).toMatch(/^\d{4}-\d\d-\d\d$/)
      }),
    )
  })

  test('names what it cannot use, and takes the rest', () => {
    const { settings, problems } = readFragment('#v=2&requests=x&in=700&on=2026-02-99&odd=1', TODAY)
    expect(problems.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      'newer v',
      'unknown odd',
      'value on',
      'value requests',
    ])
    expect(settings.traffic).toEqual({ ...DEFAULT_NUMBERS, inputTokens: 700 })
    expect(settings.on).toBe(TODAY)
  })
})

test('a link of files carries which part was taken, how it was read, and the volume it was brought to', () => {
  const files = {
    where: 'model=gpt-4o|gpt-4o-mini,project=search',
    by: 'project',
    map: 'input=a b',
    dateOrder: 'day-first',
  }
  const settings = {
    ...defaultSettings(TODAY),
    traffic: { kind: 'file', names: ['a.csv', 'b&c.jsonl'], packed: 'x-_9', requestsPerDay: 5000 },
    files,
  } as Settings
  const read = readFragment(fragmentOf(settings), '2030-01-01')
  expect(read.problems).toEqual([])
  expect(read.settings.files).toEqual(files)
  expect(read.file).toEqual(settings.traffic)
})

test('a link that names files and has lost their traffic says so', () => {
  expect(readFragment('v=1&files=a.csv', TODAY).problems).toEqual([{ kind: 'value', key: 'files', value: 'a.csv' }])
})

const rows = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, at) => ({
    kind: 'call',
    at: 1_763_200_000 + at * 977,
    status: 'ok',
    task: 'generate',
    model: at % 3 === 0 ? 'gpt-4o' : 'gpt-4o-mini',
    provider: 'openai',
    usage: { freshInput: 300 + (at % 701), cacheRead: at % 5 === 0 ? 100 : 0, output: 20 + (at % 97) },
  }))

const workloadFrom = (count: number): ReturnType<ReturnType<typeof summarizer>['done']> => {
  const { add, done } = summarizer({ edges: segmentEdges(loadCatalog()), gaps: 'zero' })
  for (const row of rows(count)) add(row)
  return done()
}

describe('traffic in a link', () => {
  test('small traffic travels as it is', async () => {
    const workload = workloadFrom(300)
    const { text, coarsened, workload: kept } = await summaryOf(workload)
    expect(coarsened).toBe(false)
    expect(kept).toEqual(workload)
    expect(await workloadOfSummary(text)).toEqual(workload)
    expect(text).toMatch(/^[\w-]+$/)
  })

  test('large traffic is summed up until it fits, and no token or request is lost', async () => {
    const workload = workloadFrom(40_000)
    const { text, coarsened, workload: kept } = await summaryOf(workload)
    expect(coarsened).toBe(true)
    expect(text.length).toBeLessThanOrEqual(24_000)
    expect(kept.usage).toEqual(workload.usage)
    expect(kept.requests).toBe(40_000)
    const sum = (of: typeof workload): number => of.cells.reduce((all, { usage }) => all + usage.output, 0)
    expect(sum(kept)).toBe(sum(workload))
    expect(await workloadOfSummary(text)).toEqual(kept)
  })

  test('what was cut short on its way is bad input, not a bug', async () => {
    const { text } = await summaryOf(workloadFrom(50))
    for (const broken of [text.slice(0, -20), `x${text}`, '', '%%%', btoa('{}')])
      await expect(workloadOfSummary(broken)).rejects.toBeInstanceOf(InputError)
  })
})

describe('the answer', () => {
  const catalog = loadCatalog()

  test('reading only the rows that can matter changes nothing', () => {
    const settings = { ...defaultSettings(TODAY), models: ['llama-3.1-8b', 'gpt-oss-20b'] }
    const { kind: _kind, ...numbers } = DEFAULT_NUMBERS
    const result = solve({ catalog, settings })
    if (result.kind !== 'answer') throw new Error(result.message)
    const lean = catalogFor(catalog, settings)
    expect(lean.apiModels.length).toBeLessThan(catalog.apiModels.length / 5)
    const whole = compareWhole(settings, numbers)
    expect(JSON.parse(JSON.stringify(result.comparison))).toEqual(JSON.parse(JSON.stringify(whole)))
  })

  const compareWhole = (
    settings: Settings,
    numbers: { requestsPerDay: number; inputTokens: number; outputTokens: number },
  ): ReturnType<typeof compare> => {
    const edges = segmentEdges(catalog)
    return compare(catalog, workloadFromNumbers(numbers, edges), conditionsOf(settings))
  }

  test('every name of the first screen is in the catalogue', () => {
    expect(missingNames(catalog, defaultSettings(TODAY))).toEqual([])
  })

  test('a model that left the catalogue is left out, the rest answers', () => {
    const settings = { ...defaultSettings(TODAY), api: ['openai/gpt-5-mini', 'gone/gone'] }
    const missing = missingNames(catalog, settings)
    expect(missing).toEqual(['gone/gone'])
    expect(solve({ catalog, settings: withoutMissing(settings, missing) }).kind).toBe('answer')
  })

  test('a region without machines is a problem with its way out, not a crash', () => {
    const result = solve({ catalog, settings: { ...defaultSettings(TODAY), region: 'mars-1' } })
    expect(result).toMatchObject({ kind: 'problem', hint: expect.stringContaining('us-east-1') })
  })

  test('a command is safe to paste, whatever a file is called', () => {
    const settings: Settings = {
      ...defaultSettings(TODAY),
      traffic: { kind: 'file', names: ["it's; rm -rf $HOME.csv"], packed: '' },
      files: { ...NO_CHOICE, where: 'model=$(reboot)' },
      discounts: 'openai=12%, aws=5%',
      prices: { name: 'my prices.yaml', packed: '' },
    }
    const command = commandOf(settings, 'simulated')
    expect(command).toContain(String.raw`breakeven compare 'it'\''s; rm -rf $HOME.csv' --where 'model=$(reboot)' --api`)
    expect(command).toContain("--discount openai=12% --discount aws=5% --catalog 'my prices.yaml' --estimate simulated")
  })

  test("one's own prices and discounts are what is paid", async () => {
    const own = 'prices:\n  - model: openai/gpt-5-mini\n    usdPerMillion: { freshInput: 1, output: 1 }\n'
    const settings: Settings = {
      ...defaultSettings(TODAY),
      prices: { name: 'mine.yaml', packed: await packText(own) },
      discounts: 'anthropic=50%',
    }
    const session = openSession(catalog)
    const usdOf = async (asked: Settings, id: string): Promise<number | undefined> => {
      const result = solve({ catalog: await session.catalogFor(asked), settings: asked })
      return result.kind === 'answer'
        ? result.comparison.options.find((option) => option.id === id)?.usdPerDay
        : undefined
    }
    // 50,000 requests of 1,500 + 400 tokens at $1 a million.
    expect(await usdOf(settings, 'api:openai/gpt-5-mini')).toBeCloseTo(95, 9)
    const listed = (await usdOf(defaultSettings(TODAY), 'api:anthropic/claude-sonnet-5-5'))!
    expect(await usdOf(settings, 'api:anthropic/claude-sonnet-5-5')).toBeCloseTo(listed / 2, 9)
    await expect(session.catalogFor({ ...settings, discounts: 'opnai=5%' })).rejects.toThrow('opnai')
    const broken = { ...settings, prices: { name: 'mine.yaml', packed: await packText('prices: 3') } }
    await expect(session.catalogFor(broken)).rejects.toBeInstanceOf(InputError)
  })

  test('files at another volume: as many times the traffic, the same mix', async () => {
    const { text } = await summaryOf(workloadFrom(500))
    const session = openSession(catalog)
    const at = async (requestsPerDay?: number): Promise<number> => {
      const settings: Settings = {
        ...defaultSettings(TODAY),
        traffic: { kind: 'file', names: [], packed: text, ...(requestsPerDay === undefined ? {} : { requestsPerDay }) },
      }
      const result = solve({ catalog, settings, read: await session.trafficFor(settings) })
      if (result.kind !== 'answer') throw new Error(result.message)
      return result.comparison.options.find(({ kind }) => kind === 'asIs')!.usdPerDay
    }
    expect((await at(20_000)) / (await at(10_000))).toBeCloseTo(2, 9)
    expect(await at()).toBeGreaterThan(0)
  })
})
