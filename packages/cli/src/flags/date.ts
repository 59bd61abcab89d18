import type { IsoDate } from '@breakeven/core'
import { InputError } from '@breakeven/core'

/** A day that exists: `2023-04-24`, not `2023-02-30`. */
export const parseDate = (text: string): IsoDate => {
  const date = text.trim()
  // Date.parse takes 30 February for 2 March; what comes back must be what went in.
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date) {
    throw new InputError(`"${text}" is not a date`, { hint: 'write YYYY-MM-DD, as in 2023-04-24' })
  }
  return date
}
