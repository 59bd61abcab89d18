import type { Line, PricedOption } from '@breakeven/core'
import type { Column } from './columns.ts'
import { renderColumns } from './columns.ts'
import { countText, percentText, quantityText, secondsText, unitPriceText, usdExactText, usdText } from './numbers.ts'
import { paintFor } from './paint.ts'
import { SURE_MARK, SURE_MEANING } from './sureness.ts'
import { cellsOf, clean, padEnd, truncate, wrap } from './text.ts'

export type ReceiptOptions = { readonly width?: number; readonly colour?: boolean }

const columnsFor = (sources: readonly string[]): readonly Column<Line>[] => [
  { head: 'item', cell: ({ item }) => item, flexTo: 16 },
  { head: 'quantity', cell: ({ quantity }) => quantityText(quantity), align: 'right' },
  { head: 'unit', cell: ({ unit }) => unit, flexTo: 14 },
  { head: '× $', cell: ({ unitUsd }) => unitPriceText(unitUsd), align: 'right' },
  { head: '= $/day', cell: ({ usd }) => usdExactText(usd), align: 'right', style: () => 'bold' },
  { head: 'sure', cell: ({ sure }) => `${SURE_MARK[sure]} ${sure}`, expendable: 1 },
  { head: 'as of', cell: ({ asOf }) => asOf, expendable: 2, style: () => 'dim' },
  { head: 'source', cell: ({ source }) => `[${sources.indexOf(source) + 1}]` },
]

/** Below this the columns of a receipt would lose their words. */
const NARROW = 80

/** Two lines an item: what it is, then what it comes to. */
const stackedLines = (lines: readonly Line[], sources: readonly string[], width: number): string[] =>
  lines.flatMap(({ item, quantity, unit, unitUsd, usd, sure, source }) => {
    const sum = `${usdExactText(usd)} ${SURE_MARK[sure]} [${sources.indexOf(source) + 1}]`
    const terms = `  ${quantityText(quantity)} ${clean(unit)} × ${unitPriceText(unitUsd)} =`
    return [truncate(clean(item), width), padEnd(truncate(terms, width - cellsOf(sum) - 1), width - cellsOf(sum)) + sum]
  })

const fleetText = (replicas: PricedOption['replicas']): string[] => {
  if (replicas === undefined) return []
  const { min, mean, max } = replicas
  if (min === max) return [`${countText(max)} ${max === 1 ? 'replica runs' : 'replicas run'} all day.`]
  return [`${countText(min)} to ${countText(max)} replicas run, ${quantityText(mean)} on average.`]
}

const replicaText = ({ capacity, replicas }: PricedOption): string[] => {
  if (capacity === undefined) return []
  return [
    `One replica: ${quantityText(Number(capacity.requestsPerSecond.toPrecision(3)))} requests/s, first token after ${secondsText(capacity.ttft)}, ` +
      `${secondsText(capacity.tpot)} a further token, limited by ${capacity.limit} (${SURE_MEANING[capacity.sure]}).`,
    ...fleetText(replicas),
  ]
}

/** The way to run the same model that comes next, and why it lost. */
export const runnerUpText = ({ runnerUp, usdPerDay }: PricedOption): string[] => {
  if (runnerUp === undefined) return []
  const more = usdPerDay > 0 ? ` (${percentText(runnerUp.usdPerDay / usdPerDay - 1)} more)` : ''
  return [`Next best: ${clean(runnerUp.label)} at ${usdText(runnerUp.usdPerDay)} a day${more}: ${clean(runnerUp.why)}.`]
}

/** One option's receipt for a day, line by line, each with its source, date and grade. No final newline. */
export const renderReceipt = (option: PricedOption, { width = 100, colour = false }: ReceiptOptions = {}): string => {
  const paint = paintFor(colour)
  const sources = [...new Set(option.lines.map(({ source }) => source))]
  const band = option.low === option.high ? '' : `, between ${usdText(option.low)} and ${usdText(option.high)}`
  return [
    paint('bold', clean(option.label)),
    paint('dim', clean(option.id)),
    '',
    ...(width < NARROW
      ? stackedLines(option.lines, sources, width)
      : [renderColumns(columnsFor(sources), option.lines, { width, colour })]),
    '',
    ...wrap(
      `${usdExactText(option.usdPerDay)} a day, ${usdExactText(option.usdPerMonth)} a month of 730 h${band}; as sure as its weakest line: ${option.sure}.`,
      width,
    ),
    ...[...replicaText(option), ...runnerUpText(option)].flatMap((text) => wrap(text, width)),
    '',
    ...sources.flatMap((source, at) => wrap(`[${at + 1}] ${clean(source)}`, width, '    ')),
    ...option.notes.flatMap((note) => wrap(`Note: ${clean(note)}`, width, '  ')),
  ].join('\n')
}
