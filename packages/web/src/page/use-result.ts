import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Result } from '../solve/solve.ts'
import { solve } from '../solve/solve.ts'
import type { Settings } from '../state/settings.ts'

/** Thousands of options take too long between two keys, so they wait for the typing to pause. */
const PAUSE_MS = 150

const isLarge = ({ api, models, machines, traffic, preset }: Settings): boolean =>
  preset === undefined &&
  (traffic.kind === 'file' || api.length === 0 || (models.length === 0 && machines.length === 0))

export type Solved = { readonly result: Result | undefined; readonly stale: boolean }

/** The answer to the settings: at once where it is quick, else shortly after, with the last one standing meanwhile. */
export const useResult = (catalog: ShippedCatalog | undefined, settings: Settings, ready: boolean): Solved => {
  const { hidden: _hidden, ...asked } = settings
  // The legend does not change the answer, so it must not work it out again.
  const question = useMemo(() => settings, Object.values(asked))
  const large = isLarge(question)
  const quick = useMemo(
    () => (catalog === undefined || !ready || large ? undefined : solve(catalog, question)),
    [catalog, question, ready, large],
  )
  const [slow, setSlow] = useState<{ readonly question: Settings; readonly result: Result } | undefined>(undefined)
  useEffect(() => {
    if (quick !== undefined) setSlow({ question, result: quick })
    if (catalog === undefined || !ready || !large) return undefined
    const timer = setTimeout(() => setSlow({ question, result: solve(catalog, question) }), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [catalog, question, ready, large, quick])
  if (quick !== undefined) return { result: quick, stale: false }
  return { result: slow?.result, stale: slow?.question !== question }
}
