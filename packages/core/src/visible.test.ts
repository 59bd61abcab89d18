import { expect, test } from 'vitest'
import { InputError, placeText } from './error.ts'
import { visible } from './visible.ts'

test.each([
  ['plain', 'Prüfung 日本 👍 a\tb\nc', 'Prüfung 日本 👍 a\tb\nc'],
  ['colour', '\u001B[31mred', String.raw`\x1b[31mred`],
  ['a window title', '\u001B]0;title\u0007', String.raw`\x1b]0;title\x07`],
  ['back to the start of the line', 'a\rb', String.raw`a\x0db`],
  ['C1', '\u009B2J', String.raw`\x9b2J`],
  ['text from right to left', 'a\u202Eb', String.raw`a\u202eb`],
])('%s', (_name, text, shown) => {
  expect(visible(text)).toBe(shown)
})

test('an error never steers the terminal that shows it', () => {
  const error = new InputError('no column \u001B[2J', { hint: 'the columns are \u001B[2J', file: 'a\u001B[2J' })
  expect(`${error.message}${error.hint}${placeText(error.place)}`).not.toContain('\u001B')
})
