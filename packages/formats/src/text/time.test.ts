import { describe, expect, test } from 'vitest'
import { isZoneless, parseTime } from './time.ts'

const iso = (text: string): string => {
  const seconds = parseTime(text)
  return Number.isNaN(seconds) ? 'none' : new Date(Math.round(seconds * 1000)).toISOString()
}

describe('one moment, as text', () => {
  test.each([
    ['2026-10-01T08:00:00Z', '2026-10-01T08:00:00.000Z'],
    ['2026-10-01 08:00:00.5+02:00', '2026-10-01T06:00:00.500Z'],
    ['2026-1-2 3:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026/10/01 08:00', '2026-10-01T08:00:00.000Z'],
    ['2026.10.01', '2026-10-01T00:00:00.000Z'],
    ['20261001T080000Z', '2026-10-01T08:00:00.000Z'],
    ['1/31/2026, 7:30:15.123 PM', '2026-01-31T19:30:15.123Z'],
    ['12/01/2026 12:00 AM', '2026-12-01T00:00:00.000Z'],
    ['31/01/2026 07:30', '2026-01-31T07:30:00.000Z'],
    ['01/10/2026', '2026-01-10T00:00:00.000Z'],
    ['01.10.2026', '2026-10-01T00:00:00.000Z'],
    ['1.10.2026 08:15:30', '2026-10-01T08:15:30.000Z'],
    ['Thu, 01 Oct 2026 08:00:00 GMT', '2026-10-01T08:00:00.000Z'],
    ['Oct 1, 2026 8:00:00 AM', '2026-10-01T08:00:00.000Z'],
    ['1 Oct 2026 08:00 +02:00', '2026-10-01T06:00:00.000Z'],
    ['31/02/2026', 'none'],
    ['13/13/2026', 'none'],
    ['1/31/2026 13:00 PM', 'none'],
    ['model 7', 'none'],
    ['may 5', 'none'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected)
  })

  test('never depends on the zone of the machine', () => {
    const before = process.env['TZ']
    process.env['TZ'] = 'America/Los_Angeles'
    try {
      expect(iso('Oct 1, 2026 8:00:00 AM')).toBe('2026-10-01T08:00:00.000Z')
      expect(iso('2026-2-3 1:2:3')).toBe('none')
      expect(iso('2026-2-3 1:02:03')).toBe('2026-02-03T01:02:03.000Z')
    } finally {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    }
  })

  test.each([
    ['2026-10-01 08:00', true],
    ['2026-10-01T08:00:00Z', false],
    ['01.10.2026 08:00', true],
    ['2026/10/01 08:00', true],
    ['2026/10/01 08:00 +02:00', false],
    ['Oct 1, 2026 8:00 AM', true],
    ['Thu, 01 Oct 2026 08:00:00 GMT', false],
    ['1760000000', false],
  ])('%s leaves its zone open: %s', (text, open) => {
    expect(isZoneless(text)).toBe(open)
  })
})
