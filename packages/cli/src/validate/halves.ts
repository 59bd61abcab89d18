import type { MeasuredRow } from './measured.ts'

/** Where constants may be fitted, and where they are judged. */
export type Half = 'fitted' | 'held out'

/** FNV-1a, 32 bits, and its bits mixed once more, so that the lowest one is even-handed. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}

/** Chosen before any constant was fitted. */
const SEED = 'breakeven'

/**
 * Splits rows in two, by a rule that no result can change. An engine with several sources is fitted on the one with most
 * rows and held out on all others; of an engine with one source, a seeded half of model x accelerator is held out.
 */
export const halvesOf = (rows: readonly MeasuredRow[]): ReadonlyMap<MeasuredRow, Half> => {
  const halves = new Map<MeasuredRow, Half>()
  const engines = Map.groupBy(rows, ({ trial }) => trial.replica.engine.id)
  for (const [, group] of engines) {
    const sources = [...Map.groupBy(group, ({ source }) => source)].toSorted(
      ([one, few], [other, many]) => many.length - few.length || (one < other ? -1 : 1),
    )
    const [largest] = sources[0] ?? []
    for (const row of group) {
      const { model, accelerator } = row.trial.replica
      const held =
        sources.length > 1 ? row.source !== largest : hashOf(`${SEED} ${model.id} ${accelerator.id}`) % 2 === 1
      halves.set(row, held ? 'held out' : 'fitted')
    }
  }
  return halves
}
