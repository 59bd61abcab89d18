import { InputError, leastSure } from '@breakeven/core'
import type { IsoDate, Price, PriceHours } from '@breakeven/core'

import type { PriceRow } from './price-file.ts'

/** A flag that begins so marks a figure that is probably wrong: it is shown, and never wins. */
const SUSPECT = 'suspect: '
const END_OF_TIME: IsoDate = '9999-12-31'

const startOf = ({ from }: { readonly from?: IsoDate }): IsoDate => from ?? ''
const endOf = ({ to }: { readonly to?: IsoDate }): IsoDate => to ?? END_OF_TIME
const covers = (row: PriceRow, on: IsoDate): boolean => startOf(row) <= on && on < endOf(row)

const byStart = (a: PriceRow, b: PriceRow): number => (startOf(a) < startOf(b) ? -1 : 1)

const groupsOf = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly (readonly Row[])[] => {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups.values()]
}

const refuse = (row: PriceRow, message: string, hint: string): never => {
  throw new InputError(`${row.model}: ${message}`, { ...row.place, hint })
}

/** Rows that exclude each other must not be in force on the same day. Gaps are allowed: nothing is known there. */
const checkIntervals = (rows: readonly PriceRow[]): void => {
  for (const row of rows) {
    if (startOf(row) >= endOf(row))
      refuse(
        row,
        `from ${row.from} is not before to ${row.to}`,
        '`to` is the first day on which the row no longer holds',
      )
  }
  for (const group of groupsOf(rows, ({ above }) => String(above))) {
    const sorted = group.toSorted(byStart)
    sorted.forEach((row, index) => {
      const before = sorted[index - 1]
      if (before === undefined || endOf(before) <= startOf(row)) return
      refuse(
        row,
        `two prices hold on ${startOf(row) || 'the same days'}`,
        `close the row on line ${before.place.line} with a \`to\``,
      )
    })
  }
}

const flagsOf = (rows: readonly PriceRow[]): Pick<Price, 'flags' | 'suspect'> => {
  const flags = [...new Set(rows.flatMap((row) => row.flags))]
  if (flags.length === 0) return {}
  const shown = flags.map((flag) => (flag.startsWith(SUSPECT) ? flag.slice(SUSPECT.length) : flag))
  return flags.some((flag) => flag.startsWith(SUSPECT)) ? { flags: shown, suspect: true } : { flags: shown }
}

/** One stretch of time in which a base row and the same long-prompt rows hold. */
const priceOf = (
  base: PriceRow,
  longer: readonly PriceRow[],
  from: IsoDate,
  to: IsoDate,
  hours?: PriceHours,
): Price => {
  const rows = [base, ...longer]
  return {
    tier: base.tier,
    ...(base.region === undefined ? {} : { region: base.region }),
    ...(from === '' ? {} : { from }),
    ...(to === END_OF_TIME ? {} : { to }),
    ...(hours === undefined ? {} : { hours }),
    bands: rows.map(({ above, usdPerMillion }) => ({ above, usdPerMillion })),
    source: [...new Set(rows.map((row) => row.source))].join(' ; '),
    asOf: rows.map((row) => row.asOf).reduce((a, b) => (a < b ? a : b)),
    sure: leastSure(rows.map((row) => row.sure)),
    ...flagsOf(rows),
  }
}

/** Base row by base row, cut wherever a long-prompt row begins or ends. */
const pricesOfGroup = (rows: readonly PriceRow[]): readonly Price[] => {
  const bases = rows.filter(({ above }) => above === -1).toSorted(byStart)
  const longer = rows.filter(({ above }) => above !== -1).toSorted((a, b) => a.above - b.above)
  for (const row of longer) {
    if (!bases.some((base) => covers(base, startOf(row)))) {
      refuse(
        row,
        `a price above ${row.above} tokens, and none below`,
        'add the row for shorter prompts of the same dates',
      )
    }
  }
  return bases.flatMap((base) => {
    const inside = longer
      .flatMap((row) => [startOf(row), endOf(row)])
      .filter((date) => startOf(base) < date && date < endOf(base))
    const cuts = [startOf(base), ...[...new Set(inside)].toSorted(), endOf(base)]
    return cuts.slice(0, -1).flatMap((from, index) => {
      const to = cuts[index + 1] ?? END_OF_TIME
      const inForce = longer.filter((row) => covers(row, from))
      return (base.hours ?? [undefined]).map((hours) => priceOf(base, inForce, from, to, hours))
    })
  })
}

/**
 * The dated prices of one model from its rows: those for long prompts become bands of the row for all prompts.
 * Throws `InputError` where two rows of one tier, region, schedule and prompt length hold on the same day.
 */
export const pricesOf = (rows: readonly PriceRow[]): readonly Price[] =>
  groupsOf(rows, ({ tier, region, hours }) => `${tier}|${region ?? ''}|${JSON.stringify(hours ?? [])}`).flatMap(
    (group) => {
      checkIntervals(group)
      return pricesOfGroup(group)
    },
  )
