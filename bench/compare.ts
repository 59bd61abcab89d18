import { loadCatalog } from '@breakeven/catalog'
import { compare, DEFAULT_CONDITIONS, segmentEdges, summarizer } from '@breakeven/core'
import { madeCalls } from './traffic.ts'

const RUNS = 15

/** `compare` in closed form on a prepared workload over all options of the catalogue: the median of warm runs. */
export const benchCompare = (): readonly string[] => {
  const catalog = loadCatalog()
  const { add, done } = summarizer({ edges: segmentEdges(catalog) })
  for (const call of madeCalls(100_000)) add(call)
  const workload = done()
  const conditions = { ...DEFAULT_CONDITIONS, on: '2026-10-31' }
  let considered = 0
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now()
    considered = compare(catalog, workload, conditions).considered
    return performance.now() - started
  })
  const [first = 0] = times
  const median = times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0
  return [
    `compare over ${considered.toLocaleString('en-US')} options: median ${median.toFixed(0)} ms of ${RUNS} runs, first ${first.toFixed(0)} ms (target 150 ms)`,
  ]
}
