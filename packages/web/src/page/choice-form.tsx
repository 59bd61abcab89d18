import type { CapabilityClass, Purchase, ReplicaPolicy } from '@breakeven/core'
import type { VNode } from 'preact'
import { useId, useMemo } from 'preact/hooks'
import type { Names } from '../solve/messages.ts'
import type { Settings } from '../state/settings.ts'
import { useTexts } from './context.ts'
import { NumberField } from './number-field.tsx'
import { Picks } from './picks.tsx'
import { SelectField } from './select-field.tsx'

type Props = {
  readonly settings: Settings
  readonly names: Names | undefined
  readonly onChange: (change: Partial<Settings>) => void
  readonly onType: (change: Partial<Settings>) => void
  readonly onClass: (value: CapabilityClass | undefined) => void
  readonly onVisit: () => void
}

const CLASSES = ['', 'frontier', 'large', 'medium', 'small', 'encoder'] as const satisfies readonly (
  | CapabilityClass
  | ''
)[]
const PURCHASES = ['on-demand', 'one-year', 'spot'] as const satisfies readonly Purchase[]
const POLICIES = ['fixed', 'hourly'] as const satisfies readonly ReplicaPolicy[]

const NO_NAMES: readonly string[] = []

export const ChoiceForm = ({ settings, names, onChange, onType, onClass, onVisit }: Props): VNode => {
  const texts = useTexts()
  const dateId = useId()
  const sold = useMemo(
    () => (names?.api ?? []).filter(({ retired }) => (retired ?? '9999') > settings.on).map(({ id }) => id),
    [names, settings.on],
  )
  const known = names?.regions ?? NO_NAMES
  const regions = known.includes(settings.region) ? known : [settings.region, ...known]
  return (
    <>
      <section class="panel" aria-labelledby="choice-title">
        <h2 id="choice-title">{texts.choice}</h2>
        <Picks
          label={texts.apiModels}
          name="api"
          picked={settings.api}
          known={sold}
          onPicked={(api) => onChange({ api })}
        />
        <Picks
          label={texts.openModels}
          name="models"
          picked={settings.models}
          known={names?.models ?? NO_NAMES}
          onPicked={(models) => onChange({ models })}
        />
        <Picks
          label={texts.machines}
          name="machines"
          picked={settings.machines}
          known={names?.machines ?? NO_NAMES}
          onPicked={(machines) => onChange({ machines })}
        />
      </section>
      <section class="panel" aria-labelledby="conditions-title">
        <h2 id="conditions-title">{texts.conditions}</h2>
        <div class="fields">
          <div class="field">
            <label for={dateId}>{texts.on}</label>
            <input
              id={dateId}
              type="date"
              name="on"
              min="2020-01-01"
              max="2099-12-31"
              value={settings.on}
              onChange={(event) => {
                if (event.currentTarget.value !== '') onChange({ on: event.currentTarget.value })
              }}
            />
          </div>
          <SelectField
            label={texts.region}
            name="region"
            value={settings.region}
            options={regions.map((region) => [region, region] as const)}
            onValue={(region) => onChange({ region })}
          />
          <NumberField
            label={texts.ttft}
            name="ttft"
            value={settings.ttftSeconds}
            least={0.001}
            most={3600}
            onVisit={onVisit}
            onValue={(ttftSeconds) => onType({ ttftSeconds })}
          />
          <NumberField
            label={texts.tpot}
            name="tpot"
            value={settings.tpotSeconds}
            least={0.0001}
            most={3600}
            onVisit={onVisit}
            onValue={(tpotSeconds) => onType({ tpotSeconds })}
          />
          <SelectField
            label={texts.purchase}
            name="purchase"
            wide
            value={settings.purchase}
            options={PURCHASES.map((one) => [one, texts.purchases[one]] as const)}
            onValue={(purchase) => onChange({ purchase })}
          />
          <SelectField
            label={texts.replicas}
            name="replicas"
            wide
            value={settings.replicas}
            options={POLICIES.map((one) => [one, texts.policies[one]] as const)}
            onValue={(replicas) => onChange({ replicas })}
          />
          <SelectField
            label={texts.leastClass}
            name="class"
            wide
            value={settings.class ?? ''}
            options={CLASSES.map((one) => [one, texts.classes[one] ?? one] as const)}
            onValue={(one) => onClass(one === '' ? undefined : one)}
          />
          <NumberField
            label={texts.peopleHours}
            name="people-hours"
            value={settings.people.hoursPerMonth}
            least={0}
            most={1e6}
            onVisit={onVisit}
            onValue={(hoursPerMonth) => onType({ people: { ...settings.people, hoursPerMonth } })}
          />
          <NumberField
            label={texts.peopleRate}
            name="people-rate"
            value={settings.people.usdPerHour}
            least={0}
            most={1e6}
            onVisit={onVisit}
            onValue={(usdPerHour) => onType({ people: { ...settings.people, usdPerHour } })}
          />
          <NumberField
            label={texts.tuningHours}
            name="tuning-hours"
            value={settings.fineTuning.hours}
            least={0}
            most={1e6}
            onVisit={onVisit}
            onValue={(hours) => onType({ fineTuning: { ...settings.fineTuning, hours } })}
          />
          <NumberField
            label={texts.tuningMonths}
            name="tuning-months"
            value={settings.fineTuning.months}
            least={0.1}
            most={1200}
            onVisit={onVisit}
            onValue={(months) => onType({ fineTuning: { ...settings.fineTuning, months } })}
          />
        </div>
      </section>
    </>
  )
}
