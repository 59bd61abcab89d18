/** Labels that touch and move together. */
type Block = { readonly wanted: readonly number[] }

const sizeOf = (block: Block, gap: number): number => block.wanted.length * gap

/** Where the first of a block goes, so that its members are on average where they want to be, and all inside. */
const startOf = (block: Block, gap: number, from: number, to: number): number => {
  const ideal = block.wanted.reduce((sum, at, index) => sum + at - index * gap, 0) / block.wanted.length
  return Math.max(from, Math.min(ideal, to - (block.wanted.length - 1) * gap))
}

/**
 * Places labels on a line, at least `gap` apart and within `from`…`to`, each as near as can be to where it wants to be.
 * `wanted` ascends. Neighbours that collide move as one block (pool adjacent violators: least squares).
 */
export const spread = (wanted: readonly number[], gap: number, from: number, to: number): number[] => {
  const blocks: Block[] = []
  for (const at of wanted) {
    let block: Block = { wanted: [at] }
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (startOf(last, gap, from, to) + sizeOf(last, gap) <= startOf(block, gap, from, to)) break
      block = { wanted: [...last.wanted, ...block.wanted] }
      blocks.pop()
    }
    blocks.push(block)
  }
  return blocks.flatMap((block) => block.wanted.map((_at, index) => startOf(block, gap, from, to) + index * gap))
}
