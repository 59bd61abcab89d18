import type { Comparison, PricedOption } from '@breakeven/core'
import { answerSentences } from './answer.ts'
import { phraseOf } from './names.ts'
import { countText, quantityText, unitPriceText, usdExactText, usdText } from './numbers.ts'
import { sideOf } from './side.ts'
import { STRENGTHS } from './strengths.ts'
import { SURE_MEANING } from './sureness.ts'
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
import { clean } from './text.ts'
import { unpricedText } from './unpriced.ts'

/** How many reasons for what did not compete. */
const REASONS = 12

/** Nothing in a name may end a cell, open a tag or start an emphasis. */
const escape = (text: string): string =>
  clean(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\|*_`[\]]/g, '\\$&')

const table = (
  head: readonly string[],
  align: readonly ('left' | 'right')[],
  rows: readonly (readonly string[])[],
): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${align.map((one) => (one === 'right' ? '---:' : '---')).join(' | ')} |`,
  ...rows.map((row) => `| ${row.map(escape).join(' | ')} |`),
]

const list = (head: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : ['', `## ${head}`, '', ...items.map((item) => `- ${escape(item)}`)]

const optionsTable = (comparison: Comparison, top: number): string[] =>
  table(
    ['#', 'Option', 'Way', 'USD a day', 'Band', 'USD a month', 'A request', 'Class', 'Replicas', 'How sure', 'Priced'],
    ['right', 'left', 'left', 'right', 'right', 'right', 'right', 'left', 'right', 'left', 'left'],
    rankedOf(comparison, top).map(({ rank, option }) => [
      String(rank),
      phraseOf(option),
      option.kind === 'asIs' ? 'now' : sideOf(option),
      usdText(option.usdPerDay),
      bandText(option),
      usdText(option.usdPerMonth),
      option.usdPerRequest === undefined ? '' : usdText(option.usdPerRequest),
      option.class ?? '',
      replicasText(option),
      option.sure,
      option.asOf,
    ]),
  )

const receipt = (option: PricedOption): string[] => [
  '',
  `## The receipt of ${escape(phraseOf(option))}, for a day`,
  '',
  ...table(
    ['Item', 'Quantity', 'Unit', 'Unit price', 'USD', 'How sure', 'Source'],
    ['left', 'right', 'left', 'right', 'right', 'left', 'left'],
    option.lines.map(({ item, quantity, unit, unitUsd, usd, sure, source, asOf }) => [
      item,
      quantityText(quantity),
      unit,
      unitPriceText(unitUsd),
      usdExactText(usd),
      sure,
      `${source}, ${asOf}`,
    ]),
  ),
]

export type MarkdownOptions = {
  /** How many options; today's bill and the best of each side show in any case. */
  readonly top?: number
  /** The same question for each part of the traffic. */
  readonly parts?: readonly { readonly value: string; readonly comparison: Comparison }[]
}

/** The options of a part: it is read beside the others, not by itself. */
const TOP_OF_A_PART = 3
const partSection = ({ value, comparison }: { value: string; comparison: Comparison }, top: number): string[] => [
  '',
  `## ${escape(value)}`,
  '',
  escape(answerSentences(comparison).join(' ')),
  ...(comparison.options.length === 0 ? [] : ['', ...optionsTable(comparison, Math.min(top, TOP_OF_A_PART))]),
]

/**
 * A report to paste: the answer, the options, break-evens, the receipt of the recommended option, and what money does
 * not show. No final newline.
 */
export const renderMarkdown = (comparison: Comparison, { top = 12, parts = [] }: MarkdownOptions = {}): string => {
  const [verdict = '', ...rest] = answerSentences(comparison)
  const [best] = comparison.options
  const grades = new Set(comparison.options.map(({ sure }) => sure))
  return [
    `# ${escape(verdict)}`,
    '',
    ...(rest.length > 0 ? [escape(rest.join(' ')), ''] : []),
    escape(contextTexts(comparison).join(' · ')),
    ...(best === undefined
      ? []
      : ['', ...optionsTable(comparison, top), '', ...[...grades].map((sure) => `- *${sure}*: ${SURE_MEANING[sure]}`)]),
    ...parts.flatMap((part) => partSection(part, top)),
    ...list('Break-even, run against rent', [
      ...tellingPairs(comparison).map((pair) => pairText(comparison, pair)),
      ...alsoItems(comparison),
    ]),
    ...list(sensitivityHead(comparison), comparison.sensitivity.map(sensitivityText)),
    ...(best === undefined ? [] : receipt(best)),
    '',
    '## What money does not show',
    '',
    ...table(
      ['', 'Rent', 'Run'],
      ['left', 'left', 'left'],
      STRENGTHS.map(({ aspect, rent, run }) => [aspect, rent, run]),
    ),
    ...list(
      'In the log, but without a price',
      comparison.unpriced.map((row) => unpricedText(row, countText(row.tokens))),
    ),
    ...list('Apart: never the winner', reasonTexts(comparison.apart, REASONS)),
    ...list('Ruled out', reasonTexts(comparison.ruledOut, REASONS)),
    ...list('Assumed', comparison.assumed),
  ].join('\n')
}
