import type { Row } from '@breakeven/core'
import { describe, expect, test } from 'vitest'
import { readUsageStreams } from '../index.ts'
import type { ReadOptions } from '../index.ts'

const read = async (text: string, options: Partial<ReadOptions> = {}) => {
  const rows: Row[] = []
  const report = await readUsageStreams([{ name: 'log.csv', stream: new Blob([text]).stream() }], {
    ...options,
    onRow: (row) => void rows.push(row),
  })
  const days = rows.map((row) => new Date((row.kind === 'call' ? row.at : row.from) * 1000).toISOString().slice(0, 16))
  return {
    rows,
    days,
    notes: report.files.flatMap(({ issues }) => issues).map(({ message }) => message),
    total: report.total,
  }
}
const table = (times: readonly string[], column = 'time', delimiter = ','): string =>
  [[column, 'input_tokens', 'output_tokens'], ...times.map((time) => [time, '10', '2'])]
    .map((cells) => cells.join(delimiter) + '\n')
    .join('')

describe('the order of day and month is a habit of the whole file', () => {
  test('a date that can only be day first settles the ones before it', async () => {
    const { days, notes } = await read(table(['01/10/2026 08:00', '02/10/2026', '13/10/2026', '03/10/2026']))
    expect(days).toEqual(['2026-10-01T08:00', '2026-10-02T00:00', '2026-10-13T00:00', '2026-10-03T00:00'])
    expect(notes.join()).not.toContain('--date-order')
  })
  test('and one that can only be month first likewise', async () => {
    const { days } = await read(table(['01/10/2026', '1/13/2026', '2/1/2026']))
    expect(days).toEqual(['2026-01-10T00:00', '2026-01-13T00:00', '2026-02-01T00:00'])
  })
  test('where none tells, the month stands first and the report says so', async () => {
    const { days, notes } = await read(table(['01/10/2026', '02/10/2026']))
    expect(days).toEqual(['2026-01-10T00:00', '2026-02-10T00:00'])
    expect(notes).toContain(
      'Dates such as 01/10/2026 may begin with the day or with the month, and no date tells; they are read with the month first. --date-order day-first reads them the other way.',
    )
  })
  test('unless semicolons part the cells', async () => {
    const { days } = await read(table(['01/10/2026', '02/10/2026'], 'time', ';'))
    expect(days).toEqual(['2026-10-01T00:00', '2026-10-02T00:00'])
  })
  test('--date-order wins without a word', async () => {
    const { days, notes } = await read(table(['01/10/2026', '02/10/2026']), { dateOrder: 'day-first' })
    expect(days).toEqual(['2026-10-01T00:00', '2026-10-02T00:00'])
    expect(notes.join()).not.toContain('--date-order')
  })
  test('a date against the habit is dropped with its line, not moved by months', async () => {
    const { days, total } = await read(table(['13/10/2026', '10/14/2026', '01/10/2026']))
    expect(days).toEqual(['2026-10-13T00:00', '2026-10-01T00:00'])
    expect(total.malformedLines).toBe(1)
  })
  test('dots put the day first and tell nothing of slashes', async () => {
    const { days } = await read(table(['01.10.2026', '01/10/2026']))
    expect(days).toEqual(['2026-10-01T00:00', '2026-01-10T00:00'])
  })
  test('an end turns with its start: as a date of its own, or by its duration', async () => {
    const ends = await read(
      'start_time,end_time,input_tokens,output_tokens\n09/10/2026 23:59,10/10/2026 00:01,1,1\n12/10/2026 23:59,13/10/2026 00:01,1,1\n',
    )
    expect(ends.rows.map((row) => row.kind === 'call' && (row.endAt ?? 0) - row.at)).toEqual([120, 120])
    const durations = await read(
      'time,duration_s,input_tokens,output_tokens\n09/10/2026 23:59,120,1,1\n13/10/2026 23:59,120,1,1\n',
    )
    expect(durations.rows.map((row) => row.kind === 'call' && (row.endAt ?? 0) - row.at)).toEqual([120, 120])
    expect(durations.days).toEqual(['2026-10-09T23:59', '2026-10-13T23:59'])
  })
  test('buckets without an end get their width from the settled days', async () => {
    const { rows, days } = await read(
      'date,requests,input_tokens,output_tokens\n01/10/2026,5,1,1\n02/10/2026,5,1,1\n13/10/2026,5,1,1\n',
    )
    expect(days).toEqual(['2026-10-01T00:00', '2026-10-02T00:00', '2026-10-13T00:00'])
    expect(rows.map((row) => row.kind === 'bucket' && row.to - row.from)).toEqual([86_400, 86_400, 86_400])
  })
})

describe('dates that are numbers', () => {
  test('eight digits', async () => {
    const { days } = await read(table(['20261001', '20261002'], 'date'))
    expect(days).toEqual(['2026-10-01T00:00', '2026-10-02T00:00'])
  })
  test('the days of a spreadsheet, under the name of a date', async () => {
    const { days, notes } = await read(table(['46296', '46296.354166666664'], 'Created'))
    expect(days).toEqual(['2026-10-01T00:00', '2026-10-01T08:30'])
    expect(notes.join()).toContain('days of a spreadsheet')
  })
  test('the seconds of a trace stay seconds, with a word where they could be days', async () => {
    const plain = await read(table(['0', '46296.5'], 'timestamp'))
    expect(plain.rows.map((row) => row.kind === 'call' && row.at)).toEqual([0, 46_296.5])
    const odd = await read(table(['46296', '46297'], 'timestamp'))
    expect(odd.rows.map((row) => row.kind === 'call' && row.at)).toEqual([46_296, 46_297])
    expect(odd.notes.join()).toContain('format the column as a date')
  })
})
