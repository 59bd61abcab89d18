import type { Comparison, PricedOption } from '@breakeven/core'
import { countText, usdText } from '@breakeven/report'

const isRun = ({ kind }: PricedOption): boolean => kind === 'hosted' || kind === 'hybrid'

const nameOf = ({ kind, label }: PricedOption): string => (kind === 'asIs' ? '现在所用的模型' : label)

const verdictOf = (best: PricedOption): string => {
  const price = `每天 ${usdText(best.usdPerDay)}`
  switch (best.kind) {
    case 'asIs':
      return `保持现状：${price}，已是最低。`
    case 'api':
      return `租用 ${best.label}：${price}。`
    case 'hosted':
      return `自建 ${best.label}：${price}。`
    case 'hybrid':
      return `混合（${best.label}）：${price}。`
    default:
      return best.kind satisfies never
  }
}

/** Where the other side is the cheapest of all, as ranges of volume. */
const turningOf = ({ breakeven, options, axis, horizonPerDay }: Comparison, best: PricedOption): string => {
  const unit = axis === 'requestsPerDay' ? '次请求' : '个 token'
  const other = (id: string): boolean => {
    const option = options.find((one) => one.id === id)
    return option !== undefined && isRun(option) !== isRun(best)
  }
  const ranges: { from: number; to: number | undefined }[] = []
  for (const { from, to, cheapest } of breakeven) {
    if (!other(cheapest)) continue
    const last = ranges.at(-1)
    if (last !== undefined && last.to === from) last.to = to
    else ranges.push({ from, to })
  }
  const way = isRun(best) ? '租用' : '自建'
  const [first] = ranges
  if (first === undefined) return `直到每天 ${countText(horizonPerDay)} ${unit}，${way}都不会更便宜。`
  const final = ranges.at(-1)
  if (ranges.length > 1)
    return `${way}从每天 ${countText(first.from)} ${unit}起有时更便宜${final?.to === undefined && final !== undefined ? `，从 ${countText(final.from)} 起一直更便宜` : ''}。`
  if (first.to === undefined) return `从每天 ${countText(first.from)} ${unit}起，${way}更便宜。`
  return first.from === 0
    ? `低于每天 ${countText(first.to)} ${unit}时，${way}更便宜。`
    : `每天 ${countText(first.from)} 到 ${countText(first.to)} ${unit}之间，${way}更便宜。`
}

/** The answer in Chinese, in the order of the English one: what to do, what the other way costs, where it turns. */
export const answerZh = (comparison: Comparison): readonly string[] => {
  const [best] = comparison.options
  if (best === undefined) return [`${countText(comparison.considered)} 个选项都无法定价。`]
  const other = comparison.options.find((option) => isRun(option) !== isRun(best))
  return [
    verdictOf(best),
    ...(other === undefined
      ? []
      : [`${isRun(other) ? '自建' : '租用'} ${nameOf(other)} 每天 ${usdText(other.usdPerDay)}。`]),
    turningOf(comparison, best),
  ]
}
