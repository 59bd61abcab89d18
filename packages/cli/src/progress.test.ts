import { expect, test } from 'vitest'
import { progressOn, progressText } from './progress.ts'
import { testIo } from './test-io.ts'

test('rows, rate, and the time left from the share of the file that is read', () => {
  // 25 MB of 100 MB in 4 s leaves three times as long: 12 s.
  expect(progressText({ file: 'big.csv', bytesRead: 25e6, bytesTotal: 100e6, rows: 1_200_000 }, 4)).toBe(
    'big.csv: 1,200,000 rows, 300,000/s, 12 s left',
  )
  expect(progressText({ file: '-', bytesRead: 25e6, rows: 10 }, 4)).toBe('-: 10 rows, 3/s')
  expect(progressText({ file: 'x', bytesRead: 1, bytesTotal: 101, rows: 8 }, 1)).toBe('x: 8 rows, 8/s, 2 min left')
})

const at = { file: 'a.csv', bytesRead: 50, bytesTotal: 100, rows: 10 }

test('nothing in the first second, then one line, and it is cleared', () => {
  const io = testIo({ isTTY: true })
  const progress = progressOn(io, false)
  progress.update(at)
  io.tick(999)
  progress.update(at)
  expect(io.err()).toBe('')
  io.tick(1)
  progress.update(at)
  expect(io.err()).toBe('\r\u001B[2Ka.csv: 10 rows, 10/s, 1 s left')
  progress.update(at)
  progress.done()
  expect(io.err()).toBe('\r\u001B[2Ka.csv: 10 rows, 10/s, 1 s left\r\u001B[2K')
})

test.each([
  ['not a terminal', false, false],
  ['--quiet', true, true],
])('silent: %s', (_why, isTTY, quiet) => {
  const io = testIo({ isTTY })
  const progress = progressOn(io, quiet)
  progress.update(at)
  io.tick(5000)
  progress.update(at)
  progress.done()
  expect(io.err()).toBe('')
})
