import { describe, expect, test } from 'vitest'
import type { ApiModel, Catalog } from './catalog.ts'
import { compare } from './compare.ts'
import type { Comparison } from './comparison.ts'
import { type Conditions, DEFAULT_CONDITIONS } from './conditions.ts'
import { InputError } from './error.ts'
import { apiModel, catalogOf, instance, openModel, price } from './fixtures/economy.ts'
import { workloadFromNumbers } from './numbers.ts'
import { summarizer } from './summarize.ts'
import { segmentEdges } from './tokens.ts'
import type { Row } from './usage.ts'
import type { Workload } from './workload.ts'

const since = { from: '2024-01-01' }
const medium = apiModel('openai/medium', [price(2, 8, since)])
const large = apiModel('anthropic/large', [price(3, 15, since)], { capability: { class: 'large', source: 'test' } })
const small = apiModel('openai/small', [price(0.1, 0.4, since)], { capability: { class: 'small', source: 'test' } })
const { capability: _none, ...unclassed } = apiModel('host/unclassed', [price(0.01, 0.01, since)])
const free = apiModel('host/free', [price(0, 0, since)], { free: true })
const embedder = apiModel('openai/embedder', [price(0.02, 0, since)], {
  task: 'embed',
  capability: { class: 'encoder', source: 'test' },
})
const renter = apiModel('together/open-8b', [price(0.2, 0.2, since)], { openModel: 'open-8b' })
const all: readonly ApiModel[] = [medium, large, small, unclassed, free, embedder, renter]

const on = '2026-01-01'
const numbers = (catalog: Catalog, requestsPerDay: number): Workload =>
  workloadFromNumbers({ requestsPerDay, inputTokens: 1000, outputTokens: 200 }, segmentEdges(catalog))
const compared = (
  requestsPerDay: number,
  conditions: Partial<Conditions> = {},
  catalog: Catalog = catalogOf(all),
): Comparison => compare(catalog, numbers(catalog, requestsPerDay), { ...DEFAULT_CONDITIONS, on, ...conditions })
const ids = ({ options }: Comparison): readonly string[] => options.map(({ id }) => id)
const rowsOf = (catalog: Catalog, rows: readonly Row[]): Workload => {
  const { add, done } = summarizer({ edges: segmentEdges(catalog) })
  for (const row of rows) add(row)
  return done()
}
const day = Date.parse('2025-06-02T00:00:00Z') / 1000
const calls = (model: string, count: number, fields: Partial<Extract<Row, { kind: 'call' }>> = {}): Row[] =>
  Array.from({ length: count }, (_, nth) => ({
    kind: 'call',
    at: day + Math.floor((nth * 86_400) / count),
    status: 'ok',
    task: 'generate',
    model,
    usage: { freshInput: 1000, output: 200 },
    ...fields,
  }))

describe('rule 1: what competes', () => {
  test('the same class and above; unclassed and free ones apart, other tasks not at all', () => {
    const comparison = compared(1000)
    expect(ids(comparison)).toEqual(
      expect.arrayContaining(['api:openai/medium', 'api:anthropic/large', 'api:together/open-8b']),
    )
    expect(ids(comparison)).not.toEqual(expect.arrayContaining(['api:openai/small']))
    expect(comparison.apart.map(({ id }) => id)).toEqual(['api:host/unclassed', 'api:host/free'])
    expect(JSON.stringify(comparison)).not.toContain('embedder')
  })

  test('the class of the log decides, by tokens', () => {
    const catalog = catalogOf(all)
    const comparison = compare(catalog, rowsOf(catalog, [...calls('large', 90), ...calls('small', 10)]), {
      ...DEFAULT_CONDITIONS,
      on,
    })
    expect(ids(comparison)).toContain('as-is')
    expect(ids(comparison).filter((id) => id.startsWith('api:'))).toEqual(['api:anthropic/large'])
    expect(comparison.assumed.join()).not.toContain('no model is named')
  })

  describe('an open model that nobody sold', () => {
    const ownLarge = { ...openModel, id: 'own-large', repository: 'test/Own-Large-Instruct', class: 'large' } as const
    const catalog = catalogOf(all, { openModels: [openModel, ownLarge] })
    const served = (model: string, provider?: string, conditions: Partial<Conditions> = {}): Comparison =>
      compare(catalog, rowsOf(catalog, calls(model, 100, provider === undefined ? {} : { provider })), {
        ...DEFAULT_CONDITIONS,
        on,
        ...conditions,
      })

    test('gives its class and its tokeniser, and that is said', () => {
      const comparison = served('own-large')
      expect(ids(comparison).filter((id) => id.startsWith('api:'))).toEqual(['api:anthropic/large'])
      expect(ids(comparison)).toContainEqual(expect.stringMatching(/^hosted:own-large@/))
      expect(ids(comparison)).not.toContainEqual(expect.stringMatching(/^hosted:open-8b@/))
      expect(comparison.assumed[0]).toBe(
        'the traffic names own-large, an open model: models of its class (large) and above compete (--class changes it), and its tokens are counted as llama3',
      )
      expect(comparison.assumed.join()).not.toContain('no model whose tokeniser is known')
    })

    test('has a bill that the log does not hold: no price, no zero, no place in the ranking', () => {
      const comparison = served('test/Own-Large-Instruct', 'self-hosted')
      expect(comparison.unpriced).toEqual([
        {
          model: 'test/Own-Large-Instruct',
          tokens: 120_000,
          share: 1,
          reason: expect.stringMatching(
            /^served by yourself: today's bill is that of your own machine, which the log does not hold; hosting it is the option "own-large on 1 × ml\.test\.xlarge, /,
          ),
        },
      ])
      expect(ids(comparison)).not.toContain('as-is')
      expect(served('own-large', 'sagemaker').unpriced[0]?.reason).toMatch(
        /^served by a SageMaker endpoint: today's bill is that of its machine/,
      )
    })

    test('whose hosting is not asked about is said how to price', () => {
      expect(served('own-large', undefined, { host: [{ model: 'open-8b' }] }).unpriced[0]?.reason).toMatch(
        /; hosting it is not among these options: --host own-large prices it$/,
      )
    })

    test('that a seller has too is billed by him, unless the row says that the machine was their own', () => {
      expect(served('open-8b').unpriced).toEqual([])
      expect(served('open-8b', 'self-hosted').unpriced).toMatchObject([{ model: 'open-8b', share: 1 }])
      // At a seller whose price list lacks it nobody served it themselves.
      expect(served('own-large', 'anthropic').unpriced).toEqual([{ model: 'own-large', tokens: 120_000, share: 1 }])
    })
  })

  test('named ones compete whatever their class', () => {
    expect(ids(compared(1000, { api: ['openai/small'], host: [{ model: 'open-8b' }] }))).toEqual(
      expect.arrayContaining(['api:openai/small', expect.stringMatching(/^hosted:open-8b@/)]),
    )
  })

  test('without a model the class is assumed, and that is said', () => {
    expect(compared(1000).assumed[0]).toBe(
      'no model is named, so models of class medium and above compete (--class changes it)',
    )
    expect(ids(compared(1000, { class: 'large' })).filter((id) => id.startsWith('api:'))).toEqual([
      'api:anthropic/large',
    ])
  })
})

describe('rule 2: dates', () => {
  test('a model is ruled out before its first dated row, with the reason', () => {
    const comparison = compared(1000, { on: '2023-12-31', host: [{ model: 'open-8b' }] })
    expect(comparison.options.some(({ kind }) => kind === 'api')).toBe(false)
    expect(comparison.ruledOut).toContainEqual({ id: 'api:openai/medium', reason: 'not sold before 2024-01-01' })
  })

  test('an undated price competes for a year before it was seen; before that it stands apart unless named', () => {
    const undated = apiModel('host/undated', [price(1, 1)]) // seen 2026-01-01
    const at = (date: string, named: Partial<Conditions> = {}): Comparison =>
      compared(1000, { on: date, ...named }, catalogOf([undated, medium]))
    expect(ids(at('2025-01-02'))).toContain('api:host/undated')
    expect(ids(at('2024-12-31'))).not.toContain('api:host/undated')
    expect(at('2024-12-31').apart[0]!.reason).toBe('a price in doubt: undated price, seen 2026-01-01')
    expect(ids(at('2024-12-31', { api: ['host/undated'] }))).toContain('api:host/undated')
  })

  test('a machine at a price of another year is flagged with its date', () => {
    const run = compared(1000, { on: '2024-06-01' }).options.find(({ kind }) => kind === 'hosted')!
    expect(run.notes).toContain('ml.test.xlarge at the price seen 2026-01-01, the nearest known to 2024-06-01')
  })
})

describe('rule 4: exposure', () => {
  test('numbers alone: a peak of three is assumed, printed and banded', () => {
    const comparison = compared(200_000)
    expect(comparison.workload).toMatchObject({ peakFactor: 3, watchedHours: 24 })
    expect(
      comparison.assumed.some((text) => text.startsWith('peak 3.0 x the mean (no clock shows the peak; band 2 to 5')),
    ).toBe(true)
    const run = comparison.options.find(({ kind }) => kind === 'hosted')!
    expect(run.low).toBeLessThan(run.usdPerDay)
    expect(run.high).toBeGreaterThan(run.usdPerDay)
  })

  test('a given peak is not assumed', () => {
    const catalog = catalogOf(all)
    const workload = workloadFromNumbers(
      { requestsPerDay: 1000, inputTokens: 1000, outputTokens: 200, peakFactor: 4 },
      segmentEdges(catalog),
    )
    const comparison = compare(catalog, workload, { ...DEFAULT_CONDITIONS, on })
    expect(comparison.workload.peakFactor).toBe(4)
    expect(comparison.assumed.some((text) => text.startsWith('peak'))).toBe(false)
  })
})

describe('rule 5: hybrids', () => {
  // Two machines at 48 a day are worth it only at their full load; a renter at a fitting price takes the peak.
  const pricey = apiModel('together/open-8b', [price(2, 2, since)], { openModel: 'open-8b' })
  const catalog = catalogOf([medium, pricey])

  test('overflow goes to a renter of the same open model; both sides are used and 2 % saved', () => {
    const hybrids = [20_000, 40_000, 60_000, 80_000, 120_000].flatMap((perDay) =>
      compared(perDay, {}, catalog)
        .options.filter(({ kind }) => kind === 'hybrid')
        .map((option) => ({ option, perDay })),
    )
    expect(hybrids.length).toBeGreaterThan(0)
    for (const { option, perDay } of hybrids) {
      expect(option.id).toMatch(/^hybrid:[1-9]\d*\*hosted:open-8b@.*\+api:together\/open-8b$/)
      const pure = compared(perDay, {}, catalog).options.filter(
        ({ kind, id }) => kind === 'hosted' || id === 'api:together/open-8b',
      )
      expect(option.usdPerDay).toBeLessThan(0.98 * Math.min(...pure.map(({ usdPerDay }) => usdPerDay)))
      expect(option.lines.some(({ item }) => item.startsWith('overflow'))).toBe(true)
    }
  })

  test('--overflow names another renter', () => {
    const hybrid = compared(40_000, { overflow: 'openai/medium' }, catalog).options.find(
      ({ kind }) => kind === 'hybrid',
    )
    expect(hybrid?.id).toMatch(/\+api:openai\/medium$/)
    expect(() => compared(40_000, { overflow: 'nobody' }, catalog)).toThrow(InputError)
  })
})

describe('the receipt', () => {
  test('options are cheapest first, and each adds up to its lines', () => {
    const { options } = compared(50_000)
    expect(options.map(({ usdPerDay }) => usdPerDay)).toEqual(
      options.map(({ usdPerDay }) => usdPerDay).toSorted((a, b) => a - b),
    )
    for (const { lines, usdPerDay, low, high, curve } of options) {
      expect(lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(usdPerDay, 9)
      expect(curve.at(50_000)).toBeCloseTo(usdPerDay, 9)
      expect(low).toBeLessThanOrEqual(usdPerDay)
      expect(high).toBeGreaterThanOrEqual(usdPerDay)
      for (const line of lines) expect([line.source, line.asOf, line.sure].every((text) => text.length > 0)).toBe(true)
    }
  })

  test('the bill of today is reconciled with what was paid, over the time watched', () => {
    const catalog = catalogOf(all)
    const comparison = compare(catalog, rowsOf(catalog, calls('medium', 1000)), {
      ...DEFAULT_CONDITIONS,
      on,
      billUsd: 4,
    })
    expect(comparison.bill!.usd).toBe(4)
    expect(comparison.bill!.computedUsd).toBeCloseTo(1000 * (1000 * 2e-6 + 200 * 8e-6), 9)
  })
})

describe('break-even', () => {
  test('the field starts with a renter and covers every volume once; pairs are given too', () => {
    const { breakeven, pairs } = compared(1000)
    expect(breakeven[0]).toMatchObject({ from: 0, cheapest: 'api:together/open-8b' })
    for (const [at, stretch] of breakeven.slice(1).entries()) expect(stretch.from).toBe(breakeven[at]!.to)
    expect(pairs.map(({ rent, run }) => [rent.slice(0, 4), run.slice(0, 7)])).toContainEqual(['api:', 'hosted:'])
  })

  test('what moves it most is ranked, and each row says from where to where', () => {
    const { sensitivity } = compared(1000, { api: ['openai/medium'] })
    expect(sensitivity.map(({ input }) => input)).toEqual(
      expect.arrayContaining(['tokens per request', 'API price', 'output share of tokens']),
    )
    const priced = sensitivity.find(({ input }) => input === 'API price')!
    expect(priced.atHigh!).toBeLessThan(priced.base)
    expect(priced.atLow === undefined || priced.atLow > priced.base).toBe(true)
  })
})

describe('what does not fit is ruled out with the arithmetic', () => {
  test('40 billion parameters on one accelerator of 24 GB', () => {
    const big = { ...openModel, id: 'open-40b', parameters: 40e9, layers: 160 }
    const comparison = compared(
      1000,
      { host: [{ model: 'open-40b', precision: 'bf16' }] },
      catalogOf(all, { openModels: [big] }),
    )
    expect(comparison.ruledOut.find(({ id }) => id.startsWith('hosted:open-40b'))!.reason).toMatch(/GB/)
  })

  test('prompts longer than the context rule an API model out, with the numbers', () => {
    const short = apiModel('openai/short', [price(1, 1, since)], { contextTokens: 1100 })
    expect(compared(1000, { api: ['openai/short'] }, catalogOf([short])).ruledOut).toContainEqual({
      id: 'api:openai/short',
      reason: 'its context is 1,100 tokens: 100.0 % of requests are longer (to 1,200)',
    })
  })
})

describe('bad input says what and what to do', () => {
  test.each([
    [{ api: ['openai/mediun'] }, '--api openai/mediun: no such model in the catalogue', 'did you mean openai/medium?'],
    [{ host: [{ model: 'open-8c' }] }, '--host open-8c: no open model called open-8c', 'did you mean open-8b?'],
    [
      { host: [{ model: 'open-8b', instance: 'ml.tset.xlarge' }] },
      '--host open-8b@ml.tset.xlarge: no machine called ml.tset.xlarge',
      'did you mean ml.test.xlarge?',
    ],
    [{ region: 'us-east-9' }, '--region us-east-9: no machine has a price there', 'did you mean us-east-1?'],
  ])('%j', (conditions, message, hint) => {
    const failing = (): unknown => compared(1000, conditions)
    expect(failing).toThrow(InputError)
    expect(failing).toThrow(expect.objectContaining({ message, hint }))
  })

  test('a date on which nothing has a price is an error, not an empty table', () => {
    const nothing = (): unknown =>
      compared(1000, { on: '2020-01-01', api: ['openai/medium'] }, catalogOf(all, { openModels: [] }))
    expect(nothing).toThrow('nothing can be priced on 2020-01-01 (api:openai/medium: not sold before 2024-01-01)')
  })

  test('no traffic is an error, not a bill of zero', () => {
    expect(() => compare(catalogOf(all), rowsOf(catalogOf(all), []), { ...DEFAULT_CONDITIONS, on })).toThrow(
      'there is no traffic to price',
    )
  })

  test('a machine without a price here is ruled out, not free', () => {
    const unpriced = catalogOf(all, { instances: [instance(), instance({ id: 'ml.p5e.48xlarge', rates: [] })] })
    expect(compared(1000, { host: [{ model: 'open-8b', instance: 'ml.p5e.48xlarge' }] }, unpriced).ruledOut).toEqual([
      { id: 'hosted:open-8b@ml.p5e.48xlarge', reason: 'no on-demand price for ml.p5e.48xlarge in us-east-1' },
    ])
  })
})

test('a suspect price is set apart with its reason and never wins, unless it was named', () => {
  const odd = apiModel('host/odd', [price(0.0001, 0.0001, { ...since, suspect: true, flags: ['ratio above 15'] })])
  const comparison = compared(1000, {}, catalogOf([medium, odd]))
  expect(ids(comparison)).not.toContain('api:host/odd')
  expect(comparison.apart).toEqual([
    { id: 'api:host/odd', reason: 'a price in doubt: ratio above 15', usdPerDay: expect.any(Number) },
  ])
  expect(ids(compared(1000, { api: ['host/odd'] }, catalogOf([medium, odd])))).toContain('api:host/odd')
})

test('a model whose weights were never given out cannot be run', () => {
  const secret = { ...openModel, id: 'secret-50b', name: 'Secret 50B', unreleased: true as const }
  const catalog = catalogOf(all, { openModels: [openModel, secret] })
  expect(() => compared(1000, { host: [{ model: 'secret-50b' }] }, catalog)).toThrow('were never given out')
  expect(JSON.stringify(compared(1000, {}, catalog))).not.toContain('secret-50b')
})

describe('rule 6: two depths', () => {
  test('the answer says which, and a simulated option what was seen', () => {
    const closed = compared(50_000)
    const simulated = compared(50_000, { estimate: 'simulated' })
    expect([closed.estimate, simulated.estimate]).toEqual(['closed-form', 'simulated'])
    const run = simulated.options.find(({ kind }) => kind === 'hosted')!
    expect(run.notes[0]).toMatch(
      /^simulated: at its full rate p95 is .* to the first token and .* a token; the closed form gave/,
    )
    expect(run.usdPerDay).toBeCloseTo(run.curve.at(50_000), 9)
  })
})
