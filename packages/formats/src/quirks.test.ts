import { InputError } from '@breakeven/core'
import type { Call, Row } from '@breakeven/core'
import { describe, expect, it } from 'vitest'
import { importReportJson, readUsageStreams, requireTraffic } from './index.ts'
import type { ImportReport, ReadOptions } from './index.ts'

const readAll = async (
  texts: readonly string[],
  options: Partial<ReadOptions> = {},
): Promise<{ report: ImportReport; rows: Row[] }> => {
  const rows: Row[] = []
  const sources = texts.map((text, index) => ({ name: `file ${index + 1}`, stream: new Blob([text]).stream() }))
  return { report: await readUsageStreams(sources, { onRow: (row) => void rows.push(row), ...options }), rows }
}
const lines = (...values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n')
const refusal = async (text: string): Promise<InputError> => {
  const thrown = await readAll([text])
    .then(({ report }) => requireTraffic(report))
    .catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(InputError)
  return thrown as InputError
}

describe("the gateway's ledger", () => {
  const call = (upstream: string, facts: object = {}): object => ({
    ledger: 'breakeven@1',
    id: upstream,
    at: 1_763_900_000,
    endAt: 1_763_900_002,
    status: 'ok',
    task: 'generate',
    model: 'llama-3.1-8b',
    upstream,
    usage: { freshInput: 800, output: 200 },
    ...facts,
  })

  it.each<[string, string | undefined]>([
    ['sagemaker:my-endpoint', 'sagemaker'],
    ['127.0.0.1:11434', 'self-hosted'],
    ['localhost:8000', 'self-hosted'],
    ['[::1]:8000', 'self-hosted'],
    ['10.0.3.7:8000', 'self-hosted'],
    ['172.16.0.1', 'self-hosted'],
    ['172.32.0.1', undefined],
    ['vllm:8000', 'self-hosted'],
    ['gpu.internal:8000', 'self-hosted'],
    // Who that is, nobody can tell from its name alone.
    ['api.example.com', undefined],
    ['10.example.com', undefined],
  ])('what was served at %s was served by %s', async (upstream, provider) => {
    const { rows } = await readAll([lines(call(upstream))])
    expect((rows[0] as Call).provider).toBe(provider)
  })

  it('a provider that is written down is taken at its word', async () => {
    const { rows } = await readAll([lines(call('127.0.0.1:4000', { provider: 'openai' }))])
    expect((rows[0] as Call).provider).toBe('openai')
  })
})

describe('Claude Code', () => {
  const line = (id: string, output: number, extra: object = {}, usage: object = {}): object => ({
    type: 'assistant',
    sessionId: 's',
    uuid: `${id}${output}`,
    parentUuid: null,
    timestamp: '2026-09-14T08:00:00.000Z',
    message: {
      id,
      model: 'claude-sonnet-4-5',
      stop_reason: 'end_turn',
      usage: { input_tokens: 10, output_tokens: output, ...usage },
    },
    ...extra,
  })

  it('counts an answer once, by its last line, in resumed sessions and side chains too', async () => {
    const { report, rows } = await readAll([
      lines(line('a', 1), line('a', 8), line('a', 50)),
      lines(line('a', 50, { isSidechain: true, requestId: 'other' }), line('b', 7)),
    ])
    expect(rows.map((row) => row.usage.output)).toEqual([50, 7])
    expect(report.total).toMatchObject({ lines: 5, rows: 2, duplicates: 3, output: 57 })
  })

  it('keeps written tokens of unknown life apart, and adds them to the five-minute ones', async () => {
    const { report, rows } = await readAll([
      lines(
        line(
          'a',
          5,
          {},
          {
            cache_creation_input_tokens: 1000,
            cache_creation: { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 0 },
          },
        ),
      ),
    ])
    expect(rows[0]?.usage).toEqual({ freshInput: 10, cacheWrite5m: 1000, cacheWrite1h: 0, output: 5 })
    expect(report.total).toMatchObject({ cacheWrite: 1000, cacheWrite5m: 600, cacheWriteUnsplit: 400 })
  })

  it('takes a local error for an error and a cut line for a cut line', async () => {
    const synthetic = {
      ...line('x', 0),
      message: { id: 'x', model: '<synthetic>', usage: { input_tokens: 0, output_tokens: 0 } },
    }
    const { report } = await readAll([`${lines(line('a', 5), synthetic)}\n{"type":"assistant","mess`])
    expect(report.total).toMatchObject({ requests: 1, errors: 1, malformedLines: 1 })
  })
})

describe('Codex', () => {
  const total = (n: number): object => ({
    input_tokens: n,
    cached_input_tokens: 0,
    output_tokens: n,
    reasoning_output_tokens: 0,
    total_tokens: 2 * n,
  })
  const event = (n: number): object => ({
    timestamp: '2026-09-14T08:00:00Z',
    type: 'event_msg',
    payload: { type: 'token_count', info: { total_token_usage: total(n), last_token_usage: total(100) } },
  })
  const meta = (id: string, parent?: string): object => ({
    timestamp: '2026-09-14T08:00:00Z',
    type: 'session_meta',
    payload: { id, ...(parent === undefined ? {} : { forked_from_id: parent }) },
  })

  it('does not count what is sent again, nor what a fork replays, whichever file comes first', async () => {
    const parent = lines(meta('p'), event(100), event(100), event(200))
    const fork = lines(meta('f', 'p'), event(100), event(200), event(300))
    for (const files of [
      [parent, fork],
      [fork, parent],
    ]) {
      const { report } = await readAll(files)
      expect(report.total).toMatchObject({ requests: 3, input: 300, duplicates: 1, replayed: 2 })
    }
  })
})

describe('OpenTelemetry', () => {
  const attributes = (values: Readonly<Record<string, string>>): object[] =>
    Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const span = (spanId: string, parentSpanId: string, values: Readonly<Record<string, string>>): string =>
    JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 't',
                  spanId,
                  parentSpanId,
                  startTimeUnixNano: '1789372800000000001',
                  attributes: attributes(values),
                },
              ],
            },
          ],
        },
      ],
    })
  const usage = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': '10',
    'gen_ai.usage.output_tokens': '2',
  }

  it('counts the innermost span that carries usage, through spans that carry none, in any order', async () => {
    const { report } = await readAll([
      lines(span('c', 'b', usage), span('a', '', usage)),
      span('b', 'a', { 'gen_ai.operation.name': 'execute_tool' }),
    ])
    expect(report.total).toMatchObject({ lines: 3, requests: 1, input: 10, overlapParents: 1, skippedNonLlm: 1 })
  })

  it('drops the span that an exporter sent twice', async () => {
    const { report } = await readAll([lines(span('a', '', usage), span('a', '', usage))])
    expect(report.total).toMatchObject({ requests: 1, duplicates: 1 })
  })
})

describe('gateways', () => {
  const row = (id: string, prompt: number, hit: string, metadata: object, status = 'success'): object => ({
    request_id: id,
    call_type: 'acompletion',
    spend: 0,
    startTime: '2026-09-14T08:00:00Z',
    endTime: '2026-09-14T08:00:01Z',
    model: 'm',
    prompt_tokens: prompt,
    completion_tokens: prompt === 0 ? 0 : 5,
    cache_hit: hit,
    metadata,
    status,
  })

  it('LiteLLM: cache hits are no calls, failures no traffic, a client that hangs up is an abort', async () => {
    const { report } = await readAll([
      JSON.stringify([
        row('a', 100, 'False', {}),
        row('a_cache_hit1', 100, 'True', {}),
        row('b', 0, 'None', {}, 'failure'),
        row('c', 20, 'False', { error_information: { error_code: '499' } }),
        row('a', 100, 'False', {}),
      ]),
    ])
    expect(report.total).toMatchObject({
      lines: 5,
      requests: 2,
      input: 120,
      aborted: 1,
      errors: 1,
      gatewayCacheHits: 1,
      duplicates: 1,
      naivePromptTokensSum: 320,
    })
  })

  it('LiteLLM: a prompt below its cached part was written without it', async () => {
    const { rows } = await readAll([
      JSON.stringify([
        row('a', 33, 'False', { usage_object: { cache_creation_input_tokens: 1300 } }),
        row('b', 3300, 'False', { usage_object: { cache_read_input_tokens: 3000 } }),
      ]),
    ])
    expect(rows.map(({ usage }) => usage.freshInput)).toEqual([33, 300])
  })

  it('Langfuse: inclusive details show by their total', async () => {
    const observation = {
      id: 'o',
      traceId: 't',
      type: 'GENERATION',
      startTime: '2026-09-14 08:00:00.000000',
      usageDetails: { input: 5000, input_cached_tokens: 4096, output: 10, total: 5010 },
    }
    expect((await readAll([JSON.stringify(observation)])).rows[0]?.usage).toEqual({
      freshInput: 904,
      cacheRead: 4096,
      output: 10,
    })
  })

  it('Azure API Management: zeros of an unmetered stream are no count', async () => {
    const { report } = await readAll([
      'CorrelationId,SequenceNumber,TimeGenerated,PromptTokens,CompletionTokens\na,0,2026-09-14T08:00:00Z,0,0\nb,0,2026-09-14T08:00:00Z,7,3\n',
    ])
    expect(report.total).toMatchObject({ requests: 1, missingUsage: 1, input: 7 })
  })
})

describe('exports of sums', () => {
  const header =
    'start_time,end_time,start_time_iso,end_time_iso,num_model_requests,model,batch,input_tokens,output_tokens,input_cached_tokens'
  it('OpenAI: two rows with the same keys are two parts of one sum', async () => {
    const row = '1789372800,1789372860,,,8.0,gpt-4o,False,100.0,10.0,0.0'
    const { report } = await readAll([`${header}\n${row}\n${row}\n`])
    expect(report.total).toMatchObject({ requests: 16, input: 200, duplicates: null })
  })

  it('OpenAI: an organisation without traffic gets four columns', async () => {
    const { report } = await readAll(['start_time,end_time,start_time_iso,end_time_iso\n1789372800,1789459200,a,b\n'])
    expect(report.total).toMatchObject({ requests: 0, input: 0, emptyBuckets: 1 })
  })

  it('OpenAI: batch rows say so', async () => {
    const { rows, report } = await readAll([`${header}\n1789372800,1789372860,,,1,gpt-4o,TRUE,4500000000,10,0\n`])
    expect(rows[0]?.tier).toBe('batch')
    expect(report.total.batchInput).toBe(4_500_000_000)
  })

  it('Anthropic: the same row again is an overlap, a repeated header is none', async () => {
    const head =
      'usage_date_utc,model_version,workspace,usage_type,usage_input_tokens_no_cache,usage_input_tokens_cache_write,usage_input_tokens_cache_read,usage_output_tokens'
    const row = '2025-02-01T00:00:00.000Z,claude-3-5-sonnet,Default,standard,1000,10,500,100'
    const { report, rows } = await readAll([lines(head, row, head, row)])
    expect(report.total).toMatchObject({
      lines: 3,
      rows: 1,
      requests: null,
      duplicates: 1,
      repeatedHeaders: 1,
      uncached: 1000,
      input: 1510,
    })
    expect(rows[0]).toMatchObject({ kind: 'bucket', from: 1_738_368_000, to: 1_738_454_400 })
  })

  it('a page of several says that the rest is missing', async () => {
    const { report } = await readAll([
      JSON.stringify({
        object: 'page',
        has_more: true,
        data: [
          {
            object: 'bucket',
            start_time: 1789372800,
            end_time: 1789372860,
            results: [{ input_tokens: 5, output_tokens: 1, num_model_requests: 1 }],
          },
        ],
      }),
    ])
    expect(report.incompletePage).toBe(true)
    expect(report.issues[0]?.message).toContain('has_more')
  })
})

describe('answers', () => {
  it('Gemini: thoughts are output beside candidates, tool prompts input beside the prompt', async () => {
    const answer = {
      modelVersion: 'gemini-2.5-flash',
      createTime: '2026-09-14T08:00:00Z',
      usageMetadata: {
        promptTokenCount: 100,
        toolUsePromptTokenCount: 20,
        cachedContentTokenCount: 50,
        candidatesTokenCount: 10,
        thoughtsTokenCount: 30,
      },
    }
    const { rows, report } = await readAll([JSON.stringify(answer)])
    expect(rows[0]).toMatchObject({ provider: 'google', usage: { freshInput: 70, cacheRead: 50, output: 40 } })
    expect(report.total.reasoning).toBe(30)
  })

  it('Ollama leaves out a prompt count of zero: then it is unknown', async () => {
    const { rows, report } = await readAll([
      lines({
        model: 'llama3.3',
        created_at: '2026-09-14T08:00:00-07:00',
        done: true,
        total_duration: 2e9,
        eval_count: 20,
      }),
    ])
    expect(rows[0]).toMatchObject({ at: 1_789_398_000, endAt: 1_789_398_002, usage: { output: 20 } })
    expect(report.total).toMatchObject({ requests: 1, inputUnknownRows: 1 })
  })

  it('a time that a logger wrote beside an answer is that of the call, whatever the usual names', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 1 }
    const { rows } = await readAll([
      lines({ ts: 1_789_372_800, usage }, { start_time: '2026-09-14T08:00:01Z', response: { model: 'm', usage } }),
    ])
    expect(rows.map((row) => row.kind === 'call' && row.at)).toEqual([1_789_372_800, 1_789_372_801])
  })

  it('a status that a logger wrote beside an answer is that of the call', async () => {
    const log = (status: unknown): object => ({
      timestamp: '2026-09-14T08:00:00Z',
      model: 'm',
      status,
      usage: { prompt_tokens: 5, completion_tokens: 1 },
    })
    const { rows } = await readAll([lines(log(200), log(429), log('499'), log('completed'), log(undefined))])
    expect(rows.map((row) => row.kind === 'call' && row.status)).toEqual(['ok', 'error', 'aborted', 'ok', 'ok'])
  })

  it('an error without a time stands at the answer before it', async () => {
    const { rows } = await readAll([
      lines(
        {
          object: 'chat.completion',
          created: 1789372800,
          model: 'm',
          usage: { prompt_tokens: 5, completion_tokens: 1 },
        },
        { error: { message: 'no' } },
      ),
    ])
    expect(rows.map((row) => row.kind === 'call' && [row.at, row.status])).toEqual([
      [1789372800, 'ok'],
      [1789372800, 'error'],
    ])
  })
})

describe('recognised and impossible', () => {
  it('Azure RequestResponse has arrivals to the tick, and says what has tokens', async () => {
    const text =
      '{"time":"2026-09-14T08:00:00Z","category":"RequestResponse","resultSignature":"200","properties":{"requestTime":639249696000000001,"responseTime":639249696014600001,"modelName":"gpt-4o"}}'
    const { report, rows } = await readAll([text])
    expect(report.total).toMatchObject({ requests: 1, input: null, output: null })
    expect(importReportJson(report).files).toMatchObject([{ firstRequestTimeTicks: '639249696000000001' }])
    const call = rows[0] as Call
    expect((call.endAt ?? 0) - call.at).toBeCloseTo(1.46, 5)
    expect((await refusal(text)).hint).toContain('ApiManagementGatewayLlmLog')
  })

  it.each([
    ['OpenAI costs', 'start_time,end_time,amount_value,amount_currency,line_item\n1,2,0.5,usd,x\n'],
    ['Anthropic costs', 'usage_date_utc,model,token_type,cost_usd\n2025-01-01,Claude,output,1\n'],
    ['ShareGPT', '[{"id":"a","conversations":[{"from":"human","value":"hi"}]}]'],
    [
      'Anthropic batch results',
      '{"custom_id":"a","result":{"type":"succeeded","message":{"usage":{"input_tokens":1}}}}\n',
    ],
  ])('%s', async (_, text) => {
    expect(await refusal(text)).toMatchObject({ place: { line: 1 }, hint: expect.stringContaining('xport') as string })
  })

  it.each([
    ['zip', 'PK\u0003\u0004rest'],
    ['SQLite', 'SQLite format 3\u0000'],
    ['prose', 'Dear all,\nplease find attached\n'],
    ['numbers', '1,2,3\n4,5,6\n'],
    ['JSON of something else', '{"name":"breakeven","version":"1"}'],
    ['broken JSON', '{"a":'],
  ])('%s is no usage file', async (_, text) => {
    expect((await refusal(text)).place.file).toBe('file 1')
  })
})

describe('the clock', () => {
  const table = (times: readonly (number | string)[]): string =>
    lines('time,input,output', ...times.map((time) => `${time},5,1`))
  it('is as fine as the finest time', async () => {
    const at = (times: readonly (number | string)[]): Promise<number | undefined> =>
      readAll([table(times)]).then(({ report }) => report.grainSeconds)
    expect(await at(['2026-09-14T08:00:00Z', '2026-09-14T08:01:30Z'])).toBe(1)
    expect(await at(['2026-09-14T08:00:00.250Z', '2026-09-14T08:01:30Z'])).toBe(0.001)
    // A hundred rows, all on the minute: a clock of minutes.
    expect(await at(Array.from({ length: 100 }, (_, i) => 1_789_372_800 + 60 * i))).toBe(60)
  })

  it('is as coarse as its ticks where many calls share each', async () => {
    // Ten calls to each tick of about 3 s, written in milliseconds.
    const times = Array.from({ length: 200 }, (_, i) => (1_789_372_800_000 + Math.floor(i / 10) * 3001).toString())
    expect((await readAll([table(times)])).report.grainSeconds).toBeCloseTo(3.001, 3)
  })

  it('of a trace and that of a log do not mix', async () => {
    const { report } = await readAll([table([0, 10]), table([1_789_372_800])])
    expect(() => requireTraffic(report)).toThrow('Its times count from the start of the trace')
  })

  it('of a trace counts from the moment that the caller gives', async () => {
    const { rows, report } = await readAll([table([0, 10])], { relativeTo: 1_789_372_800 })
    expect(rows.map((row) => row.kind === 'call' && row.at)).toEqual([1_789_372_800, 1_789_372_810])
    expect(report.files[0]?.isRelative).toBe(true)
  })
})

describe('tables of your own', () => {
  it.each(['cached_prompt_tokens', 'prompt_cache_hit_tokens', 'cached_input_tokens'])(
    '%s is the cached part of the input',
    async (name) => {
      const { rows } = await readAll([`ts,prompt_tokens,completion_tokens,${name}\n1789372800,100,5,60\n`])
      expect(rows[0]?.usage).toEqual({ freshInput: 40, cacheRead: 60, output: 5 })
    },
  )

  it('a yes or no is no count, in a table and in JSON, and a column that may be one is named', async () => {
    const table = await readAll([
      'ts,prompt_tokens,completion_tokens,cached,odd_tokens,note\n1789372800,100,5,True,9,x\n',
    ])
    const json = await readAll([
      lines({ ts: 1_789_372_800, prompt_tokens: 100, completion_tokens: 5, cached: false, odd_tokens: 9, note: 'x' }),
    ])
    for (const { rows, report } of [table, json]) {
      expect(rows[0]?.usage).toEqual({ freshInput: 100, output: 5 })
      expect(report.files[0]?.unusedColumns).toEqual(['cached', 'odd_tokens', 'note'])
      expect(report.issues.map(({ message }) => message)).toEqual([
        'Not used, though they may be token counts: odd_tokens. --map says what a column is, for instance --map cacheRead=odd_tokens.',
      ])
    }
  })

  it('a negative, absurd or unreadable count drops its row, with line and reason, and the others count', async () => {
    const row = (input: string, output = '5'): string => `1789372800,${input},${output}`
    const { report } = await readAll([
      lines(
        'ts,input,output',
        row('100'),
        row('-1'),
        row('9999999999999'),
        row('many'),
        row('7', 'NaN'),
        row('5e15'),
        row('8'),
      ),
    ])
    expect(report.total).toMatchObject({ lines: 7, rows: 2, malformedLines: 5, input: 108, output: 10 })
    const told = report.issues.filter(({ kind }) => kind !== undefined)
    expect(told.map(({ message, lines: at }) => [/a [a-z ]+n[a-z ]+|more [a-z ]+/.exec(message)?.[0], at])).toEqual([
      ['a negative number of tokens', '3'],
      ['more tokens than one call can have', '4, 7'],
      ['a token count is no number', '5–6'],
    ])
  })
})
