import type { Field } from './candidates.ts'
import type { CapabilityClass, OpenModel } from './catalog.ts'
import type { Conditions } from './conditions.ts'
import { type ModelIndex, openModelOf, resolveModel } from './model-index.ts'
import type { Task } from './usage.ts'
import { totalTokens } from './workload-summary.ts'
import type { Group, Workload } from './workload.ts'

/** Where nothing says how capable the model must be. */
const DEFAULT_CLASS: CapabilityClass = 'medium'

/** What most of the tokens were for. */
const dominantTask = (workload: Workload): Task => dominant(workload, (group) => group.task) ?? 'generate'

const dominant = <T>(workload: Workload, read: (group: Workload['groups'][number]) => T | undefined): T | undefined => {
  const tokens = new Map<T, number>()
  const values = workload.groups.map(read)
  for (const cell of workload.cells) {
    const value = values[cell.group]
    if (value !== undefined) tokens.set(value, (tokens.get(value) ?? 0) + totalTokens(cell.usage))
  }
  return [...tokens].toSorted((a, b) => b[1] - a[1])[0]?.[0]
}

const isSold = (index: ModelIndex, group: Group): boolean => resolveModel(index, group) !== undefined

const classOf = (index: ModelIndex, group: Group): CapabilityClass | undefined => {
  const sold = resolveModel(index, group)?.model
  return sold === undefined ? openModelOf(index, group)?.class : sold.capability?.class
}

const openText = ({ id, tokenizer }: OpenModel, its: CapabilityClass): string => {
  const competing = its === 'encoder' ? 'encoders compete' : `models of its class (${its}) and above compete`
  const counted = tokenizer === undefined ? '' : `, and its tokens are counted as ${tokenizer}`
  return `the traffic names ${id}, an open model: ${competing} (--class changes it)${counted}`
}

/** The class that competes: given, else that of the model most tokens went to, else an assumed one. */
export const fieldOf = (
  workload: Workload,
  index: ModelIndex,
  conditions: Conditions,
): { field: Field; assumed?: string } => {
  const task = conditions.task ?? dominantTask(workload)
  if (conditions.class !== undefined) return { field: { task, class: conditions.class } }
  const baseline = dominant(workload, (group) => classOf(index, group))
  if (baseline !== undefined) {
    const open = dominant(workload, (group) => (isSold(index, group) ? undefined : openModelOf(index, group)))
    return {
      field: { task, class: baseline },
      ...(open?.class === baseline ? { assumed: openText(open, baseline) } : {}),
    }
  }
  const open = conditions.api.length > 0 && conditions.host.length > 0
  const assumedClass = task === 'generate' ? DEFAULT_CLASS : 'encoder'
  return {
    field: { task, class: assumedClass },
    ...(open
      ? {}
      : { assumed: `no model is named, so models of class ${assumedClass} and above compete (--class changes it)` }),
  }
}
