import { InputError } from './error.ts'
import type { CallSum } from './summarize-sum.ts'
import { summarizer, type Summarizer, type SummarizeOptions } from './summarize.ts'
import type { Row } from './usage.ts'
import type { Workload } from './workload.ts'

export type RowFilter = Readonly<Partial<Record<'model' | 'project' | 'provider' | 'task' | 'tier', readonly string[]>>>

const FILTERS = ['model', 'project', 'provider', 'task', 'tier'] as const

/** `model=gpt-4o,project=search|chat`: every named field must match one of its values. */
export const parseWhere = (text: string | undefined): RowFilter => {
  if (text === undefined) return {}
  const filter: Partial<Record<(typeof FILTERS)[number], readonly string[]>> = {}
  for (const part of text.split(',')) {
    const [field, value] = part.split('=')
    const known = FILTERS.find((name) => name === field?.trim())
    if (known === undefined || value === undefined || value.trim() === '') {
      throw new InputError(`--where ${text}: cannot read "${part}"`, {
        hint: `write FIELD=VALUE, fields separated by commas, values by |; fields: ${FILTERS.join(', ')}`,
      })
    }
    filter[known] = value.split('|').map((one) => one.trim())
  }
  return filter
}

/** Whether a row is of the part. */
export const matches = (row: Row | CallSum, filter: RowFilter): boolean =>
  FILTERS.every((field) => {
    const wanted = filter[field]
    return wanted === undefined || wanted.includes(field === 'tier' ? (row.tier ?? 'standard') : (row[field] ?? ''))
  })

/** A summary of the rows that match, whole and, where asked for, by the values of one field. */
export type Collector = {
  readonly add: (row: Row) => void
  /** What a database added up of a big table. */
  readonly addSum: (sum: CallSum) => void
  readonly whole: () => Workload
  readonly parts: () => readonly { readonly value: string; readonly workload: Workload }[]
  readonly left: () => number
}

/** Splitting by a field with more values than this is a mistake (`--by` on a request id), not a report. */
const MOST_PARTS = 50

export const collector = (
  options: SummarizeOptions,
  filter: RowFilter,
  by: 'model' | 'project' | undefined,
): Collector => {
  const whole = summarizer(options)
  const parts = new Map<string, Summarizer>()
  let left = 0
  const partOf = (value: string): Summarizer => {
    const known = parts.get(value)
    if (known !== undefined) return known
    if (parts.size === MOST_PARTS)
      throw new InputError(`--by ${by}: more than ${MOST_PARTS} different values`, {
        hint: 'narrow the traffic with --where',
      })
    const fresh = summarizer(options)
    parts.set(value, fresh)
    return fresh
  }
  return {
    add: (row) => {
      if (!matches(row, filter)) {
        left += 1
        whole.see(row)
        return
      }
      whole.add(row)
      if (by !== undefined) partOf(row[by] ?? '(none)').add(row)
    },
    addSum: (sum) => {
      if (!matches(sum, filter)) {
        left += sum.calls
        whole.see(sum)
        return
      }
      whole.addSum(sum)
      if (by !== undefined) partOf(sum[by] ?? '(none)').addSum(sum)
    },
    whole: () => whole.done(),
    // Who sends for an hour of a month sends little: each part was watched as long as the whole.
    parts: () => [...parts].map(([value, part]) => ({ value, workload: part.done(whole.watched()) })),
    left: () => left,
  }
}
