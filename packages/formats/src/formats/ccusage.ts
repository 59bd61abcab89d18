import { SECONDS_PER_DAY } from '@breakeven/core'
import { attributionOf } from '../attribution.ts'
import type { JsonFormat } from '../format.ts'
import { usageOf } from '../meters.ts'
import { isObject, listAt, numberAt, textAt, toTime } from '../text/value.ts'

const isDay = (value: unknown): boolean => isObject(value) && 'date' in value && 'cacheReadTokens' in value

/** `ccusage daily --json`: a day and model of coding agents, cached tokens beside input. */
export const ccusage: JsonFormat = {
  id: 'ccusage',
  name: 'ccusage daily report',
  syntax: 'json',
  carries: ['input', 'uncached', 'output', 'cacheRead', 'cacheWrite'],
  recognise: ({ values }) => (listAt(values[0], 'daily')?.some(isDay) === true ? 3 : 0),
  open: (context) => ({
    value: (value, line) => {
      const days = listAt(value, 'daily') ?? []
      context.expand(days.length)
      for (const day of days) {
        const from = toTime(isObject(day) ? day.date : undefined)
        const breakdown = listAt(day, 'modelBreakdowns') ?? []
        const parts = breakdown.length > 0 ? breakdown : [day]
        context.expand(parts.length)
        for (const part of parts) {
          const written = numberAt(part, 'cacheCreationTokens')
          context.row(
            {
              kind: 'bucket',
              ...attributionOf({ model: textAt(part, 'modelName'), project: textAt(day, 'project') }),
              from,
              to: from + SECONDS_PER_DAY,
              usage: usageOf({
                freshInput: numberAt(part, 'inputTokens'),
                cacheRead: numberAt(part, 'cacheReadTokens'),
                cacheWrite5m: written,
                output: numberAt(part, 'outputTokens'),
              }),
            },
            line,
            { unsplitWrite: written },
          )
        }
      }
    },
  }),
}
