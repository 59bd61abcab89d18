import type { Comparison, PricedOption } from '@breakeven/core'
import { countText, percentText, usdText } from './numbers.ts'
import { phraseOf } from './names.ts'
import { groupReasons } from './reasons.ts'
import { cheapestOf, optionOf, sideOf, unitOf, volumeOf } from './side.ts'
import { rangesText, sideStretches } from './stretches.ts'
import { clean } from './text.ts'

/** Where rows did not report their tokens, every price is a lower bound. */
const perDay = ({ workload }: Comparison, usd: number): string =>
  `${workload.rowsWithoutUsage > 0 ? 'at least ' : ''}${usdText(usd)} a day`

const verdict = (comparison: Comparison, best: PricedOption): string => {
  const price = perDay(comparison, best.usdPerDay)
  switch (best.kind) {
    case 'asIs':
      return `Stay as you are: ${price} is the least of ${countText(comparison.options.length)} priced options.`
    case 'api':
      return `Rent ${best.label}: ${price}.`
    case 'hosted':
      return `Run ${best.label}: ${price}.`
    case 'hybrid':
      return `Mix (${best.label}): ${price}.`
    default:
      return best.kind satisfies never
  }
}

const LEAST_SAVING_SHARE = 0.005

/** What changes against today's bill, where the traffic names its models. */
const saving = (comparison: Comparison, best: PricedOption): string => {
  const today = comparison.options.find(({ kind }) => kind === 'asIs')
  if (today === undefined || today === best || today.usdPerDay <= 0) return ''
  const saved = today.usdPerDay - best.usdPerDay
  const bill = `Today's bill is ${perDay(comparison, today.usdPerDay)}`
  // Less than half a percent is no reason to move, and would read as "saves $0".
  if (saved / today.usdPerDay < LEAST_SAVING_SHARE) return `${bill}: about the same.`
  return `${bill}: that saves ${usdText(saved)} a day, ${percentText(saved / today.usdPerDay)}.`
}

const timesText = (ratio: number): string =>
  ratio >= 1.05 ? `, ${countText(Number(ratio.toPrecision(ratio < 100 ? 2 : 3)))} times as much` : ''

/** The best of the other way: run where it says rent, rent where it says run, both where it says mix. */
const othersOf = (comparison: Comparison, best: PricedOption): PricedOption[] => {
  const sides = { rent: ['run'], run: ['rent'], mix: ['rent', 'run'] } as const
  return sides[sideOf(best)].flatMap((side) => cheapestOf(comparison, side) ?? [])
}

const costText = (best: PricedOption, other: PricedOption): string => {
  const ratio = best.usdPerDay > 0 ? other.usdPerDay / best.usdPerDay : Infinity
  const close = best.high >= other.low && best.high > best.low ? ', a close call: the error bands overlap' : ''
  return `costs ${usdText(other.usdPerDay)} a day${Number.isFinite(ratio) ? timesText(ratio) : ''}${close}`
}

const noRun = (comparison: Comparison): string => {
  const [commonest] = groupReasons(comparison.ruledOut.filter(({ id }) => id.startsWith('hosted:')))
  if (commonest === undefined) return 'No self-hosted option was looked at.'
  return `No self-hosted option could be priced: ${clean(commonest.example.reason)} (${clean(commonest.example.id)}).`
}

const phrase = (option: PricedOption): string =>
  ({ rent: `Renting ${phraseOf(option)}`, run: `Running ${phraseOf(option)}`, mix: `A mix (${phraseOf(option)})` })[
    sideOf(option)
  ]

/** Why there is no volume at which the other way wins. */
const noTurningPoint = (comparison: Comparison, best: PricedOption): string => {
  const rents = sideOf(best) === 'rent'
  const horizon = `up to ${countText(comparison.horizonPerDay)} ${unitOf(comparison)} a day`
  const has = (side: 'rent' | 'run' | 'mix'): boolean => cheapestOf(comparison, side) !== undefined
  if (rents)
    return has('run') || has('mix')
      ? `No break-even: running your own is not the cheapest at any volume ${horizon}.`
      : noRun(comparison)
  return has('rent')
    ? `No break-even: renting is not the cheapest at any volume ${horizon}.`
    : 'No rented option could be priced.'
}

/** What the other way costs, and at which volumes it wins. */
const otherWay = (comparison: Comparison, best: PricedOption): string[] => {
  const others = othersOf(comparison, best)
  const ranges = sideStretches(comparison, comparison.breakeven).filter(
    ({ side }) => (side === 'rent') !== (sideOf(best) === 'rent'),
  )
  const winner = optionOf(comparison, ranges[0]?.cheapest ?? '')
  const cost = (other: PricedOption): string => `${phrase(other)} ${costText(best, other)}`
  if (winner === undefined) return [...others.map((other) => `${cost(other)}.`), noTurningPoint(comparison, best)]
  const turning = rangesText(comparison, ranges)
  if (ranges.length > 1) {
    const way = sideOf(best) === 'rent' ? 'Running your own' : 'Renting'
    return [
      ...others.map((other) => `${cost(other)}.`),
      `${way}, first ${phraseOf(winner)}, is the cheapest ${turning}.`,
    ]
  }
  const costs = others.map((other) => `${cost(other)}${other === winner ? `, and is cheaper ${turning}` : ''}.`)
  return others.includes(winner) ? costs : [...costs, `${phrase(winner)} is cheaper ${turning}.`]
}

const nothingPriced = (comparison: Comparison): string => {
  const [commonest] = groupReasons(comparison.ruledOut)
  const looked = `None of ${countText(comparison.considered)} options can be priced for this traffic.`
  if (commonest === undefined) return looked
  return `${looked} Most often: ${clean(commonest.example.reason)} (${countText(commonest.count)} options, ${clean(commonest.example.id)} for one).`
}

/** Nobody paid for LLM calls for longer than this in one log: a date in it is wrong, and makes every rate too small. */
const LONG_WATCH_YEARS = 5
const longWatch = ({ workload: { watchedHours } }: Comparison): string => {
  const years = watchedHours / 8760
  return years < LONG_WATCH_YEARS
    ? ''
    : `Mind that the rows span ${countText(Math.round(years))} years, so one of their dates is surely wrong: \`breakeven inspect\` shows the first and the last.`
}

/** A watch shorter than this says little of a day. */
const SHORT_WATCH_HOURS = 1
/** The file's last call ends the watch, and the clock's grain is added: the hour itself is no short watch but a coarse clock. */
const shortWatch = ({ workload: { watchedHours, ownRequestsPerDay } }: Comparison): string => {
  if (watchedHours >= SHORT_WATCH_HOURS || ownRequestsPerDay !== undefined) return ''
  const seconds = Math.max(1, Math.round(watchedHours * 3600))
  const span = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  return `Mind that only ${span} were watched and a day is taken as ${countText(24 / watchedHours)} times as much: --requests-per-day N says the volume outright.`
}

/** The answer, sentence by sentence, the verdict first. */
export const answerSentences = (comparison: Comparison): string[] => {
  const [best] = comparison.options
  if (best === undefined) return [nothingPriced(comparison)]
  if (volumeOf(comparison) === 0)
    return [`There is no traffic in what was given: 0 ${unitOf(comparison)} a day, nothing to compare.`]
  return [
    verdict(comparison, best),
    shortWatch(comparison),
    longWatch(comparison),
    saving(comparison, best),
    ...otherWay(comparison, best),
  ]
    .filter((sentence) => sentence !== '')
    .map(clean)
}

/**
 * The answer in a few plain sentences: what to do and what it costs, what it saves against today's bill, what the other
 * way costs, and from which volume on the answer turns around.
 */
export const answerOf = (comparison: Comparison): string => answerSentences(comparison).join(' ')
