import type { Meter } from '@breakeven/core'
import type { Column } from '@breakeven/report'
import { compactText, renderColumns } from '@breakeven/report'
import type { MachineRow, PriceRow } from './rows.ts'

type Look = { readonly width: number; readonly colour: boolean }

/** A list price is shown as it is listed: no digit is lost. */
const listed = (usd: number | undefined): string => (usd === undefined ? '' : String(usd))

const meter =
  (name: Meter) =>
  ({ usdPerMillion }: PriceRow): string =>
    listed(usdPerMillion[name])

const two = (value: number): string => String(value).padStart(2, '0')
const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`

const flagsOf = ({ model, price }: PriceRow): string =>
  [
    ...(price.hours === undefined ? [] : [`${clock(price.hours.fromMinute)}-${clock(price.hours.toMinute)} UTC`]),
    ...(price.minimumInputTokens === undefined ? [] : [`at least ${price.minimumInputTokens} input tokens`]),
    ...(model.free ? ['free'] : []),
    ...(price.suspect ? ['suspect'] : []),
    ...(price.flags ?? []),
  ].join('; ')

/** Sources are long and few: each is written once below the tables, and rows hold its number. */
type Sources = ReadonlyMap<string, number>

const numbered = (sources: Sources, source: string): string => `[${sources.get(source) ?? '?'}]`

const priceColumns = (sources: Sources): readonly Column<PriceRow>[] => [
  { head: 'model', cell: ({ model }) => model.id, flexTo: 24 },
  { head: 'tier', cell: ({ price }) => price.tier },
  { head: 'region', cell: ({ price }) => price.region ?? '', expendable: 3 },
  { head: 'from', cell: ({ price }) => price.from ?? 'unknown' },
  { head: 'to', cell: ({ price }) => price.to ?? '' },
  { head: 'prompt', cell: ({ above }) => (above === undefined ? '' : `> ${compactText(above)}`) },
  { head: 'input', cell: meter('freshInput'), align: 'right' },
  { head: 'cached', cell: meter('cacheRead'), align: 'right' },
  { head: 'write 5m', cell: meter('cacheWrite5m'), align: 'right', expendable: 7 },
  { head: 'write 1h', cell: meter('cacheWrite1h'), align: 'right', expendable: 7 },
  { head: 'output', cell: meter('output'), align: 'right' },
  { head: 'a request', cell: ({ price }) => listed(price.usdPerRequest), align: 'right' },
  { head: 'seen', cell: ({ price }) => price.asOf },
  { head: 'sure', cell: ({ price }) => price.sure },
  { head: 'flags', cell: flagsOf, flexTo: 12, expendable: 4 },
  { head: 'source', cell: ({ price }) => numbered(sources, price.source) },
]

const machineColumns = (sources: Sources): readonly Column<MachineRow>[] => [
  { head: 'machine', cell: ({ instance }) => instance.id },
  {
    head: 'accelerators',
    cell: ({ instance }) => `${instance.acceleratorCount} × ${instance.accelerator}`,
    expendable: 4,
  },
  { head: 'purchase', cell: ({ rate }) => rate.purchase },
  { head: 'region', cell: ({ rate }) => rate.region },
  { head: 'USD/hour', cell: ({ rate }) => listed(rate.usdPerHour), align: 'right' },
  { head: 'seen', cell: ({ rate }) => rate.asOf },
  { head: 'sure', cell: ({ rate }) => rate.sure },
  { head: 'source', cell: ({ rate }) => numbered(sources, rate.source) },
]

/** A column that says nothing for any row takes no room. */
const spoken = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly Column<Row>[] =>
  columns.filter(({ cell }) => rows.some((row) => cell(row) !== ''))

const tableOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): string =>
  renderColumns(spoken(columns, rows), rows, look).trimEnd()

/** Two tables, of API prices in USD per million tokens and of machines, as far as there are rows, and their sources. */
export const renderPrices = (prices: readonly PriceRow[], machines: readonly MachineRow[], look: Look): string => {
  const names = new Set([...prices.map(({ price }) => price.source), ...machines.map(({ rate }) => rate.source)])
  const sources: Sources = new Map([...names].map((source, at) => [source, at + 1]))
  const blocks = [
    ...(prices.length === 0 ? [] : [`USD per million tokens\n${tableOf(priceColumns(sources), prices, look)}`]),
    ...(machines.length === 0 ? [] : [`Machines\n${tableOf(machineColumns(sources), machines, look)}`]),
    [...sources].map(([source, number]) => `[${number}] ${source}`).join('\n'),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** `breakeven/prices@1`: null where the catalogue does not say. */
export const pricesJson = (prices: readonly PriceRow[], machines: readonly MachineRow[]): Record<string, unknown> => ({
  schema: 'breakeven/prices@1',
  rows: prices.map(({ model, price, above, usdPerMillion }) => ({
    provider: model.provider,
    model: model.model,
    from: price.from ?? null,
    to: price.to ?? null,
    tier: price.tier,
    region: price.region ?? null,
    contextThresholdTokens: above ?? null,
    usdPerMillion,
    usdPerRequest: price.usdPerRequest ?? null,
    minimumInputTokens: price.minimumInputTokens ?? null,
    hours: price.hours ?? null,
    source: price.source,
    asOf: price.asOf,
    sure: price.sure,
    flags: price.flags ?? [],
    suspect: price.suspect ?? false,
    free: model.free ?? false,
  })),
  machines: machines.map(({ instance, rate }) => ({
    instance: instance.id,
    service: instance.service,
    accelerator: instance.accelerator,
    acceleratorCount: instance.acceleratorCount,
    ...rate,
  })),
})
