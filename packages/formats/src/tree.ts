import type { Row } from '@breakeven/core'
import type { FileContext, RowExtra } from './format.ts'

type Leaf = { readonly context: FileContext; readonly row: Row; readonly line: number; readonly extra: RowExtra }

/**
 * Spans that may repeat what the spans inside them say. A span counts only if none below it carries usage;
 * that is known when all files are read, as spans come in any order and in several files.
 */
export type UsageTree = {
  /** Any span, with usage or not: chains of parents run through both. */
  readonly link: (id: string, parent: string | undefined) => void
  readonly add: (id: string, leaf: Leaf, hasUsage: boolean) => void
}

export const newUsageTree = (atEnd: (finish: () => void) => void): UsageTree => {
  const parents = new Map<string, string>()
  const spans = new Map<string, { leaf: Leaf; hasUsage: boolean }>()
  atEnd(() => {
    const covered = new Set<string>()
    for (const [id, { hasUsage }] of spans) {
      if (!hasUsage) continue
      for (
        let parent = parents.get(id);
        parent !== undefined && parent !== id && !covered.has(parent);
        parent = parents.get(parent)
      )
        covered.add(parent)
    }
    for (const [id, { leaf }] of spans)
      if (covered.has(id)) leaf.context.drop('overlapParents', leaf.line)
      else leaf.context.row(leaf.row, leaf.line, leaf.extra)
  })
  return {
    link: (id, parent) => {
      if (parent !== undefined) parents.set(id, parent)
    },
    add: (id, leaf, hasUsage) => void spans.set(id, { leaf, hasUsage }),
  }
}
