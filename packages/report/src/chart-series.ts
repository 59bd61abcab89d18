import type { Comparison, OptionId, PricedOption, Stretch } from '@breakeven/core'
import { nameOf } from './names.ts'
import { optionOf, sideOf, volumeOf } from './side.ts'

/** The volumes that a chart spans. */
export type Span = { readonly from: number; readonly to: number }

const MOST_SERIES = 6
const FEWEST_SERIES = 4
/** A stretch shorter than this share of the axis cannot be seen. */
const VISIBLE_SHARE = 0.02

const finiteEdges = (stretches: readonly Stretch[]): number[] =>
  stretches.flatMap(({ to }) => (to === undefined ? [] : [to]))

/** Edges that a reader wants in sight: where the field changes hands, and where today's bill meets the best run. */
const edgesOf = ({ breakeven, pairs, options }: Comparison): number[] => {
  const field = finiteEdges(breakeven)
  const today = pairs.find(
    ({ rent, run }) => rent === 'as-is' && run === options.find(({ kind }) => kind === 'hosted')?.id,
  )
  const pair = today === undefined ? [] : finiteEdges(today.stretches).slice(0, 1)
  return [...field.slice(0, 3), ...field.slice(-1), ...pair].filter((edge) => edge > 0)
}

const decadeBelow = (value: number): number => 10 ** Math.floor(Math.log10(value) + 1e-9)
const decadeAbove = (value: number): number => 10 ** Math.ceil(Math.log10(value) - 1e-9)

/** Three decades or more around the user's own volume and the break-evens, whole decades at both ends. */
export const spanOf = (comparison: Comparison): Span => {
  const volume = volumeOf(comparison)
  const edges = edgesOf(comparison)
  // Where nothing crosses, the chart goes far enough to see that nothing does.
  const beyond = edges.length > 0 || volume <= 0 ? [] : [Math.min(comparison.horizonPerDay, volume * 100) / 3]
  const seen = [...edges, ...beyond, ...(volume > 0 ? [volume] : [])]
  const around = seen.length > 0 ? seen : [comparison.axis === 'requestsPerDay' ? 1e4 : 1e7]
  const highest = Math.max(comparison.horizonPerDay, volume * 3)
  const to = decadeAbove(Math.min(Math.max(...around) * 3, highest))
  const from = decadeBelow(Math.max(Math.min(...around) / 3, 1))
  return { from: Math.min(from, to / 1000), to }
}

const reaches = ({ from, to = Infinity }: Stretch, span: Span): number =>
  Math.log(Math.min(to, span.to) / Math.max(from, span.from)) / Math.log(span.to / span.from)

/** Those that are the cheapest somewhere in sight, by how much of the axis they win altogether. */
const longestFirst = (breakeven: readonly Stretch[], span: Span): OptionId[] => {
  const shares = new Map<OptionId, number>()
  for (const stretch of breakeven) {
    const share = Math.max(0, reaches(stretch, span))
    shares.set(stretch.cheapest, (shares.get(stretch.cheapest) ?? 0) + share)
  }
  return [...shares]
    .filter(([, share]) => share >= VISIBLE_SHARE)
    .toSorted(([, one], [, other]) => other - one)
    .map(([id]) => id)
}

const modelOf = (option: PricedOption): string => nameOf(option).main.toLowerCase().replace(/^.*\//, '')

const sameCurve = (one: PricedOption, other: PricedOption, span: Span): boolean =>
  [span.from, Math.sqrt(span.from * span.to), span.to].every((volume) => {
    const [a, b] = [one.curve.at(volume), other.curve.at(volume)]
    return Math.abs(a - b) <= 0.005 * Math.max(a, b)
  })

/**
 * Of hundreds of options, the few that tell the story: the recommended one, today's bill, those asked for, those that are
 * the cheapest somewhere in sight, the best of each side, and what fills the chart up to a fair picture.
 * Of options that cost the same everywhere one is shown. Ordered as in the comparison: cheapest first.
 */
export const chooseSeries = (comparison: Comparison, span: Span, show: readonly OptionId[] = []): PricedOption[] => {
  const { options, breakeven } = comparison
  const seen = longestFirst(breakeven, span).map((id) => optionOf(comparison, id))
  const bestOf = (side: ReturnType<typeof sideOf>): PricedOption | undefined =>
    options.find((option) => sideOf(option) === side && option.kind !== 'asIs')
  const wanted = [
    options[0],
    ...show.map((id) => optionOf(comparison, id)),
    options.find(({ kind }) => kind === 'asIs'),
    bestOf('run'),
    ...seen,
    bestOf('rent'),
    bestOf('mix'),
  ]
  const chosen: PricedOption[] = []
  const add = (option: PricedOption | undefined, most: number): void => {
    if (option === undefined || chosen.length >= most || chosen.includes(option)) return
    if (!chosen.some((other) => sameCurve(option, other, span))) chosen.push(option)
  }
  for (const option of wanted) add(option, MOST_SERIES)
  const another = (side: ReturnType<typeof sideOf>): PricedOption | undefined =>
    options.find((option) => sideOf(option) === side && chosen.every((other) => modelOf(other) !== modelOf(option)))
  for (let at = chosen.length; at < FEWEST_SERIES; at++) add(another(at % 2 === 0 ? 'run' : 'rent'), FEWEST_SERIES)
  for (const option of options) add(option, FEWEST_SERIES)
  return options.filter((option) => chosen.includes(option))
}
