import type { CapabilityClass, Purchase, ReplicaPolicy } from '@breakeven/core'
import { quantityOf } from './quantity.ts'
import type { FileChoice, FileTraffic, NumbersTraffic, Settings } from './settings.ts'
import { DEFAULT_NUMBERS, defaultSettings, NO_CHOICE } from './settings.ts'

/** Raised when a key changes its meaning; new keys do not need it. */
const VERSION = 1

const CLASSES: readonly CapabilityClass[] = ['frontier', 'large', 'medium', 'small', 'encoder']
const PURCHASES: readonly Purchase[] = ['on-demand', 'one-year', 'spot']
const POLICIES: readonly ReplicaPolicy[] = ['fixed', 'hourly']
const PARTS: readonly FileChoice['by'][] = ['model', 'project']
const ORDERS: readonly FileChoice['dateOrder'][] = ['day-first', 'month-first']
const ESTIMATES: readonly Settings['estimate'][] = ['closed-form', 'simulated']

/** `a,b,c`; names hold slashes, colons and dots but no comma. An empty list is `*`: every one. */
const listText = (items: readonly string[]): string => (items.length === 0 ? '*' : items.join(','))

/** What the address can hold unescaped stays readable. */
const escape = (text: string): string =>
  encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%40', '@')

type Pairs = readonly (readonly [string, string])[]

const trafficPairs = ({ traffic, files }: Settings): Pairs => {
  if (traffic.kind === 'numbers')
    return [
      ['requests', String(traffic.requestsPerDay)],
      ['in', String(traffic.inputTokens)],
      ['out', String(traffic.outputTokens)],
      ...(traffic.cachedShare === 0 ? [] : [['cached', String(traffic.cachedShare)] as const]),
      ...(traffic.peakFactor === undefined ? [] : [['peak', String(traffic.peakFactor)] as const]),
    ]
  const chosen = [
    ['where', files.where],
    ['by', files.by],
    ['map', files.map],
    ['dates', files.dateOrder],
  ] as const
  return [
    ['files', listText(traffic.names)],
    ['traffic', traffic.packed],
    ...(traffic.requestsPerDay === undefined ? [] : [['requests', String(traffic.requestsPerDay)] as const]),
    ...chosen.filter(([, text]) => text !== ''),
  ]
}

/** Settings as an address' fragment, without the `#`. The date is always in it: a link answers tomorrow as it did today. */
export const fragmentOf = (settings: Settings): string => {
  const base = defaultSettings(settings.on)
  const changed = (key: keyof Settings): boolean => JSON.stringify(settings[key]) !== JSON.stringify(base[key])
  const pairs: Pairs = [
    ['v', String(VERSION)],
    ...trafficPairs(settings),
    ['on', settings.on],
    ...(settings.preset === undefined ? [] : [['preset', settings.preset] as const]),
    ...(changed('api') ? [['api', listText(settings.api)] as const] : []),
    ...(changed('models') ? [['models', listText(settings.models)] as const] : []),
    ...(changed('machines') ? [['machines', listText(settings.machines)] as const] : []),
    ...(changed('region') ? [['region', settings.region] as const] : []),
    ...(changed('ttftSeconds') ? [['ttft', String(settings.ttftSeconds)] as const] : []),
    ...(changed('tpotSeconds') ? [['tpot', String(settings.tpotSeconds)] as const] : []),
    ...(changed('purchase') ? [['purchase', settings.purchase] as const] : []),
    ...(changed('replicas') ? [['replicas', settings.replicas] as const] : []),
    ...(settings.class === undefined ? [] : [['class', settings.class] as const]),
    ...(changed('people')
      ? [['people', `${settings.people.hoursPerMonth},${settings.people.usdPerHour}`] as const]
      : []),
    ...(changed('fineTuning')
      ? [['tuning', `${settings.fineTuning.hours},${settings.fineTuning.months}`] as const]
      : []),
    ...(settings.discounts === '' ? [] : [['discounts', settings.discounts] as const]),
    ...(settings.prices === undefined
      ? []
      : [['catalog', settings.prices.name] as const, ['prices', settings.prices.packed] as const]),
    ...(changed('estimate') ? [['estimate', settings.estimate] as const] : []),
    ...(settings.hidden.length === 0 ? [] : [['hidden', listText(settings.hidden)] as const]),
  ]
  return pairs.map(([key, value]) => `${key}=${escape(value)}`).join('&')
}

export type LinkProblem = { readonly kind: 'newer' | 'value' | 'unknown'; readonly key: string; readonly value: string }

export type ReadLink = {
  /** With the numbers of the link: they stand in where the traffic of files turns out to be broken. */
  readonly settings: Settings
  /** What files held, still packed. */
  readonly file?: FileTraffic
  /** What could not be taken as it stood; the rest was. */
  readonly problems: readonly LinkProblem[]
}

const KEYS = new Set(
  'v requests in out cached peak files traffic where by map dates on preset api models machines region ttft tpot purchase replicas class people tuning discounts catalog prices estimate hidden'.split(
    ' ',
  ),
)

/** Reads a fragment. What is missing is the default, what is wrong is named and left out: a broken link still opens. */
export const readFragment = (fragment: string, today: string): ReadLink => {
  const pairs = new URLSearchParams(fragment.replace(/^#/, '').replaceAll('+', '%2B'))
  const problems: LinkProblem[] = []
  const take = <T>(key: string, read: (value: string) => T | undefined): T | undefined => {
    const value = pairs.get(key)
    if (value === null) return undefined
    const found = read(value)
    if (found === undefined) problems.push({ kind: 'value', key, value })
    return found
  }
  const number =
    (least: number, most: number) =>
    (text: string): number | undefined => {
      const value = quantityOf(text)
      return value !== undefined && value >= least && value <= most ? value : undefined
    }
  const oneOf =
    <T extends string>(known: readonly T[]) =>
    (text: string): T | undefined =>
      known.find((one) => one === text)
  const list = (text: string): readonly string[] => (text === '*' ? [] : text.split(',').filter((item) => item !== ''))
  const two = (text: string): readonly [number, number] | undefined => {
    const [a, b, ...rest] = text.split(',').map((part) => number(0, 1e9)(part))
    return a === undefined || b === undefined || rest.length > 0 ? undefined : [a, b]
  }
  const date = (text: string): string | undefined =>
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined

  const version = take('v', number(1, 1e6))
  if (version !== undefined && version > VERSION) problems.push({ kind: 'newer', key: 'v', value: String(version) })
  for (const [key, value] of pairs)
    if (!KEYS.has(key)) problems.push({ kind: 'unknown', key, value: value.slice(0, 40) })

  const base = defaultSettings(take('on', date) ?? today)
  const peakFactor = take('peak', number(1, 1e4))
  const traffic: NumbersTraffic = {
    kind: 'numbers',
    requestsPerDay: take('requests', number(1e-6, 1e12)) ?? DEFAULT_NUMBERS.requestsPerDay,
    inputTokens: take('in', number(0, 1e8)) ?? DEFAULT_NUMBERS.inputTokens,
    outputTokens: take('out', number(0, 1e8)) ?? DEFAULT_NUMBERS.outputTokens,
    cachedShare: take('cached', number(0, 1)) ?? 0,
    ...(peakFactor === undefined ? {} : { peakFactor }),
  }
  const people = take('people', two)
  const tuning = take('tuning', (text) => {
    const pair = two(text)
    return pair === undefined || pair[1] === 0 ? undefined : pair
  })
  const preset = take('preset', (text) => text)
  const capability = take('class', oneOf(CLASSES))
  const words = (key: string): string => take(key, (value) => value) ?? ''
  const packed = pairs.get('traffic') ?? undefined
  const names = take('files', list)
  // Names of files without what was in them: a link that was cut.
  if (names !== undefined && packed === undefined)
    problems.push({ kind: 'value', key: 'files', value: pairs.get('files') ?? '' })
  const prices = pairs.get('prices')
  const requestsPerDay = pairs.has('requests') ? traffic.requestsPerDay : undefined
  return {
    settings: {
      ...base,
      traffic,
      api: take('api', list) ?? base.api,
      models: take('models', list) ?? base.models,
      machines: take('machines', list) ?? base.machines,
      region: take('region', (text) => text) ?? base.region,
      ttftSeconds: take('ttft', number(1e-3, 3600)) ?? base.ttftSeconds,
      tpotSeconds: take('tpot', number(1e-4, 3600)) ?? base.tpotSeconds,
      purchase: take('purchase', oneOf(PURCHASES)) ?? base.purchase,
      replicas: take('replicas', oneOf(POLICIES)) ?? base.replicas,
      people: people === undefined ? base.people : { hoursPerMonth: people[0], usdPerHour: people[1] },
      fineTuning: tuning === undefined ? base.fineTuning : { hours: tuning[0], months: tuning[1] },
      files: {
        ...NO_CHOICE,
        where: words('where'),
        map: words('map'),
        by: take('by', oneOf(PARTS)) ?? '',
        dateOrder: take('dates', oneOf(ORDERS)) ?? '',
      },
      discounts: words('discounts'),
      ...(prices === null ? {} : { prices: { name: words('catalog') || 'prices.yaml', packed: prices } }),
      estimate: take('estimate', oneOf(ESTIMATES)) ?? base.estimate,
      hidden: take('hidden', list) ?? [],
      ...(preset === undefined ? {} : { preset }),
      ...(capability === undefined ? {} : { class: capability }),
    },
    ...(packed === undefined
      ? {}
      : {
          file: {
            kind: 'file',
            names: names ?? [],
            packed,
            ...(requestsPerDay === undefined ? {} : { requestsPerDay }),
          },
        }),
    problems,
  }
}
