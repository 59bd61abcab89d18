import { InputError, placeText } from '@breakeven/core'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { csvPositive, isoDate, positive, provenance, sure } from './cells.ts'
import { readCsv, readYaml, refuseUnknown } from './source-file.ts'

const priceRow = z.strictObject({
  model: z.string(),
  usd: csvPositive,
  asOf: isoDate,
  sure,
  note: z.string().optional(),
})
const machines = z.strictObject({
  machines: z.array(
    z.strictObject({ id: z.string(), usdPerHour: positive, accelerator: z.enum(['A10G', 'L40S']), ...provenance }),
  ),
})

const said = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof InputError)
      return `${placeText(error.place)} [${error.place.key ?? ''}] ${error.message} | ${error.hint ?? ''}`
    throw error
  }
  return 'passed'
}

test('reads quoted cells, doubled quotes, line ends inside cells, CRLF and a byte order mark', () => {
  const text =
    '\uFEFFmodel,usd,asOf,sure,note\r\n"a ""quoted"", name",2.5e-1,2023-04-24,published,"two\nlines"\r\n\r\nb,1,2023-04-25,derived,\r\n'
  const { value, placeAt } = readCsv(text, 'p.csv', priceRow)
  expect(value).toEqual([
    { model: 'a "quoted", name', usd: 0.25, asOf: '2023-04-24', sure: 'published', note: 'two\nlines' },
    { model: 'b', usd: 1, asOf: '2023-04-25', sure: 'derived' },
  ])
  expect(placeAt([1, 'usd'])).toEqual({ file: 'p.csv', line: 5, column: 3, key: 'usd' })
})

test.each([
  ['a,0,2023-04-24,published', 'p.csv:2:3 [usd] usd is 0 | expected more than 0'],
  ['a,-2,2023-04-24,published', 'p.csv:2:3 [usd] usd is -2 | expected more than 0'],
  ['a,two,2023-04-24,published', 'p.csv:2:3 [usd] usd is "two" | expected a number'],
  ['a,2,2023-02-30,published', 'p.csv:2:5 [asOf] asOf is "2023-02-30" | expected a date as YYYY-MM-DD'],
  ['a,2,24.04.2023,published', 'p.csv:2:5 [asOf] asOf is "24.04.2023" | expected a date as YYYY-MM-DD'],
  [
    'a,2,2023-04-24,publishd',
    'p.csv:2:16 [sure] sure is "publishd" | did you mean published? allowed: published, measured, derived, recalled, assumed, formula-only',
  ],
  [
    'a,2,2023-04-24,',
    'p.csv:2:16 [sure] sure is missing | allowed: published, measured, derived, recalled, assumed, formula-only',
  ],
  ['a,2,2023-04-24', 'p.csv:2 [] the row has 3 cells, the header 4 | put cells that hold a comma in quotes'],
  ['"a,2', 'p.csv:2:1 [] a quoted cell is never closed | close it with ", and write a quote inside it as ""'],
  ['"a"b,2,2023-04-24,published', 'p.csv:2:4 [] text after a quoted cell | expected a comma or the end of the line'],
])('CSV row %s is refused with its place', (row, message) => {
  expect(said(() => readCsv(`model,usd,asOf,sure\n${row}\n`, 'p.csv', priceRow))).toBe(message)
})

test('CSV headers are checked', () => {
  expect(said(() => readCsv('', 'p.csv', priceRow))).toBe('p.csv [] the file is empty | expected a header row')
  expect(said(() => readCsv('model,usd,usd\n', 'p.csv', priceRow))).toBe('p.csv:1:11 [] two columns are called usd | ')
  expect(said(() => readCsv('model,usdd,asOf,sure\na,1,2023-04-24,published\n', 'p.csv', priceRow))).toBe(
    'p.csv:2:3 [usdd] unknown key usdd (and 1 more problem in this file) | did you mean usd? allowed: model, usd, asOf, sure, note',
  )
})

const machine = (lines: string): string =>
  `machines:\n  - id: box\n    accelerator: A10G\n    source: invoice\n    asOf: 2026-01-01\n    sure: published\n${lines}`

test.each([
  ['    usdPerHour: 1.5\n', 'passed'],
  ['    usdPerHour: -1\n', 'm.yaml:7:5 [usdPerHour] usdPerHour is -1 | expected more than 0'],
  ['    usdPerHour: cheap\n', 'm.yaml:7:5 [usdPerHour] usdPerHour is "cheap" | expected a number'],
  [
    '    usdPerHours: 1.5\n    usdPerHour: 1\n',
    'm.yaml:7:5 [usdPerHours] unknown key usdPerHours | did you mean usdPerHour? allowed: id, usdPerHour, accelerator, source, asOf, sure',
  ],
  ['', 'm.yaml:2:5 [usdPerHour] usdPerHour is missing | expected a number'],
  [
    '    usdPerHour: [1\n',
    'm.yaml:8:1 [] not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] | ',
  ],
])('YAML %j', (lines, message) => {
  expect(said(() => readYaml(machine(lines), 'm.yaml', machines))).toBe(message)
})

test('a name that nothing goes by is refused with the nearest one', () => {
  const known = new Set(['A10G', 'L40S'])
  expect(said(() => refuseUnknown('accelerator', 'A10', known, { file: 'm.yaml', line: 3 }))).toBe(
    'm.yaml:3 [] accelerator "A10" is not in the catalogue | did you mean A10G?',
  )
  expect(said(() => refuseUnknown('accelerator', 'Etched Sohu', known, {}))).toBe(
    ' [] accelerator "Etched Sohu" is not in the catalogue | known: A10G, L40S',
  )
})
