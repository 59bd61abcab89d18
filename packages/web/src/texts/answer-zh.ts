import type { Comparison, PricedOption } from '@breakeven/core'
import { sideStretches } from '@breakeven/report'
import type { Figures } from './figures.ts'

type Say = (sentence: string) => string

const isRun = ({ kind }: PricedOption): boolean => kind === 'hosted' || kind === 'hybrid'
const WAYS = { api: '租用', hosted: '自建', hybrid: '混合', asIs: '沿用' } as const

const nameOf = ({ kind, label }: PricedOption, say: Say): string => (kind === 'asIs' ? '现在所用的模型' : say(label))

const verdictOf = (comparison: Comparison, best: PricedOption, { usd }: Figures, say: Say): string => {
  const least = comparison.workload.rowsWithoutUsage > 0 ? '至少' : ''
  const price = `每天${least} ${usd(best.usdPerDay)}`
  if (best.kind === 'asIs') return `保持现状：${price}，已是最低。`
  return best.kind === 'hybrid'
    ? `混合（${say(best.label)}）：${price}。`
    : `${WAYS[best.kind]} ${say(best.label)}：${price}。`
}

/** A watch of less than an hour says little of a day. */
const shortWatch = ({ workload: { watchedHours, ownRequestsPerDay } }: Comparison, { count }: Figures): string => {
  if (watchedHours >= 1 || ownRequestsPerDay !== undefined) return ''
  const seconds = Math.max(1, Math.round(watchedHours * 3600))
  const span = seconds < 120 ? `${seconds} 秒` : `${Math.round(seconds / 60)} 分钟`
  return `请注意：记录只有 ${span}，一天按其 ${count(24 / watchedHours)} 倍计；可直接填写每天的请求数。`
}

const savingOf = (comparison: Comparison, best: PricedOption, { usd, percent }: Figures): string => {
  const today = comparison.options.find(({ kind }) => kind === 'asIs')
  if (today === undefined || today === best || today.usdPerDay <= 0) return ''
  const saved = today.usdPerDay - best.usdPerDay
  return `现在的账单是每天 ${usd(today.usdPerDay)}，可省 ${usd(saved)}，即 ${percent(saved / today.usdPerDay)}。`
}

const otherOf = (best: PricedOption, other: PricedOption, { usd, count }: Figures, say: Say): string => {
  const ratio = other.usdPerDay / best.usdPerDay
  const times = Number.isFinite(ratio) && ratio >= 1.05 ? `，是其 ${count(Number(ratio.toPrecision(2)))} 倍` : ''
  const close = best.high >= other.low && best.high > best.low ? '，误差区间重叠，难分高下' : ''
  return `${WAYS[other.kind]} ${nameOf(other, say)} 每天 ${usd(other.usdPerDay)}${times}${close}。`
}

/** Where the other side is the cheapest of all, as ranges of volume. */
const turningOf = (comparison: Comparison, best: PricedOption, { count }: Figures): string => {
  const { axis, horizonPerDay, breakeven } = comparison
  const unit = axis === 'requestsPerDay' ? '次请求' : '个 token'
  const ranges = sideStretches(comparison, breakeven).filter(({ side }) => (side === 'rent') === isRun(best))
  const way = isRun(best) ? '租用' : '自建'
  const [first] = ranges
  const final = ranges.at(-1)
  if (first === undefined || final === undefined)
    return `没有平衡点：直到每天 ${count(horizonPerDay)} ${unit}，${way}都不会更便宜。`
  if (ranges.length > 1)
    return `从每天 ${count(first.from)} ${unit}起，${way}有时更便宜${final.to === undefined ? `；从 ${count(final.from)} 起一直更便宜` : ''}。`
  if (first.to === undefined) return `从每天 ${count(first.from)} ${unit}起，${way}更便宜。`
  return first.from === 0
    ? `低于每天 ${count(first.to)} ${unit}时，${way}更便宜。`
    : `每天 ${count(first.from)} 到 ${count(first.to)} ${unit}之间，${way}更便宜。`
}

/** The answer in Chinese, in the order of the English one: what to do, what it saves, what the other way costs, where it turns. */
export const answerZh = (comparison: Comparison, figures: Figures, say: Say): readonly string[] => {
  const [best] = comparison.options
  if (best === undefined) return [`${figures.count(comparison.considered)} 个选项都无法定价。`]
  const others = best.kind === 'hybrid' ? (['rent', 'run'] as const) : ([isRun(best) ? 'rent' : 'run'] as const)
  const cheapest = others.flatMap(
    (side) =>
      comparison.options.find(
        (option) => option !== best && option.kind !== 'hybrid' && isRun(option) === (side === 'run'),
      ) ?? [],
  )
  return [
    verdictOf(comparison, best, figures, say),
    shortWatch(comparison, figures),
    savingOf(comparison, best, figures),
    ...cheapest.map((other) => otherOf(best, other, figures, say)),
    turningOf(comparison, best, figures),
  ].filter((sentence) => sentence !== '')
}
