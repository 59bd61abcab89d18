import { InputError } from '@breakeven/core'
import { expect, test } from 'vitest'
import { exitCodeOf, failureText } from './failure.ts'

test("a person's error says what, where and what to do", () => {
  const error = new InputError('output is negative: -5', {
    file: 'a.csv',
    line: 3,
    column: 7,
    key: 'output',
    hint: 'tokens are counts',
  })
  expect(failureText(error, false)).toBe(
    'breakeven: output is negative: -5\n  at a.csv:3:7 (output)\n  hint: tokens are counts\n',
  )
  expect(exitCodeOf(error)).toBe(2)
})

test('what is not known is left out', () => {
  expect(failureText(new InputError('no'), false)).toBe('breakeven: no\n')
})

test('a bug shows its stack and asks for a report', () => {
  const error = new TypeError('x is not a function')
  expect(failureText(error, false)).toMatch(
    /^breakeven: this is a bug in breakeven, not in your input\nTypeError: x is not a function\n {4}at [^]+please report it/,
  )
  expect(exitCodeOf(error)).toBe(1)
  expect(failureText('thrown text', false)).toContain('thrown text')
})

test('colour is added to the same words', () => {
  const error = new InputError('no', { file: 'a.csv', hint: 'yes' })
  const painted = failureText(error, true)
  expect(painted).toContain('\u001B[31m')
  // oxlint-disable-next-line no-control-regex -- the escapes are what is taken off
  expect(painted.replaceAll(/\u001B\[\d+m/g, '')).toBe(failureText(error, false))
})
