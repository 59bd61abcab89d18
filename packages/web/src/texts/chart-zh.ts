import type { Comparison } from '@breakeven/core'
import { countText } from '@breakeven/report'
import type { chartModel } from '@breakeven/report/chart'

type Model = ReturnType<typeof chartModel>

/** The report writes these two sentences beside a crossing; names stay as they are. */
const crossingZh = (text: string): string =>
  text
    .replace(/^today's models/, '现在所用的模型')
    .replace(/^(.+) becomes the cheapest$/, '$1 成为最便宜')
    .replace(/^(.+) undercuts (.+)$/, '$1 低于 $2')
    .replace("today's models", '现在所用的模型')

/** A laid-out chart with its own words in Chinese. Widths stay: Chinese says the same in less room. */
export const chartZh = (model: Model, { axis, workload, on }: Comparison): Model => {
  const unit = axis === 'requestsPerDay' ? '次请求' : '个 token'
  const each =
    workload.meanInput === undefined || workload.meanOutput === undefined
      ? ''
      : `；每次请求输入 ${countText(workload.meanInput)}、输出 ${countText(workload.meanOutput)} token`
  const { volume, keyNote, ...rest } = model
  return {
    ...rest,
    xTitle: rest.xTitle === '' ? '' : `每天，${unit}`,
    yTitle: '美元/天',
    subtitle: { ...rest.subtitle, lines: [`日费用随请求量的变化${each}；${on} 的价格`] },
    crossings: rest.crossings.map((one) => ({ ...one, text: crossingZh(one.text) })),
    ...(volume === undefined
      ? {}
      : { volume: { ...volume, text: volume.text.replace(/^you: ([\d,.]+) .*$/, `您：每天 $1 ${unit}`) } }),
    ...(keyNote === undefined
      ? {}
      : { keyNote: { ...keyNote, text: keyNote.text.replace(/^([\d,]+) .*$/, '另有 $1 个交点离得太近，未编号') } }),
  }
}
