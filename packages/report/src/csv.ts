import type { Comparison, PricedOption } from '@breakeven/core'

type Cell = string | number | undefined

const HEAD = [
  'rank',
  'status',
  'id',
  'kind',
  'label',
  'class',
  'usd_per_day',
  'usd_per_month',
  'usd_per_request',
  'low_usd_per_day',
  'high_usd_per_day',
  'replicas_min',
  'replicas_mean',
  'replicas_max',
  'sure',
  'as_of',
  'reason',
] as const

/** A spreadsheet runs a cell that begins like a formula; an apostrophe makes it text. Names come from other people's logs. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

const cellText = (cell: Cell): string => {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : ''
  const text = harmless(cell)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const row = (cells: Partial<Record<(typeof HEAD)[number], Cell>>): string =>
  HEAD.map((name) => cellText(cells[name])).join(',')

const optionRow = (option: PricedOption, at: number): string =>
  row({
    rank: at + 1,
    status: 'priced',
    id: option.id,
    kind: option.kind,
    label: option.label,
    class: option.class,
    usd_per_day: option.usdPerDay,
    usd_per_month: option.usdPerMonth,
    usd_per_request: option.usdPerRequest,
    low_usd_per_day: option.low,
    high_usd_per_day: option.high,
    replicas_min: option.replicas?.min,
    replicas_mean: option.replicas?.mean,
    replicas_max: option.replicas?.max,
    sure: option.sure,
    as_of: option.asOf,
    reason: option.notes.join('; '),
  })

/** The same question for each part of the traffic, and what the parts are parts by: `model`, `project`. */
export type Parts = {
  readonly by: string
  readonly parts: readonly { readonly value: string; readonly comparison: Comparison }[]
}

const bodyOf = ({ options, apart, ruledOut }: Comparison): string[] => [
  ...options.map(optionRow),
  ...apart.map(({ id, reason, usdPerDay }) => row({ status: 'apart', id, usd_per_day: usdPerDay, reason })),
  ...ruledOut.map(({ id, reason }) => row({ status: 'ruled out', id, reason })),
]

/**
 * Every option on a line (RFC 4180): priced ones cheapest first, then those apart, then those ruled out with the reason
 * and an empty price. Full numbers, in USD. With parts, a first column says of which part a line is; the whole is `(all)`.
 */
export const renderCsv = (comparison: Comparison, split?: Parts): string => {
  if (split === undefined) return [HEAD.join(','), ...bodyOf(comparison)].join('\n')
  const under = (value: string, part: Comparison): string[] => bodyOf(part).map((line) => `${cellText(value)},${line}`)
  return [
    `${cellText(split.by)},${HEAD.join(',')}`,
    ...under('(all)', comparison),
    ...split.parts.flatMap(({ value, comparison: part }) => under(value, part)),
  ].join('\n')
}
