import { InputError } from '@breakeven/core'

const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, min: 60 }

/** Seconds, above 0, from `2s`, `100ms`, `1.5s` or `2min`. A bare number is refused: `--tpot 100` is not 100 seconds. */
export const parseDuration = (text: string): number => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zA-Z]*)$/.exec(text.trim()) ?? []
  const seconds = Number(digits) * (SECONDS[unit] ?? Number.NaN)
  if (Number.isNaN(seconds) || seconds === 0) {
    if (Number(digits) === 0)
      throw new InputError(`"${text}" is no time at all`, { hint: 'write a time above 0, as in 100ms or 2s' })
    const meant = digits !== undefined && unit === '' ? `did you mean ${digits}ms or ${digits}s? ` : ''
    throw new InputError(`"${text}" is not a duration`, {
      hint: `${meant}write a number and ms, s or min, as in 100ms or 2s`,
    })
  }
  return seconds
}
