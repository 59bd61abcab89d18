import type { Comparison, PairBreakeven, PricedOption, Sensitivity, Sure } from '@breakeven/core'
import { SURENESS } from '@breakeven/core'
import { answerSentences } from './answer.ts'
import type { Column } from './columns.ts'
import { renderColumns } from './columns.ts'
import { compactText, countText, percentText, quantityText, secondsText, usdText } from './numbers.ts'
import { nameOf } from './names.ts'
import type { Paint, Style } from './paint.ts'
import { paintFor } from './paint.ts'
import { groupReasons } from './reasons.ts'
import { runnerUpText } from './receipt.ts'
import { cheapestOf, labelOf, optionOf, sideOf, unitOf, volumeOf } from './side.ts'
import { rangesText } from './stretches.ts'
import { SURE_MARK, SURE_MEANING } from './sureness.ts'
import { clean, flow, wrap } from './text.ts'
import { unpricedText } from './unpriced.ts'

export type TableOptions = {
  /** Terminal cells; 60 to 200 look well. */
  readonly width?: number
  readonly colour?: boolean
  /** How many options; today's bill and the best of each side show in any case. */
  readonly top?: number
}

/** An option and its place among all. */
export type Ranked = { readonly rank: number; readonly option: PricedOption }

/** The cheapest `top`, and further down what a reader looks for: today's bill, the best rented, run and mixed. */
export const rankedOf = (comparison: Comparison, top: number): Ranked[] => {
  const wanted = new Set<PricedOption | undefined>([
    comparison.options.find(({ kind }) => kind === 'asIs'),
    cheapestOf(comparison, 'rent'),
    cheapestOf(comparison, 'run'),
    cheapestOf(comparison, 'mix'),
  ])
  return comparison.options
    .map((option, at) => ({ rank: at + 1, option }))
    .filter(({ rank, option }) => rank <= top || wanted.has(option))
}

/** `$10–14`, or nothing where the price has no band. */
export const bandText = ({ low, high }: PricedOption): string =>
  // Ends that read alike are no band to a reader.
  usdText(low) === usdText(high) ? '' : `${usdText(low)}–${usdText(high).slice(1)}`

/** `1`, `2–5`. */
export const replicasText = ({ replicas }: PricedOption): string => {
  if (replicas === undefined) return ''
  return replicas.min === replicas.max
    ? countText(replicas.max)
    : `${countText(replicas.min)}–${countText(replicas.max)}`
}

const SIDE_STYLE: Readonly<Record<ReturnType<typeof sideOf>, Style>> = { rent: 'yellow', run: 'cyan', mix: 'magenta' }
const SIDE_WORD: Readonly<Record<ReturnType<typeof sideOf>, string>> = { rent: 'rent', run: 'run', mix: 'mix' }

const COLUMNS: readonly Column<Ranked>[] = [
  { head: '#', cell: ({ rank }) => countText(rank), align: 'right', style: () => 'dim' },
  {
    head: 'option',
    cell: ({ option }) => option.label,
    flexTo: 36,
    style: ({ rank }) => (rank === 1 ? 'bold' : undefined),
  },
  {
    head: '',
    cell: ({ option }) => (option.kind === 'asIs' ? 'now' : SIDE_WORD[sideOf(option)]),
    expendable: 3,
    style: ({ option }) => SIDE_STYLE[sideOf(option)],
  },
  { head: '$/day', cell: ({ option }) => usdText(option.usdPerDay), align: 'right', style: () => 'bold' },
  { head: 'band', cell: ({ option }) => bandText(option), align: 'right', expendable: 4, style: () => 'dim' },
  { head: '$/month', cell: ({ option }) => usdText(option.usdPerMonth), align: 'right', expendable: 2 },
  {
    head: '$/request',
    cell: ({ option }) => (option.usdPerRequest === undefined ? '' : usdText(option.usdPerRequest)),
    align: 'right',
    expendable: 6,
  },
  { head: 'class', cell: ({ option }) => option.class ?? '', expendable: 5 },
  { head: 'replicas', cell: ({ option }) => replicasText(option), align: 'right', expendable: 7 },
  { head: 'sure', cell: ({ option }) => SURE_MARK[option.sure] },
  { head: 'priced', cell: ({ option }) => option.asOf, expendable: 8, style: () => 'dim' },
]

const MONTH_MS = 31 * 86_400_000

const has = (text: string): boolean => text !== ''

/** Columns that say nothing in any row are left out. */
const columnsFor = (rows: readonly Ranked[]): Column<Ranked>[] =>
  COLUMNS.filter((column) => column.expendable === undefined || rows.some((row) => has(column.cell(row))))

const sureLegend = (options: readonly PricedOption[]): string[] => {
  const used = new Set<Sure>(options.map(({ sure }) => sure))
  return SURENESS.filter((sure) => used.has(sure)).map((sure) => `${SURE_MARK[sure]} ${SURE_MEANING[sure]}`)
}

/** Prices of a day to come are those of today, as far as anybody has announced them. */
const pricesText = ({ on, catalogue }: Comparison): string =>
  Date.parse(on) - Date.parse(catalogue.asOf) > MONTH_MS
    ? `prices known on ${catalogue.asOf} for ${on}`
    : `prices of ${on}`

/** What was compared, and on which terms. */
export const contextTexts = (comparison: Comparison): string[] => {
  const { workload, region, considered, estimate, catalogue } = comparison
  const each =
    workload.meanInput === undefined || workload.meanOutput === undefined
      ? ''
      : ` of ${countText(workload.meanInput)} tokens in, ${countText(workload.meanOutput)} out`
  return [
    `${countText(volumeOf(comparison))} ${unitOf(comparison)} a day${each}`,
    `${quantityText(Number(workload.watchedHours.toPrecision(3)))} h watched`,
    `peak ${quantityText(Number(workload.peakFactor.toPrecision(3)))} × mean`,
    `${pricesText(comparison)}, ${region}`,
    `${countText(considered)} options considered`,
    `${estimate === 'simulated' ? 'the best ones simulated' : 'closed-form estimate'}, catalogue of ${catalogue.asOf}`,
  ]
}

/** The pairs that a reader asks for: the best rented and today's bill, each against the best run. */
export const tellingPairs = ({ options, pairs }: Comparison): PairBreakeven[] => {
  const rank = (id: string): number => options.findIndex((option) => option.id === id)
  const ranked = [...pairs].toSorted(
    (one, other) => rank(one.rent) + rank(one.run) - rank(other.rent) - rank(other.run),
  )
  const firstOf = (wanted: (pair: PairBreakeven) => boolean): PairBreakeven[] => ranked.filter(wanted).slice(0, 1)
  const bestApi = options.find(({ kind }) => kind === 'api')?.id
  const ofBest = ranked.filter(({ rent }) => rent === bestApi)
  const model = (id: string): string => nameOf(optionOf({ options }, id) ?? { kind: 'hosted', label: id }).main
  const models = ofBest.filter(({ run }, at) => ofBest.findIndex((other) => model(other.run) === model(run)) === at)
  const crosses = ({ run, stretches }: PairBreakeven): boolean =>
    stretches.length > 1 && stretches.some(({ cheapest }) => cheapest === run)
  const telling = [
    ...models.slice(0, 1),
    ...firstOf(({ rent }) => rent === 'as-is'),
    ...firstOf((pair) => pair.rent !== bestApi && pair.rent !== 'as-is' && crosses(pair)),
    ...models.slice(1, 3),
  ]
  return telling.length > 0 ? telling : ranked.slice(0, 3)
}

/** `running X is cheaper than renting Y from N requests a day on`. */
export const pairText = (comparison: Comparison, { rent, run, stretches }: PairBreakeven): string => {
  const wins = stretches.filter(({ cheapest }) => cheapest === run)
  const names = `${labelOf(comparison, run)} against ${labelOf(comparison, rent)}`
  if (wins.length === 0)
    return `${names}: never cheaper up to ${countText(comparison.horizonPerDay)} ${unitOf(comparison)} a day`
  return `${names}: cheaper ${rangesText(comparison, wins)}`
}

const volumeText = (value: number | undefined): string => (value === undefined ? 'no break-even' : countText(value))

/** `What moves the break-even of X against Y, in requests a day`. */
export const sensitivityHead = (comparison: Comparison): string => {
  const { sensitivityPair: pair } = comparison
  const of = pair === undefined ? '' : ` of ${labelOf(comparison, pair.run)} against ${labelOf(comparison, pair.rent)}`
  return `What moves the break-even${of}, in ${unitOf(comparison)} a day`
}

/** Break-evens that a preset's source works out in its own terms. */
export const alsoItems = (comparison: Comparison): string[] =>
  (comparison.alsoBreakeven ?? []).map(
    ({ label, requestsPerDay }) => `${label}: cheaper from ${countText(requestsPerDay)} requests a day on`,
  )

/** `from 88,259 to 52,300 with 800, 121,000 with 200`. */
export const sensitivityText = ({ input, lowSetting, highSetting, atLow, atHigh }: Sensitivity): string => {
  return `${input}: ${volumeText(atLow)} at ${lowSetting}, ${volumeText(atHigh)} at ${highSetting}`
}

type Writer = { readonly width: number; readonly paint: Paint }

const section = ({ width, paint }: Writer, head: string, items: readonly string[]): string[] =>
  items.length === 0
    ? []
    : [
        '',
        paint('bold', head),
        ...items.flatMap((item) => wrap(clean(item), width - 2, '  ').map((line) => `  ${line}`)),
      ]

/** The verdict stands out; the rest of the answer follows below it. */
const answerLines = (comparison: Comparison, { width, paint }: Writer): string[] => {
  const [verdict = '', ...rest] = answerSentences(comparison)
  return [...wrap(verdict, width).map((text) => paint('bold', text)), ...wrap(rest.join(' '), width), '']
}

const FEW = 5
const more = (count: number): string[] => (count > 0 ? [`${countText(count)} more: --json lists all`] : [])

/** One item a reason, the commonest first, each with an example. */
export const reasonTexts = (reasoned: Comparison['ruledOut'], most: number): string[] => {
  const groups = groupReasons(reasoned)
  const items = groups
    .slice(0, most)
    .map(({ count, example: { id, reason } }) =>
      count === 1 ? `${id}: ${reason}` : `${countText(count)} options, such as ${id}: ${reason}`,
    )
  return [...items, ...more(groups.slice(most).reduce((sum, { count }) => sum + count, 0))]
}

const unpricedItems = ({ unpriced }: Comparison): string[] => [
  ...unpriced.slice(0, FEW).map((row) => unpricedText(row, compactText(row.tokens))),
  ...more(unpriced.length - FEW),
]

const billItems = ({ bill }: Comparison): string[] => {
  if (bill === undefined) return []
  const ratio = bill.usd === 0 ? 1 : bill.computedUsd / bill.usd
  const off = ratio === 1 ? '' : `, ${percentText(Math.abs(ratio - 1))} ${ratio < 1 ? 'less' : 'more'}`
  return [`you paid ${usdText(bill.usd)}; the log at list prices comes to ${usdText(bill.computedUsd)}${off}`]
}

const withoutUsage = ({ workload }: Comparison): string[] =>
  workload.rowsWithoutUsage > 0
    ? [`${countText(workload.rowsWithoutUsage)} rows do not report all their tokens: every price is "at least"`]
    : []

/** The best way to run and the best mix: what they are in numbers, as they were played, and what came next. */
const chosenTexts = (comparison: Comparison): string[] => {
  const best = [cheapestOf(comparison, 'run'), cheapestOf(comparison, 'mix')].filter((option) => option !== undefined)
  return best.flatMap((option) => [
    ...playedText(option),
    ...runnerUpText(option).map((text) => afterLabel(option, text)),
  ])
}

const afterLabel = ({ label }: PricedOption, text: string): string =>
  `${label}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`

/** How the fleet or the mix fared when the traffic was played through it. */
const playedText = (option: PricedOption): string[] => {
  const { label, played, playedHybrid: hybrid } = option
  const p95 = (ttft: { readonly p95: number }, tpot: { readonly p95: number }): string =>
    `p95 ${secondsText(ttft.p95)} to the first token${tpot.p95 > 0 ? `, ${secondsText(tpot.p95)} a further one` : ''}`
  if (hybrid !== undefined)
    return [
      `${label}: simulated, ${percentText(hybrid.callsOver)} of calls (${percentText(hybrid.inputTokensOver)} of prompt, ${percentText(hybrid.outputTokensOver)} of completion tokens) go over, so that what stays sees ${p95(hybrid.ownTtftSeconds, hybrid.ownTpotSeconds)}`,
    ]
  if (played === undefined) return []
  const byRate = played.replicas > played.sizedReplicas ? ` (${countText(played.sizedReplicas)} by rate alone)` : ''
  return [
    `${label}: ${countText(played.replicas)} ${played.replicas === 1 ? 'replica' : 'replicas'}${byRate}, simulated on ${countText(played.requestsPlayed)} requests: ${p95(played.ttftSeconds, played.tpotSeconds)}, within the target`,
  ]
}

/**
 * The whole answer for a terminal: the sentence, the options, cheapest first, where renting and running cross, what moves
 * that, and what did not compete and why. No final newline.
 */
export const renderTable = (
  comparison: Comparison,
  { width = 100, colour = false, top = 12 }: TableOptions = {},
): string => {
  const writer: Writer = { width, paint: paintFor(colour) }
  const { paint } = writer
  const rows = rankedOf(comparison, top)
  const shown = rows.length
  const hidden = comparison.options.length - shown
  const table =
    shown === 0
      ? []
      : [
          '',
          renderColumns(columnsFor(rows), rows, { width, colour }),
          ...more(hidden).map((text) => paint('dim', text)),
          ...flow(sureLegend(rows.map(({ option }) => option)), width, ' ').map((text) => paint('dim', text)),
        ]
  return [
    ...answerLines(comparison, writer),
    ...flow(contextTexts(comparison), width, ' ·').map((text) => paint('dim', text)),
    ...table,
    ...section(writer, 'Break-even, run against rent', [
      ...tellingPairs(comparison).map((pair) => pairText(comparison, pair)),
      ...alsoItems(comparison),
    ]),
    ...section(writer, 'The best way to run, and what came next', chosenTexts(comparison)),
    ...section(writer, sensitivityHead(comparison), comparison.sensitivity.slice(0, FEW).map(sensitivityText)),
    ...section(writer, 'Your bill', billItems(comparison)),
    ...section(writer, 'In the log, but without a price', [...unpricedItems(comparison), ...withoutUsage(comparison)]),
    ...section(writer, 'Apart: never the winner', reasonTexts(comparison.apart, FEW)),
    ...section(writer, `Ruled out: ${countText(comparison.ruledOut.length)}`, reasonTexts(comparison.ruledOut, FEW)),
    ...section(writer, 'Assumed', comparison.assumed),
  ].join('\n')
}
