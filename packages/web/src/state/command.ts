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

const trafficArguments = ({ traffic }: Settings): string[] =>
  traffic.kind === 'file'
    ? traffic.names.map(quoted)
    : [
        `--requests-per-day ${plain(traffic.requestsPerDay)}`,
        `--input-tokens ${plain(traffic.inputTokens)}`,
        `--output-tokens ${plain(traffic.outputTokens)}`,
        ...(traffic.cachedShare === 0 ? [] : [`--cached-share ${plain(traffic.cachedShare)}`]),
        ...(traffic.peakFactor === undefined ? [] : [`--peak-factor ${plain(traffic.peakFactor)}`]),
      ]

/** The command line that prints the same numbers as the page. */
export const commandOf = (settings: Settings): string => {
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
  ].join(' ')
}
