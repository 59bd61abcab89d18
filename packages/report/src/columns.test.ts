import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Column } from './columns.ts'
import { renderColumns } from './columns.ts'
import { cellsOf } from './text.ts'

type Row = { readonly name: string; readonly usd: string; readonly note: string }
const COLUMNS: readonly Column<Row>[] = [
  { head: 'name', cell: ({ name }) => name, flexTo: 10 },
  { head: 'usd', cell: ({ usd }) => usd, align: 'right' },
  { head: 'note', cell: ({ note }) => note, expendable: 1 },
]

test('aligns, right where asked', () => {
  const rows = [
    { name: 'one', usd: '1.00', note: 'x' },
    { name: 'hundred', usd: '100.00', note: '' },
  ]
  expect(renderColumns(COLUMNS, rows, { width: 80 })).toBe(
    ['name        usd  note', '───────  ──────  ────', 'one        1.00  x', 'hundred  100.00'].join('\n'),
  )
})

test('the expendable column goes before the flexible one has less than it asks for, then that one shrinks', () => {
  const rows = [{ name: 'a name of twenty-two c', usd: '1.00', note: 'remark' }]
  expect(renderColumns(COLUMNS, rows, { width: 24 })).toContain('a name of…  1.00  remark')
  expect(renderColumns(COLUMNS, rows, { width: 23 })).not.toContain('note')
  expect(renderColumns(COLUMNS, rows, { width: 14 })).toContain('a name…   1.00')
})

test('an escape sequence in a name reaches no terminal', () => {
  const rows = [{ name: '\u001b[2Jgone', usd: '1', note: '' }]
  expect(renderColumns(COLUMNS, rows, { width: 80 })).not.toContain('\u001b')
})

test('no line is wider than the terminal, whatever the names', () => {
  const row = fc.record({
    name: fc.string({ unit: 'grapheme', maxLength: 60 }),
    usd: fc.string({ maxLength: 8 }),
    note: fc.string({ maxLength: 30 }),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.integer({ min: 24, max: 120 }), (rows, width) => {
      for (const line of renderColumns(COLUMNS, rows, { width }).split('\n'))
        expect(cellsOf(line)).toBeLessThanOrEqual(width)
    }),
    { numRuns: 50 },
  )
})
