import { attributionOf } from '../attribution.ts'
import type { JsonFormat } from '../format.ts'
import { freshOf, usageOf } from '../meters.ts'
import { isObject, listAt, objectAt, textAt, toNumber } from '../text/value.ts'

type What = 'input' | 'output' | 'cacheRead' | 'requests'

/** Counters of the engines; `_sum` and `_count` of a histogram are counters too. vLLM's prompt tokens include prefix hits. */
const COUNTERS: Readonly<Record<string, What>> = {
  'vllm:prompt_tokens_total': 'input',
  'vllm:prompt_tokens': 'input',
  'vllm:generation_tokens_total': 'output',
  'vllm:generation_tokens': 'output',
  'vllm:prompt_tokens_cached_total': 'cacheRead',
  'vllm:request_success_total': 'requests',
  'vllm:request_success': 'requests',
  tgi_request_input_length_sum: 'input',
  tgi_request_generated_tokens_sum: 'output',
  tgi_request_generated_tokens_count: 'requests',
}

type Interval = { readonly from: number; readonly to: number; readonly sums: Partial<Record<What, number>> }

const seriesOf = (value: unknown): readonly unknown[] => listAt(objectAt(value, 'data'), 'result') ?? []

/** Labels that tell one server from another, and nothing else (a finish reason splits one server's requests). */
const LABELS: readonly string[] = ['job', 'instance', 'pod', 'namespace', 'engine', 'model_name', 'model']
const serverOf = (metric: unknown): string => LABELS.map((label) => textAt(metric, label) ?? '').join('\u0000')

/** Answers of Prometheus' `query_range` for the counters of vLLM or TGI: what each step added, a restart starting from zero. */
export const prometheus: JsonFormat = {
  id: 'prometheus',
  name: 'Prometheus counters of a model server',
  syntax: 'json',
  carries: ['input', 'output', 'counterResets', 'emptyBuckets'],
  recognise: ({ values }) =>
    seriesOf(values[0]).some((series) => COUNTERS[textAt(objectAt(series, 'metric'), '__name__') ?? ''] !== undefined)
      ? 3
      : 0,
  open: (context) => {
    const servers = new Map<
      string,
      { model: string | undefined; intervals: Map<number, Interval>; resets: Set<number> }
    >()
    let entries = 0
    let line = 1
    const addSeries = (series: unknown): void => {
      const metric = objectAt(series, 'metric')
      const what = COUNTERS[textAt(metric, '__name__') ?? '']
      if (what === undefined) {
        entries++
        context.drop('skippedNonLlm', line, 'a series that counts no tokens')
        return
      }
      const key = serverOf(metric)
      let server = servers.get(key)
      if (!server)
        servers.set(
          key,
          (server = {
            model: textAt(metric, 'model_name') ?? textAt(metric, 'model'),
            intervals: new Map(),
            resets: new Set(),
          }),
        )
      let previous: { at: number; count: number } | undefined
      for (const pair of listAt(series, 'values') ?? []) {
        const at = Array.isArray(pair) ? (toNumber(pair[0]) ?? Number.NaN) : Number.NaN
        const count = Array.isArray(pair) ? (toNumber(pair[1]) ?? Number.NaN) : Number.NaN
        if (Number.isNaN(at) || Number.isNaN(count)) {
          entries++
          context.drop('malformedLines', line, 'a sample that is no pair of numbers')
          continue
        }
        if (previous) {
          const isReset = count < previous.count
          if (isReset) server.resets.add(at)
          let interval = server.intervals.get(at)
          if (!interval) server.intervals.set(at, (interval = { from: previous.at, to: at, sums: {} }))
          interval.sums[what] = (interval.sums[what] ?? 0) + (isReset ? count : count - previous.count)
        }
        previous = { at, count }
      }
    }
    return {
      value: (value, at) => {
        line = at
        if (!isObject(value) || seriesOf(value).length === 0) {
          entries++
          context.drop('skippedNonLlm', line, 'an answer without series')
        } else for (const series of seriesOf(value)) addSeries(series)
        // What this answer held is counted when its intervals are known.
        context.expand(0)
      },
      end: () => {
        for (const { model, intervals, resets } of servers.values()) {
          context.count('counterResets', resets.size)
          for (const { from, to, sums } of intervals.values()) {
            entries++
            if ((sums.input ?? 0) + (sums.output ?? 0) === 0) {
              context.drop('emptyBuckets', line)
              continue
            }
            const requests = sums.requests
            context.row(
              {
                kind: 'bucket',
                ...attributionOf({ model, provider: 'self-hosted' }),
                from,
                to,
                ...(requests === undefined ? {} : { requests }),
                usage: usageOf({
                  freshInput: freshOf(sums.input, sums.cacheRead, 0),
                  cacheRead: sums.cacheRead,
                  output: sums.output,
                }),
              },
              line,
            )
          }
        }
        context.expand(entries + 1)
      },
    }
  },
}
