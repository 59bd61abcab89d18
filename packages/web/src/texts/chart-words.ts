import type { ChartWords } from '@breakeven/report/chart'
import { ENGLISH } from '@breakeven/report/chart'
import type { Reader } from '../page/context.ts'
import { chartZh } from './zh.ts'

/** The chart's own words in the reader's language: the report writes the English ones. */
export const chartWords = ({
  language,
  texts,
  figures,
}: Pick<Reader, 'language' | 'texts' | 'figures'>): ChartWords => {
  if (language === 'en') return ENGLISH
  const unitOf = (axis: Parameters<ChartWords['volumes']>[0]): string =>
    axis === 'requestsPerDay' ? texts.requests : texts.tokens
  return {
    usdPerDay: chartZh.usdPerDay,
    cheapest: chartZh.cheapest,
    volumes: (axis) => chartZh.volumes(unitOf(axis)),
    subtitle: ({ workload: { meanInput, meanOutput }, on }, short) => {
      if (short) return chartZh.subtitle
      const each =
        meanInput === undefined || meanOutput === undefined
          ? ''
          : chartZh.each(figures.count(meanInput), figures.count(meanOutput))
      return `${chartZh.subtitle}${each}${chartZh.pricesOf(figures.date(on))}`
    },
    becomesCheapest: chartZh.becomesCheapest,
    undercuts: chartZh.undercuts,
    volume: (perDay, axis) => chartZh.volume(perDay, unitOf(axis)),
    others: (side) => chartZh.others[side],
    moreCrossings: (count) => chartZh.moreCrossings(figures.count(count)),
    price: (usd, short) => (short ? usd : chartZh.price(usd)),
    today: chartZh.today,
    todaysModels: texts.todaysModels,
    withOverflow: chartZh.withOverflow,
    count: figures.count,
    compact: figures.compact,
    usd: figures.usd,
    compactUsd: figures.compactUsd,
  }
}
