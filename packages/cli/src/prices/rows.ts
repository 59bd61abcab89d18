import type { ApiModel, Catalog, Instance, IsoDate, Price } from '@breakeven/core'

/** One printed row of the price book: a model's price in one band, or a machine's rate. */
export type PriceBookRow = {
  readonly provider: string
  readonly model: string
  readonly from: IsoDate | null
  readonly to: IsoDate | null
  readonly tier: string
  readonly region: string | null
  /** Prompts longer than this; null: the first band. */
  readonly contextThresholdTokens: number | null
  readonly usdPerMillion: Price['bands'][number]['usdPerMillion']
  readonly usdPerRequest?: number
  readonly hours?: string
  readonly source: string
  readonly asOf: IsoDate
  readonly sure: string
  readonly flags: readonly string[]
}

export type MachineRow = {
  readonly instance: string
  readonly accelerator: string
  readonly purchase: string
  readonly region: string
  readonly usdPerHour: number
  readonly source: string
  readonly asOf: IsoDate
  readonly sure: string
}

const inForce = ({ from, to }: Pick<Price, 'from' | 'to'>, on: IsoDate): boolean =>
  (from ?? '') <= on && (to === undefined || on < to)

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

const hoursText = ({ fromMinute, toMinute, days }: NonNullable<Price['hours']>): string => {
  const when = days === undefined || days.length === 7 ? '' : ` ${days.map((day) => DAY_NAMES[day]).join(' ')}`
  return `${clock(fromMinute)}–${clock(toMinute)} UTC${when}`
}

const rowsOf = ({ provider, model }: ApiModel, price: Price): readonly PriceBookRow[] =>
  price.bands.map(({ above, usdPerMillion }) => ({
    provider,
    model,
    from: price.from ?? null,
    to: price.to ?? null,
    tier: price.tier,
    region: price.region ?? null,
    contextThresholdTokens: above < 0 ? null : above,
    usdPerMillion,
    ...(price.usdPerRequest === undefined ? {} : { usdPerRequest: price.usdPerRequest }),
    ...(price.hours === undefined ? {} : { hours: hoursText(price.hours) }),
    source: price.source,
    asOf: price.asOf,
    sure: price.sure,
    flags: [
      ...(price.suspect === true ? ['in doubt'] : []),
      ...(price.from === undefined ? ['undated: since when is not known'] : []),
      ...(price.flags ?? []),
    ],
  }))

const matches = (wanted: string, ...names: readonly (string | undefined)[]): boolean =>
  names.some((name) => name?.toLowerCase().includes(wanted) === true)

/** The exact name first, then names that begin with it, then the rest by name. */
const nearness = (wanted: string, model: string): number => {
  const name = model.toLowerCase()
  return name === wanted ? 0 : name.startsWith(wanted) ? 1 : 2
}

/** Rows whose provider, model or alias holds the text; in force on a day, or of all days. */
export const priceRows = ({ apiModels }: Catalog, text: string, on: IsoDate | undefined): readonly PriceBookRow[] => {
  const wanted = text.toLowerCase()
  return apiModels
    .filter(({ id, model, aliases }) => matches(wanted, id, model, ...(aliases ?? [])))
    .toSorted((a, b) => nearness(wanted, a.model) - nearness(wanted, b.model) || a.id.localeCompare(b.id))
    .flatMap((model) =>
      model.prices
        .filter((price) => on === undefined || inForce(price, on))
        .toSorted((a, b) => (a.from ?? '').localeCompare(b.from ?? '') || a.tier.localeCompare(b.tier))
        .flatMap((price) => rowsOf(model, price)),
    )
}

/** Rates of the machines whose name or accelerator holds the text. */
export const machineRows = ({ instances }: Catalog, text: string): readonly MachineRow[] => {
  const wanted = text.toLowerCase()
  const found: readonly Instance[] = instances.filter(({ id, accelerator }) => matches(wanted, id, accelerator))
  return found.flatMap(({ id, accelerator, acceleratorCount, rates }) =>
    rates.map(({ purchase, region, usdPerHour, source, asOf, sure }) => ({
      instance: id,
      accelerator: acceleratorCount > 1 ? `${acceleratorCount} × ${accelerator}` : accelerator,
      purchase,
      region,
      usdPerHour,
      source,
      asOf,
      sure,
    })),
  )
}
