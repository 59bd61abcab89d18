import type { Seconds } from '@breakeven/core'
import { InputError, SECONDS_PER_DAY, startOfDate } from '@breakeven/core'
import { parseDate } from './date.ts'

/** A span of whole days in UTC; `to` is the midnight after the last. */
export type Period = { readonly from: Seconds; readonly to: Seconds }

/** `2026-10` is that month, `2026-10-01..2026-10-14` those days, both named ones in it. */
export const parsePeriod = (text: string): Period => {
  const month = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text.trim())
  if (month) {
    const [year, number] = [Number(month[1]), Number(month[2])]
    return { from: Date.UTC(year, number - 1) / 1000, to: Date.UTC(year, number) / 1000 }
  }
  const days = text.split('..')
  if (days.length !== 2)
    throw new InputError(`cannot read "${text}" as a span of days`, {
      hint: 'write FIRST..LAST, as in 2026-10-01..2026-10-14, or a month, as in 2026-10',
    })
  const [first = '', last = ''] = days.map(parseDate)
  const period = { from: startOfDate(first), to: startOfDate(last) + SECONDS_PER_DAY }
  if (period.to <= period.from)
    throw new InputError(`"${text}" ends before it begins`, { hint: 'write the earlier day first' })
  return period
}
