import type { Usage } from '@breakeven/core'
import { callOf } from '../attribution.ts'
import type { RowExtra } from '../format.ts'
import { usageOf } from '../meters.ts'
import { asTableAndJson } from '../record.ts'
import type { TableAndJson } from '../record.ts'
import type { Fields } from '../record.ts'
import { isObject, toNumber } from '../text/value.ts'
import { newUsageTree } from '../tree.ts'

type Sums = { fresh?: number; read?: number; write?: number; output?: number; reasoning?: number; total?: number }

const kindOf = (key: string): keyof Sums | undefined => {
  if (key === 'total') return 'total'
  if (key.includes('cache')) return /creation|write/.test(key) ? 'write' : 'read'
  if (key.includes('reasoning') || key.includes('thinking')) return 'reasoning'
  if (key.includes('input') || key.startsWith('prompt')) return 'fresh'
  return key.includes('output') || key.startsWith('completion') ? 'output' : undefined
}

const sumsOf = (details: unknown): Sums => {
  const sums: Sums = {}
  if (!isObject(details)) return sums
  for (const [key, value] of Object.entries(details)) {
    const kind = kindOf(key)
    const tokens = toNumber(value)
    if (kind !== undefined && tokens !== undefined) sums[kind] = (sums[kind] ?? 0) + tokens
  }
  return sums
}

/**
 * Langfuse's buckets exclude each other: `input` is what no other input bucket holds. Hand-written details are often
 * inclusive instead; they show by a total that is input + output although a cached bucket is not empty.
 */
const usageOfDetails = (details: unknown): { usage: Usage; extra: RowExtra; isInclusive: boolean } => {
  const { fresh, read, write, output, reasoning, total } = sumsOf(details)
  const cached = (read ?? 0) + (write ?? 0)
  const isInclusive =
    cached > 0 && fresh !== undefined && total === fresh + (output ?? 0) + (reasoning ?? 0) && fresh >= cached
  const isReasoningInside = reasoning !== undefined && output !== undefined && isInclusive
  return {
    usage: usageOf({
      freshInput: isInclusive && fresh !== undefined ? fresh - cached : fresh,
      cacheRead: read,
      cacheWrite5m: write,
      output:
        output === undefined && reasoning === undefined
          ? undefined
          : (output ?? 0) + (isReasoningInside ? 0 : (reasoning ?? 0)),
    }),
    extra: { reasoning, unsplitWrite: write },
    isInclusive,
  }
}

/** The old export gives every SPAN a usage of zero; only details say something. */
const detailsOf = (fields: Fields): unknown => {
  const details = fields.json('usage_details')
  return isObject(details) && Object.keys(details).length > 0 ? details : fields.json('usage')
}

const GENERATIONS: ReadonlySet<string> = new Set(['GENERATION', 'EMBEDDING'])

/** Observations as Langfuse exports them, legacy columns and the events of v4, CSV, JSON or JSON Lines. */
export const langfuse: TableAndJson = asTableAndJson({
  id: 'langfuse',
  name: 'Langfuse export',
  carries: ['requests', 'input', 'output', 'cacheRead', 'errors', 'duplicates', 'overlapParents', 'skippedNonLlm'],
  recognise: (names) =>
    ['id', 'trace_id', 'type', 'start_time', 'usage_details'].every((name) => names.has(name)) ? 3 : 0,
  open: (context) => {
    const tree = context.shared(() => newUsageTree(context.atEnd))
    return {
      record: (fields, line) => {
        const id = fields.text('id') ?? `line ${line}`
        if (tree.has(id)) {
          context.drop('duplicates', line, 'the same observation again')
          return
        }
        const parent = fields.text('parent_observation_id')
        const type = fields.text('type') ?? ''
        const { usage, extra, isInclusive } = usageOfDetails(detailsOf(fields))
        const hasUsage = Object.values(usage).some((tokens) => tokens !== undefined && tokens !== 0)
        if (!hasUsage && !GENERATIONS.has(type)) {
          tree.add(id, parent)
          context.drop('skippedNonLlm', line, 'an observation that is no call of a model')
          return
        }
        if (isInclusive)
          context.note(
            'Some usage details count cached tokens inside input, as their total shows: they are taken out.',
            line,
          )
        const row = callOf({
          at: fields.time('start_time'),
          endAt: fields.time('end_time'),
          status: fields.text('level') === 'ERROR' ? 'error' : 'ok',
          task: type === 'EMBEDDING' ? 'embed' : 'generate',
          model: fields.text('model') ?? fields.text('provided_model_name'),
          project: fields.text('trace_name') ?? fields.text('project_id'),
          usage: hasUsage ? usage : {},
        })
        tree.add(id, parent, { context, row, line, extra, hasUsage })
      },
    }
  },
})
