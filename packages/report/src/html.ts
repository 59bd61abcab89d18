import type { Comparison, Line, PricedOption } from '@breakeven/core'
import type { ComponentChildren, VNode } from 'preact'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { answerSentences } from './answer.ts'
import type { ChartOptions } from './chart-model.ts'
import { chartModel } from './chart-model.ts'
import { Chart } from './chart.ts'
import { el } from './element.ts'
import { HTML_STYLE } from './html-style.ts'
import { phraseOf } from './names.ts'
import { countText, quantityText, secondsText, unitPriceText, usdExactText, usdText } from './numbers.ts'
import { sideOf } from './side.ts'
import { STRENGTHS } from './strengths.ts'
import { SURE_MARK, SURE_MEANING } from './sureness.ts'
import type { Ranked } from './table.ts'
import {
  bandText,
  contextTexts,
  alsoItems,
  pairText,
  rankedOf,
  reasonTexts,
  replicasText,
  sensitivityHead,
  sensitivityText,
  tellingPairs,
} from './table.ts'
import { cssTheme } from './theme.ts'
import { unpricedText } from './unpriced.ts'

export type HtmlOptions = Pick<ChartOptions, 'show'> & {
  /** How many options; today's bill and the best of each side show in any case. */
  readonly top?: number
}

/** How many reasons for what did not compete. */
const REASONS = 12
const LARGE_CHART = 1128
const SMALL_CHART = 520

const cell = (content: ComponentChildren, kind = ''): VNode => el('td', kind === '' ? {} : { class: kind }, content)
const heads = (names: readonly (readonly [string, string])[]): VNode =>
  el(
    'thead',
    {},
    el(
      'tr',
      {},
      names.map(([name, kind]) => el('th', { scope: 'col', class: kind }, name)),
    ),
  )

const Figure = (comparison: Comparison, kind: 'large' | 'small', show: ChartOptions['show'], label: string): VNode => {
  const model = chartModel(comparison, {
    width: kind === 'large' ? LARGE_CHART : SMALL_CHART,
    headline: false,
    ...(show === undefined ? {} : { show }),
  })
  return el('figure', { class: kind }, h(Chart, { model, theme: cssTheme(), label }))
}

const RECEIPT_HEADS = [
  ['Item', ''],
  ['Quantity', 'number'],
  ['Unit', ''],
  ['Unit price', 'number'],
  ['USD a day', 'number'],
  ['How sure', ''],
  ['Source', ''],
] as const

const receiptRow = ({ item, quantity, unit, unitUsd, usd, sure, source, asOf }: Line): VNode =>
  el('tr', {}, [
    cell(item),
    cell(quantityText(quantity), 'number'),
    cell(unit),
    cell(unitPriceText(unitUsd), 'number'),
    cell(usdExactText(usd), 'number main'),
    cell(`${SURE_MARK[sure]} ${sure}`),
    cell(`${source}, ${asOf}`, 'muted'),
  ])

const capacityNote = ({ capacity }: PricedOption): VNode[] =>
  capacity === undefined
    ? []
    : [
        el(
          'p',
          { class: 'note' },
          `One replica carries ${quantityText(Number(capacity.requestsPerSecond.toPrecision(3)))} requests/s, with the first token after ${secondsText(capacity.ttft)} and ${secondsText(capacity.tpot)} for each further one; ${capacity.limit} is the limit (${SURE_MEANING[capacity.sure]}).`,
        ),
      ]

const receiptOf = (option: PricedOption): VNode =>
  el('details', {}, [
    el('summary', {}, 'Receipt'),
    el(
      'div',
      { class: 'scroll' },
      el('table', {}, [heads(RECEIPT_HEADS), el('tbody', {}, option.lines.map(receiptRow))]),
    ),
    ...capacityNote(option),
    ...option.notes.map((note) => el('p', { class: 'note' }, note)),
    el('p', { class: 'note' }, option.id),
  ])

const OPTION_HEADS = [
  ['#', 'number'],
  ['Option', ''],
  ['', ''],
  ['USD a day', 'number'],
  ['Band', 'number wide'],
  ['USD a month', 'number'],
  ['A request', 'number wide'],
  ['Class', 'wide'],
  ['Replicas', 'number wide'],
  ['Sure', ''],
  ['Priced', 'wide'],
] as const

const optionRows = ({ rank, option }: Ranked): VNode[] => {
  const way = option.kind === 'asIs' ? 'asIs' : sideOf(option)
  return [
    el('tr', {}, [
      cell(countText(rank), 'number muted'),
      cell(phraseOf(option), 'main'),
      cell(el('span', { class: `way ${way}` }, way === 'asIs' ? 'now' : way)),
      cell(usdText(option.usdPerDay), 'number main'),
      cell(bandText(option), 'number muted wide'),
      cell(usdText(option.usdPerMonth), 'number'),
      cell(option.usdPerRequest === undefined ? '' : usdText(option.usdPerRequest), 'number wide'),
      cell(option.class ?? '', 'wide'),
      cell(replicasText(option), 'number wide'),
      cell(
        el('span', { title: SURE_MEANING[option.sure] }, [
          SURE_MARK[option.sure],
          el('span', { class: 'wide' }, ` ${option.sure}`),
        ]),
      ),
      cell(option.asOf, 'muted wide date'),
    ]),
    el('tr', { class: 'receipt' }, [cell(''), el('td', { colSpan: OPTION_HEADS.length - 1 }, receiptOf(option))]),
  ]
}

const section = (head: string, ...content: ComponentChildren[]): VNode =>
  el('section', {}, [el('h2', {}, head), ...content])
const listSection = (head: string, items: readonly string[]): VNode[] =>
  items.length === 0
    ? []
    : [
        section(
          head,
          el(
            'ul',
            {},
            items.map((item) => el('li', {}, item)),
          ),
        ),
      ]

const optionsSection = (comparison: Comparison, top: number): VNode[] => {
  const rows = rankedOf(comparison, top)
  const hidden = comparison.options.length - rows.length
  if (rows.length === 0) return []
  return [
    section(
      'What a day costs',
      el('div', { class: 'scroll' }, el('table', {}, [heads(OPTION_HEADS), el('tbody', {}, rows.flatMap(optionRows))])),
      ...(hidden > 0 ? [el('p', { class: 'note' }, `${countText(hidden)} more are not shown.`)] : []),
    ),
  ]
}

const strengthsSection = (): VNode =>
  section(
    'What money does not show',
    el(
      'div',
      { class: 'scroll' },
      el('table', {}, [
        heads([
          ['', ''],
          ['Rent', ''],
          ['Run', ''],
        ]),
        el(
          'tbody',
          {},
          STRENGTHS.map(({ aspect, rent, run }) => el('tr', {}, [cell(aspect, 'main'), cell(rent), cell(run)])),
        ),
      ]),
    ),
  )

/**
 * The whole report as one HTML file that needs nothing else: no script, no font, no network. Light or dark as the reader
 * has it; a receipt opens under each option. Everything that comes from outside is escaped.
 */
export const renderHtml = (comparison: Comparison, { top = 12, show }: HtmlOptions = {}): string => {
  const [verdict = '', ...rest] = answerSentences(comparison)
  const label = [verdict, ...rest].join(' ')
  const charts =
    comparison.options.length === 0
      ? []
      : [Figure(comparison, 'large', show, label), Figure(comparison, 'small', show, label)]
  const page = el('html', { lang: 'en' }, [
    el('head', {}, [
      el('meta', { charset: 'utf-8' }),
      el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      el('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'" }),
      el('title', {}, verdict),
      h('style', { dangerouslySetInnerHTML: { __html: HTML_STYLE } }),
    ]),
    el('body', {}, [
      el('main', {}, [
        el('h1', {}, verdict),
        ...(rest.length > 0 ? [el('p', { class: 'lead' }, rest.join(' '))] : []),
        el('p', { class: 'terms' }, contextTexts(comparison).join(' · ')),
        ...charts,
        ...optionsSection(comparison, top),
        ...listSection('Break-even, run against rent', [
          ...tellingPairs(comparison).map((pair) => pairText(comparison, pair)),
          ...alsoItems(comparison),
        ]),
        ...listSection(sensitivityHead(comparison), comparison.sensitivity.map(sensitivityText)),
        strengthsSection(),
        ...listSection(
          'In the log, but without a price',
          comparison.unpriced.map((row) => unpricedText(row, countText(row.tokens))),
        ),
        ...listSection('Apart: never the winner', reasonTexts(comparison.apart, REASONS)),
        ...listSection('Ruled out', reasonTexts(comparison.ruledOut, REASONS)),
        ...listSection('Assumed', comparison.assumed),
      ]),
    ]),
  ])
  return `<!doctype html>\n${renderToString(page)}\n`
}
