import type { HostChoice } from '@breakeven/core'
import { hostsOf } from '../solve/conditions.ts'
import type { Settings } from './settings.ts'
import { defaultSettings } from './settings.ts'

/** Safe in a POSIX shell; bare where nothing needs quotes. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

const hostText = ({ model = '', instance }: HostChoice): string =>
  instance === undefined ? model : `${model}@${instance}`

/** Never with an exponent's plus sign or a comma. */
const plain = (value: number): string => String(value)

const given = (flag: string, text: string): string[] => (text.trim() === '' ? [] : [`${flag} ${quoted(text.trim())}`])

const trafficArguments = ({ traffic, files }: Settings): string[] =>
  traffic.kind === 'file'
    ? [
        ...traffic.names.map(quoted),
        ...given('--where', files.where),
        ...given('--by', files.by),
        ...given('--map', files.map),
        ...given('--date-order', files.dateOrder),
        ...(traffic.requestsPerDay === undefined ? [] : [`--requests-per-day ${plain(traffic.requestsPerDay)}`]),
      ]
    : [
        `--requests-per-day ${plain(traffic.requestsPerDay)}`,
        `--input-tokens ${plain(traffic.inputTokens)}`,
        `--output-tokens ${plain(traffic.outputTokens)}`,
        ...(traffic.cachedShare === 0 ? [] : [`--cached-share ${plain(traffic.cachedShare)}`]),
        ...(traffic.peakFactor === undefined ? [] : [`--peak-factor ${plain(traffic.peakFactor)}`]),
      ]

const discountArguments = (text: string): string[] =>
  text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => `--discount ${quoted(part.trim())}`)

/** The command line that prints the same numbers as the page shows, which may not have come to the deeper look yet. */
export const commandOf = (settings: Settings, estimate: Settings['estimate']): string => {
  const { preset, traffic, people, fineTuning } = settings
  if (preset !== undefined && traffic.kind === 'numbers')
    return `breakeven compare --preset ${quoted(preset)} --requests-per-day ${plain(traffic.requestsPerDay)}`
  const base = defaultSettings(settings.on)
  return [
    'breakeven compare',
    ...trafficArguments(settings),
    ...settings.api.map((id) => `--api ${quoted(id)}`),
    ...hostsOf(settings).map((choice) => `--host ${quoted(hostText(choice))}`),
    `--on ${settings.on}`,
    ...(settings.region === base.region ? [] : [`--region ${quoted(settings.region)}`]),
    ...(settings.ttftSeconds === base.ttftSeconds ? [] : [`--ttft ${plain(settings.ttftSeconds)}s`]),
    ...(settings.tpotSeconds === base.tpotSeconds ? [] : [`--tpot ${plain(settings.tpotSeconds)}s`]),
    ...(settings.purchase === base.purchase ? [] : [`--purchase ${settings.purchase}`]),
    ...(settings.replicas === base.replicas ? [] : [`--replicas ${settings.replicas}`]),
    ...(settings.class === undefined ? [] : [`--class ${settings.class}`]),
    ...(people.hoursPerMonth === 0
      ? []
      : [`--people-hours ${plain(people.hoursPerMonth)}`, `--people-rate ${plain(people.usdPerHour)}`]),
    ...(fineTuning.hours === 0
      ? []
      : [`--fine-tune-hours ${plain(fineTuning.hours)}`, `--fine-tune-months ${plain(fineTuning.months)}`]),
    ...discountArguments(settings.discounts),
    ...(settings.prices === undefined ? [] : [`--catalog ${quoted(settings.prices.name)}`]),
    `--estimate ${estimate}`,
  ].join(' ')
}
