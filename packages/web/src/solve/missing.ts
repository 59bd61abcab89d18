import type { Catalog } from '@breakeven/core'
import type { Settings } from '../state/settings.ts'

type Picked = Pick<Settings, 'api' | 'models' | 'machines'>

/** Names from an old link that the catalogue no longer has. */
export const missingNames = (catalog: Catalog, { api, models, machines }: Picked): readonly string[] => {
  const has = (rows: readonly { readonly id: string }[], name: string): boolean =>
    rows.some(({ id }) => id.toLowerCase() === name.toLowerCase())
  return [
    ...api.filter((name) => !has(catalog.apiModels, name)),
    ...models.filter((name) => !has(catalog.openModels, name)),
    ...machines.filter((name) => !has(catalog.instances, name)),
  ]
}

/** Leaves out what the catalogue does not have: a model that has gone must not take the page with it. */
export const withoutMissing = (settings: Settings, missing: readonly string[]): Settings => {
  if (missing.length === 0) return settings
  const left = (names: readonly string[]): readonly string[] => names.filter((name) => !missing.includes(name))
  return {
    ...settings,
    api: left(settings.api),
    models: left(settings.models),
    machines: left(settings.machines),
  }
}
