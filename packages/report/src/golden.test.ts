import { describe, expect, test } from 'vitest'
import { EXAMPLE, HYBRID, OPTIONS, comparisonOf } from './example-comparison.ts'
import { renderJson } from './json.ts'
import { renderReceipt } from './receipt.ts'
import { renderTable } from './table.ts'
import { cellsOf } from './text.ts'

/** Where the golden file of this name lies; each ends in a newline, as text files do. */
const at = (name: string): string => `../golden/${name}`

describe.each([60, 100, 160])('a terminal of %d columns', (width) => {
  test('table', async () => {
    const text = renderTable(EXAMPLE, { width })
    expect(Math.max(...text.split('\n').map(cellsOf))).toBeLessThanOrEqual(width)
    await expect(`${text}\n`).toMatchFileSnapshot(at(`table-${width}.txt`))
  })

  test('receipt', async () => {
    const option = OPTIONS.find(({ kind }) => kind === 'hosted')
    if (option === undefined) throw new Error('the example has a hosted option')
    const text = renderReceipt(option, { width })
    expect(Math.max(...text.split('\n').map(cellsOf))).toBeLessThanOrEqual(width)
    await expect(`${text}\n`).toMatchFileSnapshot(at(`receipt-${width}.txt`))
  })
})

test('a table with a bill, unreported usage and more options than asked for', async () => {
  const comparison = comparisonOf([...OPTIONS, HYBRID], {
    bill: { usd: 300, computedUsd: 288.3 },
    workload: { ...EXAMPLE.workload, rowsWithoutUsage: 12 },
  })
  await expect(`${renderTable(comparison, { width: 100, top: 2 })}\n`).toMatchFileSnapshot(at('table-top-2.txt'))
})

test('json', async () => {
  await expect(
    `${renderJson({ comparison: EXAMPLE, issues: [{ file: 'usage.csv', line: 3, message: 'no model' }] })}\n`,
  ).toMatchFileSnapshot(at('comparison.json'))
})
