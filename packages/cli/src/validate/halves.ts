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

/** Other sources than the largest must hold this share of an engine's rows to be worth holding out alone. */
const WORTH_HOLDING_OUT = 0.2

/** One deployment, whatever its traffic: all rows of it are on one side, so the other side has never seen it. */
const deploymentOf = ({ trial: { replica } }: MeasuredRow): string =>
  `${SEED} ${replica.model.id} ${replica.accelerator.id} ${replica.precision} ${replica.tensorParallel}`

/**
 * Splits rows in two, by a rule that no result can change. An engine with several sources is fitted on the one with most
 * rows and held out on all others; of an engine with one source (or hardly more), a seeded half of its deployments
 * (model x accelerator x precision x devices) is held out.
 */
export const halvesOf = (rows: readonly MeasuredRow[]): ReadonlyMap<MeasuredRow, Half> => {
  const halves = new Map<MeasuredRow, Half>()
  const engines = Map.groupBy(rows, ({ trial }) => trial.replica.engine.id)
  for (const [, group] of engines) {
    const sources = [...Map.groupBy(group, ({ source }) => source)].toSorted(
      ([one, few], [other, many]) => many.length - few.length || (one < other ? -1 : 1),
    )
    const [largest, most] = sources[0] ?? ['', []]
    const bySource = group.length - most.length >= WORTH_HOLDING_OUT * group.length
    for (const row of group) {
      const held = bySource ? row.source !== largest : hashOf(deploymentOf(row)) % 2 === 1
      halves.set(row, held ? 'held out' : 'fitted')
    }
  }
  return halves
}
