import type { Price } from '@breakeven/core'

import type { PricedModel } from './merge.ts'
import { isListPrice, timesApart } from './list-price.ts'

const tailOf = (model: string): string => model.toLowerCase().split('/').at(-1) ?? model

const latest = ({ prices }: PricedModel): Price | undefined =>
  prices.filter(isListPrice).toSorted((a, b) => (b.from ?? '').localeCompare(a.from ?? ''))[0]

const samePrice = (a: PricedModel, b: PricedModel): boolean => {
  const [one, other] = [latest(a), latest(b)]
  return one !== undefined && other !== undefined && timesApart(one, other) === 1
}

/** More dated rows first, then the one seen last: the fuller history is the one to keep. */
const fullerFirst = (a: PricedModel, b: PricedModel): number =>
  b.prices.length - a.prices.length || (latest(b)?.asOf ?? '').localeCompare(latest(a)?.asOf ?? '')

/**
 * One model per seller under one name: public tables list `mistral-nemo` and `mistralai/mistral-nemo`, or
 * `accounts/fireworks/models/x` and `x`, as two. Where both ask the same price today, the one with the fuller history
 * stands and the other spelling becomes its alias; where they differ, both stand.
 */
export const foldSpellings = (models: readonly PricedModel[]): readonly PricedModel[] => {
  const groups = Map.groupBy(models, ({ provider, model }) => `${provider} ${tailOf(model)}`)
  const folded = new Map<PricedModel, PricedModel>()
  const dropped = new Set<PricedModel>()
  for (const group of groups.values()) {
    if (group.length < 2) continue
    const [keeper, ...others] = group.toSorted(fullerFirst) as [PricedModel, ...PricedModel[]]
    const same = others.filter((other) => samePrice(keeper, other) && other.free === keeper.free)
    for (const other of same) dropped.add(other)
    const names = same.flatMap(({ model, aliases }) => [model.toLowerCase(), ...aliases])
    folded.set(keeper, { ...keeper, aliases: [...new Set([...keeper.aliases, ...names])] })
  }
  return models.filter((model) => !dropped.has(model)).map((model) => folded.get(model) ?? model)
}
