import { loadCatalog } from '@breakeven/catalog'
import type { Catalog, IsoDate } from '@breakeven/core'
import { didYouMean, InputError } from '@breakeven/core'
import type { Column } from '@breakeven/report'
import { renderColumns } from '@breakeven/report'
import type { Io } from '../io.ts'
import type { MachineRow, PriceBookRow } from './rows.ts'
import { machineRows, priceRows } from './rows.ts'

export type PricesFlags = { readonly on?: IsoDate; readonly all: boolean; readonly json: boolean }

/** What a pipe or a file is laid out for: sources are long, and nothing is lost there. */
const PLAIN_WIDTH = 200
const MOST_ROWS_SHOWN = 60

const usd = (price: number | undefined): string => (price === undefined ? '' : `$${Number(price.toPrecision(10))}`)

const whenText = ({ from, to }: PriceBookRow): string => `${from ?? '…'} to ${to ?? 'now'}`

const whereText = ({ tier, region, contextThresholdTokens, hours }: PriceBookRow): string =>
  [
    tier === 'standard' ? undefined : tier,
    region ?? undefined,
    contextThresholdTokens === null ? undefined : `over ${contextThresholdTokens.toLocaleString('en-US')} in`,
    hours,
  ]
    .filter((part) => part !== undefined)
    .join(', ')

const PRICE_COLUMNS: readonly Column<PriceBookRow>[] = [
  { head: 'provider', cell: ({ provider }) => provider },
  { head: 'model', cell: ({ model }) => model, flexTo: 24 },
  { head: 'where', cell: whereText },
  { head: 'in force', cell: whenText },
  { head: 'in', cell: ({ usdPerMillion }) => usd(usdPerMillion.freshInput), align: 'right' },
  { head: 'cached', cell: ({ usdPerMillion }) => usd(usdPerMillion.cacheRead), align: 'right' },
  { head: 'write', cell: ({ usdPerMillion }) => usd(usdPerMillion.cacheWrite5m), align: 'right' },
  { head: 'out', cell: ({ usdPerMillion }) => usd(usdPerMillion.output), align: 'right' },
  { head: 'request', cell: ({ usdPerRequest }) => usd(usdPerRequest), align: 'right' },
  { head: 'sure', cell: ({ sure }) => sure },
  { head: 'seen', cell: ({ asOf }) => asOf },
  { head: 'source, remarks', cell: ({ source, flags }) => [...flags, source].join('; '), flexTo: 24 },
]

const MACHINE_COLUMNS: readonly Column<MachineRow>[] = [
  { head: 'machine', cell: ({ instance }) => instance },
  { head: 'accelerator', cell: ({ accelerator }) => accelerator },
  { head: 'bought', cell: ({ purchase }) => purchase },
  { head: 'region', cell: ({ region }) => region },
  { head: '$/hour', cell: ({ usdPerHour }) => usd(usdPerHour), align: 'right' },
  { head: 'sure', cell: ({ sure }) => sure },
  { head: 'seen', cell: ({ asOf }) => asOf },
  { head: 'source', cell: ({ source }) => source, flexTo: 24 },
]

const nothingFound = (catalog: Catalog, text: string, on: IsoDate | undefined): InputError => {
  const later = on === undefined ? [] : priceRows(catalog, text, undefined)
  if (later.length > 0)
    return new InputError(`no price of ${text} is known to be in force on ${on}`, {
      hint: `rows of other dates: breakeven prices ${text} --all`,
    })
  const names = [...catalog.apiModels.flatMap(({ id, model }) => [id, model]), ...catalog.instances.map(({ id }) => id)]
  return new InputError(`nothing in the catalogue is called ${text}`, {
    hint: didYouMean(text, names) ?? 'a part of a provider, model or machine name will do, as in gpt-4o or ml.g5',
  })
}

const section = <Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[], io: Io): string => {
  const shown = rows.slice(0, MOST_ROWS_SHOWN)
  const used = columns.filter(({ cell }) => shown.some((row) => cell(row) !== ''))
  const table = renderColumns(used, shown, { width: io.stdout.columns ?? PLAIN_WIDTH, colour: io.stdout.colour })
  const more = rows.length - shown.length
  return `${title}\n\n${table.trimEnd()}\n${more > 0 ? `${more.toLocaleString('en-US')} more: a longer name narrows them, --json lists all\n` : ''}`
}

/** `breakeven prices`: the catalogue's rows with dates, sources and how sure they are. */
export const runPrices = (flags: PricesFlags, text = '', io: Io): void => {
  const catalog = loadCatalog()
  const on = flags.all ? undefined : (flags.on ?? io.now().toISOString().slice(0, 10))
  const rows = priceRows(catalog, text, on)
  const machines = text === '' ? [] : machineRows(catalog, text)
  if (rows.length + machines.length === 0) throw nothingFound(catalog, text, on)
  if (flags.json) {
    const value = {
      schema: 'breakeven/prices@1',
      on: on ?? null,
      catalogue: { hash: catalog.hash, asOf: catalog.asOf },
      rows,
      machines,
    }
    io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    return
  }
  const date = on === undefined ? 'of all dates' : `in force on ${on}`
  const parts = [
    rows.length > 0
      ? section(
          `${rows.length.toLocaleString('en-US')} prices ${date}, USD per million tokens`,
          PRICE_COLUMNS,
          rows,
          io,
        )
      : undefined,
    machines.length > 0
      ? section(`${machines.length} rates of machines, USD per hour`, MACHINE_COLUMNS, machines, io)
      : undefined,
  ]
  io.stdout.write(parts.filter((part) => part !== undefined).join('\n'))
}
