import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chartModel } from './chart-model.ts'
import { ENGLISH } from './chart-words.ts'
import { renderCsv } from './csv.ts'
import { EXAMPLE, HYBRID, OPTIONS, comparisonOf } from './example-comparison.ts'
import { renderHtml } from './html.ts'
import { renderMarkdown } from './markdown.ts'
import { renderPng } from './png.ts'
import { renderSvg } from './svg.ts'
import { renderTable } from './table.ts'
import { renderTerminalChart } from './terminal-chart.ts'
import { cellsOf } from './text.ts'

const at = (name: string): string => `../golden/${name}`

/** One tag a line: a picture's golden should be readable as a diff. */
const tags = (svg: string): string => `${svg.replaceAll('><', '>\n<')}\n`

test.each([60, 100, 160])('terminal chart, %d columns', async (width) => {
  const text = renderTerminalChart(EXAMPLE, { width })
  expect(Math.max(...text.split('\n').map(cellsOf))).toBeLessThanOrEqual(width)
  await expect(`${text}\n`).toMatchFileSnapshot(at(`chart-${width}.txt`))
})

test('colour changes nothing but colour', () => {
  // oxlint-disable-next-line no-control-regex -- The escapes of a colour are what is taken off.
  const plain = renderTerminalChart(EXAMPLE, { width: 100, colour: true }).replaceAll(/\u001b\[\d+m/g, '')
  expect(plain.replaceAll(/ +$/gm, '')).toBe(renderTerminalChart(EXAMPLE, { width: 100 }).replaceAll(/ +$/gm, ''))
})

describe('a picture', () => {
  test('light and wide', async () => {
    await expect(tags(renderSvg(EXAMPLE, { width: 1080 }))).toMatchFileSnapshot(at('chart-light.svg'))
  })

  test('dark and small, with a hybrid', async () => {
    await expect(
      tags(renderSvg(comparisonOf([...OPTIONS, HYBRID]), { width: 640, theme: 'dark' })),
    ).toMatchFileSnapshot(at('chart-dark-small.svg'))
  })

  test('for a phone: every pixel to the lines, names and crossings are listed beside it', async () => {
    const svg = renderSvg(EXAMPLE, { width: 352, labels: false, headline: false })
    await expect(tags(svg)).toMatchFileSnapshot(at('chart-narrow.svg'))
    const { plot, width, crossings } = chartModel(EXAMPLE, { width: 352, labels: false, headline: false })
    expect((plot.right - plot.left) / width).toBeGreaterThan(0.7)
    // Nothing had to be cut, as the crossings are not in the picture.
    expect(crossings.every(({ text, key }) => key === undefined && !text.endsWith('…'))).toBe(true)
  })

  test('without the lines that were switched off, the others in their own colours', () => {
    const [first, second] = chartModel(EXAMPLE).series
    const model = chartModel(EXAMPLE, { hidden: [first!.id] })
    expect(model.series[0]).toEqual(second)
    expect(renderSvg(EXAMPLE, { hidden: [first!.id] })).not.toContain(first!.label!.main)
    expect(model.crossings.length).toBeLessThan(chartModel(EXAMPLE).crossings.length)
  })

  test('in other words: nothing of its own stays English', () => {
    const words = {
      ...ENGLISH,
      usdPerDay: '美元/天',
      cheapest: '最便宜',
      volumes: () => '次请求/天',
      subtitle: () => '日费用',
      becomesCheapest: (to: string) => `${to} 最便宜`,
      undercuts: (to: string, from: string) => `${to} 低于 ${from}`,
      volume: (perDay: string) => `您：${perDay}`,
      others: () => '其他',
      moreCrossings: () => '另有交点',
      price: (usd: string) => usd,
      today: { main: '现状', detail: '' },
      todaysModels: '现在所用的模型',
      withOverflow: (name: string) => `${name} 加溢出`,
    }
    const svg = renderSvg(EXAMPLE, { words, headline: '结论', label: '结论' })
    const texts = [...svg.matchAll(/>([^<>]+)</g)].map(([, text]) => text)
    expect(texts.join(' | ')).not.toMatch(/ a day|cheapest|undercuts|today|requests|becomes/)
  })

  test('as pixels: twice the size at scale 2, and text is drawn', async () => {
    const svg = renderSvg(EXAMPLE, { width: 640 })
    const png = Buffer.from(await renderPng(svg, { scale: 2 }))
    expect(png.readUInt32BE(16)).toBe(1280)
    // The fonts are found: without its words the picture is a good deal smaller.
    const wordless = await renderPng(svg.replaceAll(/<text.*?<\/text>/g, ''), { scale: 2 })
    expect(png.length).toBeGreaterThan(wordless.length * 1.2)
  })
})

test('markdown', async () => {
  await expect(`${renderMarkdown(EXAMPLE)}\n`).toMatchFileSnapshot(at('report.md'))
})

test('csv: as many cells in each line, and no formula', async () => {
  const bad = comparisonOf(OPTIONS.slice(0, 1).flatMap((option) => [{ ...option, label: '=HYPERLINK("http://x")' }]))
  expect(renderCsv(bad)).toContain(`"'=HYPERLINK(""http://x"")"`)
  await expect(`${renderCsv(EXAMPLE)}\n`).toMatchFileSnapshot(at('options.csv'))
})

test('html', async () => {
  await expect(renderHtml(EXAMPLE).replaceAll('><', '>\n<')).toMatchFileSnapshot(at('report.html'))
})

test('a hostile name stays a name, in every output', () => {
  const name = '<img src=x onerror=alert(1)>|\u001b[31m`*'
  const comparison = comparisonOf(
    OPTIONS.flatMap((option) => [
      option.kind === 'api' ? { ...option, label: `${name} (acme)`, notes: [name] } : option,
    ]),
    { unpriced: [{ model: name, tokens: 1, share: 0.1 }], ruledOut: [{ id: name, reason: name }] },
  )
  for (const text of [renderHtml(comparison), renderSvg(comparison), renderMarkdown(comparison)])
    expect(text).not.toContain('<img')
  for (const text of [renderTable(comparison), renderTerminalChart(comparison), renderMarkdown(comparison)])
    expect(text).not.toContain('\u001b')
})

test('a model without a price says why where it is not the catalogue that lacks it', () => {
  const reason = 'served by yourself: the bill is that of your machine'
  const comparison = comparisonOf(OPTIONS, {
    unpriced: [
      { model: 'open-8b', tokens: 2_000_000, share: 0.8, reason },
      { model: 'router-v2', tokens: 500_000, share: 0.2 },
    ],
  })
  expect(renderTable(comparison, { width: 200 })).toContain(`open-8b: 2M tokens, 80 % of all; ${reason}\n`)
  expect(renderTable(comparison, { width: 200 })).toContain('router-v2: 500k tokens, 20 % of all\n')
  for (const text of [renderHtml(comparison), renderMarkdown(comparison)])
    expect(text).toContain(`open-8b: 2,000,000 tokens, 80 % of all; ${reason}`)
})

test('html asks for nothing from outside', () => {
  const html = renderHtml(EXAMPLE).replaceAll('http://www.w3.org/2000/svg', '')
  expect(html).not.toMatch(/https?:|<script|<link|src=|url\(/)
})

test('what the command loads for a table holds no drawing library', () => {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, target] of readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(
      /^(?:import|export) (?!type).*from '([^']+)'/gm,
    )) {
      if (target?.startsWith('./')) visit(target)
      else seen.add(target ?? '')
    }
  }
  visit('./index.ts')
  expect([...seen].filter((name) => !name.startsWith('./'))).toEqual(['@breakeven/core'])
})
