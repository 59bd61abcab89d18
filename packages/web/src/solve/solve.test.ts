import { loadCatalog } from '@breakeven/catalog'
import { segmentEdges, summarizer, workloadFromNumbers } from '@breakeven/core'
import { describe, expect, test } from 'vitest'
import { serve } from '../simulate/serve.ts'
import { defaultSettings } from '../state/settings.ts'
import { hoursOf } from './hours.ts'
import { unwireResult, wireResult } from './messages.ts'
import { solve } from './solve.ts'

const catalog = loadCatalog()
const settings = {
  ...defaultSettings('2026-11-24'),
  models: ['gpt-oss-20b'],
  machines: ['ml.g6e.xlarge', 'ml.g5.2xlarge'],
}

describe('what goes between the workers and the page', () => {
  test('an answer arrives as it was sent, its curves at every volume', () => {
    const result = solve({ catalog, settings })
    if (result.kind !== 'answer') throw new Error(result.message)
    const sent = structuredClone(wireResult(result))
    const read = unwireResult(sent)
    if (read.kind !== 'answer') throw new Error('an answer became a problem')
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(result)))
    for (const [at, { curve }] of result.comparison.options.entries())
      for (const volume of [0, 1, 999, 50_000, 123_456, 9e6])
        expect(read.comparison.options[at]!.curve.at(volume)).toBe(curve.at(volume))
  })

  test('the deeper look answers the same question, and says that it is the deeper one', () => {
    const [first, second] = [solve({ catalog, settings }), solve({ catalog, settings }, 'simulated')]
    if (first.kind !== 'answer' || second.kind !== 'answer') throw new Error('no answer')
    expect([first.comparison.estimate, second.comparison.estimate]).toEqual(['closed-form', 'simulated'])
    expect(second.comparison.workload).toEqual(first.comparison.workload)
    const rented = (of: typeof first): unknown[] =>
      of.comparison.options.filter(({ kind }) => kind === 'api').map(({ usdPerDay }) => usdPerDay)
    expect(rented(second)).toEqual(rented(first))
    const served = serve({ catalog, settings }, second.comparison)
    expect(served).toMatchObject({
      kind: 'simulated',
      id: second.comparison.options.find(({ kind }) => kind === 'hosted')!.id,
    })
  })
})

describe('hours', () => {
  const edges = segmentEdges(catalog)
  test('of a log: by the clock, every request in its hour', () => {
    const { add, done } = summarizer({ edges, gaps: 'zero' })
    const start = Date.UTC(2026, 10, 16, 9, 50) / 1000
    // 9:50, 9:55, 10:00, 10:05 … 12:45: two in the first hour, twelve in each of the next two, ten in the last.
    for (let at = 0; at < 36; at++)
      add({ kind: 'call', at: start + at * 300, status: 'ok', task: 'generate', usage: { freshInput: 10, output: 1 } })
    const hours = hoursOf(done())!
    expect(hours.requests).toEqual([2, 12, 12, 10])
    expect(hours.startAt).toBe(Date.UTC(2026, 10, 16, 9) / 1000)
  })

  test('of numbers: an assumed day that holds as many requests', () => {
    const hours = hoursOf(workloadFromNumbers({ requestsPerDay: 2400, inputTokens: 10, outputTokens: 1 }, edges))!
    expect(hours.requests).toHaveLength(24)
    expect(hours.requests.reduce((sum, count) => sum + count, 0)).toBeCloseTo(2400, 6)
    expect(hours.requests[0]).toBeCloseTo(300, 6)
  })
})
