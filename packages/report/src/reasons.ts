import type { OptionId } from '@breakeven/core'

type Reasoned = { readonly id: OptionId; readonly reason: string }
export type ReasonGroup = { readonly count: number; readonly example: Reasoned }

/** `weights 39 GB > 22.9 GB` and `weights 141 GB > 22.9 GB` are one reason: numbers and what follows the first colon do not count. */
const gistOf = (reason: string): string => (reason.split(/[:;(]/, 1)[0] ?? reason).replace(/[\d.,]+/g, '#').trim()

/** Hundreds of options go for a handful of reasons: one group a reason, the commonest first, each with its first example. */
export const groupReasons = (ruledOut: readonly Reasoned[]): ReasonGroup[] => {
  const groups = new Map<string, { count: number; example: Reasoned }>()
  for (const example of ruledOut) {
    const group = groups.get(gistOf(example.reason))
    if (group === undefined) groups.set(gistOf(example.reason), { count: 1, example })
    else group.count += 1
  }
  return [...groups.values()].toSorted((one, other) => other.count - one.count)
}
