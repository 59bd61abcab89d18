import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parseCsv } from './csv.ts'

const written = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

test('whatever is written as RFC 4180 says comes back, with the line each record begins on', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ' '), maxLength: 6 })
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 })
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), (cells, end) => {
      const lines = cells.map((row) => row.map(written).join(','))
      const records = parseCsv(lines.map((line) => line + end).join(''), 'x.csv')
      expect(records.map((record) => record.cells)).toEqual(cells)
      const begins = lines.map((_, index) => 1 + index + (lines.slice(0, index).join('').match(/\n/g)?.length ?? 0))
      expect(records.map(({ line }) => line)).toEqual(begins)
    }),
  )
})

test('a last line without an end, empty lines between, a cell after a cell of two lines', () => {
  expect(parseCsv('a,b\n\n"1\n2",3', 'x.csv')).toEqual([
    { cells: ['a', 'b'], line: 1, columns: [1, 3] },
    { cells: ['1\n2', '3'], line: 3, columns: [1, 4] },
  ])
})
