import type { ApiModel, Tokens } from '@breakeven/core'

import { commonName } from './model-name.ts'

const withoutDate = (name: string): string =>
  name.replace(/[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|latest|\d{3})$/, '')

/**
 * Fills in how much a model reads where its seller does not state it: the longest that any other seller states of a
 * model of the same name, its date aside. What nobody states, and the weights behind it do not tell, stays open.
 */
export const withContexts = (models: readonly ApiModel[]): readonly ApiModel[] => {
  const longest = new Map<string, Tokens>()
  for (const { model, contextTokens } of models) {
    if (contextTokens === undefined) continue
    const name = commonName(model)
    for (const key of new Set([name, withoutDate(name)]))
      longest.set(key, Math.max(longest.get(key) ?? 0, contextTokens))
  }
  return models.map((model) => {
    if (model.contextTokens !== undefined || model.openModel !== undefined) return model
    const name = commonName(model.model)
    const contextTokens = longest.get(name) ?? longest.get(withoutDate(name))
    return contextTokens === undefined ? model : { ...model, contextTokens }
  })
}
