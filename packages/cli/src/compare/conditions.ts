import type { Conditions } from '@breakeven/core'
import { DEFAULT_CONDITIONS } from '@breakeven/core'
import type { CompareFlags } from './flags.ts'

/** Only what was given: an absent flag leaves the default as it is. */
const given = <Key extends keyof Conditions>(key: Key, value: Conditions[Key] | undefined): Partial<Conditions> =>
  value === undefined ? {} : { [key]: value }

/** The flags of the command line as the conditions of the core. */
export const conditionsOf = (flags: CompareFlags, on: string): Conditions => ({
  ...DEFAULT_CONDITIONS,
  on,
  region: flags.region,
  purchase: flags.purchase,
  replicas: flags.replicas,
  outputRatio: flags.outputRatio,
  people: { hoursPerMonth: flags.peopleHours, usdPerHour: flags.peopleRate },
  fineTuning: { hours: flags.fineTuneHours, months: flags.fineTuneMonths },
  ...given('estimate', flags.estimate),
  ...given('ttftSeconds', flags.ttft),
  ...given('tpotSeconds', flags.tpot),
  ...given('api', flags.api),
  ...given('host', flags.host),
  ...given('front', flags.front),
  ...given('precision', flags.precision),
  ...given('overflow', flags.overflow),
  ...given('class', flags.class),
  ...given('task', flags.task),
  ...given('billUsd', flags.bill),
})
