import type { Row } from '@breakeven/core'
import type { FileContext, RowExtra } from './format.ts'
import { copyOf } from './text/copy.ts'

/** One span: its parent, and the row it gives unless a span below it carries usage. */
type Node = {
  readonly parent: string | undefined
  isCovered: boolean
  readonly call:
    | {
        readonly context: FileContext
        readonly row: Row
        readonly line: number
        readonly extra: RowExtra
        readonly hasUsage: boolean
      }
    | undefined
}

/**
 * Spans that may repeat what the spans inside them say. A span counts only if none below it carries usage;
 * that is known when all files are read, as spans come in any order and in several files.
 */
export type UsageTree = {
  readonly has: (id: string) => boolean
  /** Any span, with usage or not: chains of parents run through both. */
  readonly add: (id: string, parent: string | undefined, call?: Node['call']) => void
}

export const newUsageTree = (atEnd: (finish: () => void) => void): UsageTree => {
  const nodes = new Map<string, Node>()
  const cover = (node: Node): void => {
    for (let id = node.parent; id !== undefined;) {
      const parent = nodes.get(id)
      if (!parent || parent.isCovered) return
      parent.isCovered = true
      id = parent.parent
    }
  }
  atEnd(() => {
    for (const node of nodes.values()) if (node.call?.hasUsage === true) cover(node)
    for (const { call, isCovered } of nodes.values()) {
      if (!call) continue
      const { context, row, line, extra } = call
      if (isCovered) context.drop('overlapParents', line)
      else context.row(row, line, extra)
    }
  })
  return {
    has: (id) => nodes.has(id),
    add: (id, parent, call) =>
      void nodes.set(copyOf(id), { parent: parent === undefined ? undefined : copyOf(parent), isCovered: false, call }),
  }
}
