import { flatCurve, linearCurve } from '@breakeven/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chartModel } from './chart-model.ts'
import { AS_IS, EXAMPLE, EXAMPLE_VOLUME, HYBRID, OPTIONS, comparisonOf } from './example-comparison.ts'
import { positionOf } from './log-scale.ts'
import { widthOf } from './text-metrics.ts'
import { THEMES, toneOf } from './theme.ts'

test('end labels are apart and inside, at every width', () => {
  const comparison = comparisonOf([...OPTIONS, HYBRID])
  fc.assert(
    fc.property(fc.integer({ min: 480, max: 1600 }), (width) => {
      const { series, type, plot } = chartModel(comparison, { width })
      const labels = series.flatMap(({ label }) => label ?? [])
      expect(labels).toHaveLength(series.length)
      const gaps = labels.slice(1).map(({ y }, at) => y - (labels[at]?.y ?? 0))
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(type.label + type.small + 8)
      for (const label of labels) {
        expect(plot.right + widthOf(label.main, type.label)).toBeLessThanOrEqual(width)
        expect(plot.right + widthOf(label.detail, type.small)).toBeLessThanOrEqual(width)
      }
    }),
    { numRuns: 30 },
  )
})

test('numbered discs do not cover each other, and lie on the line that becomes cheaper', () => {
  const { crossings, x, y } = chartModel(EXAMPLE, { width: 1080 })
  expect(crossings.map(({ number }) => number)).toEqual(crossings.map((_one, at) => at + 1))
  crossings.forEach((one, at) => {
    for (const other of crossings.slice(at + 1))
      expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThanOrEqual(20)
    expect(one.x).toBeCloseTo(positionOf(x, one.perDay))
    const usds = EXAMPLE.options.map(({ curve }) => Math.abs(positionOf(y, curve.at(one.perDay)) - one.y))
    expect(Math.min(...usds)).toBeLessThan(0.01)
  })
})

test('the first break-even of the field always has its number', () => {
  // 36.36 / (0.000413 - 0.000002) = 88,467.15 requests a day.
  for (const width of [480, 1080])
    expect(chartModel(EXAMPLE, { width }).crossings.map(({ volumeText }) => volumeText)).toContain('88,467')
})

test('the strip covers the axis without a gap', () => {
  const { strip, plot } = chartModel(EXAMPLE)
  expect(strip[0]?.x).toBeCloseTo(plot.left)
  strip.slice(1).forEach((one, at) => expect(one.x).toBeCloseTo((strip[at]?.x ?? 0) + (strip[at]?.width ?? 0)))
  expect((strip.at(-1)?.x ?? 0) + (strip.at(-1)?.width ?? 0)).toBeCloseTo(plot.right)
})

test("the user's own volume is marked, with a dot on each line in sight", () => {
  const { volume, x, series } = chartModel(EXAMPLE)
  expect(volume?.x).toBeCloseTo(positionOf(x, EXAMPLE_VOLUME))
  expect(volume?.dots).toHaveLength(series.length)
})

test('of three hundred options a handful is shown: the best, today, the cheapest of each side', () => {
  const many = Array.from({ length: 300 }, (_none, at) => ({
    ...AS_IS,
    id: `api:acme/${at}`,
    kind: 'api' as const,
    label: `model-${at} (acme)`,
    usdPerDay: 100 + at,
    curve: linearCurve((100 + at) / EXAMPLE_VOLUME),
  }))
  const { options } = comparisonOf(many)
  const comparison = { ...EXAMPLE, options: [...EXAMPLE.options, ...options] }
  const shown = chartModel(comparison).series.map(({ id }) => id)
  expect(shown.length).toBeLessThanOrEqual(6)
  expect(shown).toContain('as-is')
  expect(shown).toContain(EXAMPLE.options[0]?.id)
  expect(chartModel(comparison, { show: ['api:acme/250'] }).series.map(({ id }) => id)).toContain('api:acme/250')
})

test('no traffic, no options, one option: still a chart', () => {
  expect(chartModel(comparisonOf([AS_IS])).series).toHaveLength(1)
  expect(chartModel(comparisonOf([])).series).toHaveLength(0)
  const still = chartModel({ ...EXAMPLE, workload: { ...EXAMPLE.workload, requestsPerDay: 0 } })
  expect(still.volume).toBeUndefined()
})

test('six machines side by side wear six colours', () => {
  const host = OPTIONS.find(({ kind }) => kind === 'hosted')
  if (host === undefined) throw new Error('the example has a hosted option')
  const six = Array.from({ length: 6 }, (_none, at) => ({
    ...host,
    id: `hosted:${at}`,
    label: `m${at} on x`,
    curve: flatCurve(10 * 2 ** at),
  }))
  const { series } = chartModel(comparisonOf(six), { show: six.map(({ id }) => id) })
  for (const theme of Object.values(THEMES)) expect(new Set(series.map(({ tone }) => toneOf(theme, tone))).size).toBe(6)
})

test('slivers of a staircase do not tear the strip', () => {
  const [rent = '', run = ''] = EXAMPLE.options.map(({ id }) => id)
  const breakeven = Array.from({ length: 2000 }, (_none, at) => ({
    from: at * 50,
    to: at * 50 + 50,
    cheapest: at % 2 === 0 ? rent : run,
  }))
  const { strip, plot } = chartModel({ ...EXAMPLE, breakeven })
  expect(Math.min(...strip.map(({ width }) => width))).toBeGreaterThanOrEqual(2)
  expect(strip.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(plot.right - plot.left)
})
