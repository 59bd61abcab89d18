import type { Conditions, HostChoice } from '@breakeven/core'
import { DEFAULT_CONDITIONS } from '@breakeven/core'
import type { Settings } from '../state/settings.ts'

/** Every picked model on every picked machine; an empty side is left open, and two empty sides are the whole field. */
export const hostsOf = ({ models, machines }: Pick<Settings, 'models' | 'machines'>): readonly HostChoice[] => {
  if (models.length === 0) return machines.map((instance) => ({ instance }))
  if (machines.length === 0) return models.map((model) => ({ model }))
  return models.flatMap((model) => machines.map((instance) => ({ model, instance })))
}

/** The page's settings as the core's conditions, at one of the two depths. */
export const conditionsOf = (settings: Settings, estimate: Conditions['estimate'] = 'closed-form'): Conditions => ({
  ...DEFAULT_CONDITIONS,
  on: settings.on,
  region: settings.region,
  api: settings.api,
  host: hostsOf(settings),
  ttftSeconds: settings.ttftSeconds,
  tpotSeconds: settings.tpotSeconds,
  purchase: settings.purchase,
  replicas: settings.replicas,
  people: settings.people,
  fineTuning: settings.fineTuning,
  estimate,
  ...(settings.class === undefined ? {} : { class: settings.class }),
})
