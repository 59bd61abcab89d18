import type { LedgerEntry } from '@breakeven/gateway'
import { inputTokensOf } from '@breakeven/core'
import { countText, secondsText } from '@breakeven/report'

/** What was served so far, for the summary at the end. */
export type Tally = {
  readonly add: (entry: LedgerEntry) => void
  readonly calls: () => number
  readonly text: () => string
}

const plural = (count: number, one: string, many: string): string => `${countText(count)} ${count === 1 ? one : many}`

export const newTally = (): Tally => {
  let [calls, ok, aborted, failed, input, output] = [0, 0, 0, 0, 0, 0]
  return {
    add: ({ status, usage }) => {
      calls++
      if (status === 'ok') ok++
      else if (status === 'aborted') aborted++
      else failed++
      input += inputTokensOf(usage)
      output += usage.output ?? 0
    },
    calls: () => calls,
    text: () => {
      const parts = [
        ok > 0 ? `${countText(ok)} ok` : '',
        aborted > 0 ? `${countText(aborted)} aborted` : '',
        failed > 0 ? plural(failed, 'error', 'errors') : '',
      ].filter((part) => part !== '')
      return `${plural(calls, 'call', 'calls')}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}, ${countText(input)} tokens in, ${countText(output)} out`
    },
  }
}

/** One call in one line: `200 llama-3.1-8b 13 in, 8 out, first 45 ms, 310 ms`. Encoders give no tokens. */
export const callText = (entry: LedgerEntry): string => {
  const { httpStatus, status, task, model, usage, at, firstAt, endAt, fault } = entry
  const known = usage.freshInput !== undefined || usage.cacheRead !== undefined
  const parts = [
    `${known ? countText(inputTokensOf(usage)) : '?'} in`,
    ...(task === 'generate' ? [`${usage.output === undefined ? '?' : countText(usage.output)} out`] : []),
    ...(firstAt === undefined ? [] : [`first ${secondsText(firstAt - at)}`]),
    secondsText(endAt - at),
  ]
  const ended = status === 'ok' ? '' : ` ${status}${fault === undefined ? '' : `: ${fault}`}`
  return `${httpStatus} ${model} ${parts.join(', ')}${ended}`
}
