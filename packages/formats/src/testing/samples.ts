import { BASE, START, iso } from './traffic.ts'
import type { BaseCall } from './traffic.ts'

/** What a format can say of the traffic; the other counts must be null. */
type Says = 'requests' | 'cacheRead' | 'cacheWrite' | 'reasoning'
export type Sample = { readonly format: string; readonly text: string; readonly says: readonly Says[] }

const lines = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n') + '\n'
const cellText = (value: object | string | number): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)
const cell = (value: unknown): string => {
  const text = value === undefined || value === null ? '' : cellText(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const csv = (rows: readonly Readonly<Record<string, unknown>>[], delimiter = ','): string => {
  const header = Object.keys(rows[0]!)
  return (
    [header.join(delimiter), ...rows.map((row) => header.map((name) => cell(row[name])).join(delimiter))].join('\n') +
    '\n'
  )
}
const plain = (at: number): string => iso(at).replace('T', ' ').replace('Z', '')
const id = (prefix: string, index: number): string => `${prefix}${String(index).padStart(6, '0')}`
const written = (call: BaseCall): number => call.write5m + call.write1h
const fresh = (call: BaseCall): number => call.input - call.cacheRead - written(call)
const map = <T>(make: (call: BaseCall, index: number) => T): T[] => BASE.map(make)

const azureTrace = (): string =>
  csv(map((c) => ({ TIMESTAMP: `${plain(c.at)}0000`, ContextTokens: c.input, GeneratedTokens: c.output })))
    .replaceAll('\n', '\r\n')
    .trimEnd()

const openAiRow = (c: BaseCall): Record<string, unknown> => ({
  start_time: Math.floor(c.at / 60) * 60,
  end_time: Math.floor(c.at / 60) * 60 + 60,
  start_time_iso: iso(Math.floor(c.at / 60) * 60),
  end_time_iso: iso(Math.floor(c.at / 60) * 60 + 60),
  project_id: 'proj_a',
  num_model_requests: '1.0',
  model: c.model,
  batch: 'False',
  service_tier: 'default',
  input_tokens: `${c.input}.0`,
  output_tokens: `${c.output}.0`,
  input_cached_tokens: `${c.cacheRead}.0`,
})

const openAiPage = (): string =>
  JSON.stringify(
    {
      object: 'page',
      has_more: false,
      next_page: null,
      data: [
        { object: 'bucket', start_time: START - 60, end_time: START, results: [] },
        ...map((c) => ({
          object: 'bucket',
          start_time: Math.floor(c.at / 60) * 60,
          end_time: Math.floor(c.at / 60) * 60 + 60,
          results: [
            {
              object: 'organization.usage.completions.result',
              input_tokens: c.input,
              input_cached_tokens: c.cacheRead,
              input_cache_write_tokens: written(c),
              output_tokens: c.output,
              num_model_requests: 1,
              model: c.model,
              batch: null,
            },
          ],
        })),
      ],
    },
    undefined,
    1,
  )

const anthropicUsage = (c: BaseCall): Record<string, unknown> => ({
  input_tokens: fresh(c),
  cache_read_input_tokens: c.cacheRead,
  cache_creation_input_tokens: written(c),
  cache_creation: { ephemeral_5m_input_tokens: c.write5m, ephemeral_1h_input_tokens: c.write1h },
  output_tokens: c.output,
  output_tokens_details: { thinking_tokens: c.reasoning },
})

const anthropicRow = (c: BaseCall, i: number): Record<string, unknown> => ({
  usage_date_utc: iso(c.at).slice(0, 10),
  model_version: c.model,
  api_key: `key ${i}`,
  workspace: 'Default',
  usage_type: 'standard',
  context_window: '≤ 200k',
  usage_input_tokens_no_cache: fresh(c),
  usage_input_tokens_cache_write_5m: c.write5m,
  usage_input_tokens_cache_write_1h: c.write1h,
  usage_input_tokens_cache_read: c.cacheRead,
  usage_output_tokens: c.output,
  web_search_count: 0,
})

const chatUsage = (c: BaseCall): Record<string, unknown> => ({
  prompt_tokens: c.input,
  completion_tokens: c.output,
  total_tokens: c.input + c.output,
  prompt_tokens_details: { cached_tokens: c.cacheRead, cache_write_tokens: written(c) },
  completion_tokens_details: { reasoning_tokens: c.reasoning },
})

const RESPONSE_SHAPES: readonly ((c: BaseCall, i: number) => Record<string, unknown>)[] = [
  (c, i) => ({ id: id('chatcmpl-', i), object: 'chat.completion', created: c.at, model: c.model, usage: chatUsage(c) }),
  (c, i) => ({
    id: id('resp_', i),
    object: 'response',
    created_at: c.at,
    model: c.model,
    usage: {
      input_tokens: c.input,
      input_tokens_details: { cached_tokens: c.cacheRead, cache_write_tokens: written(c) },
      output_tokens: c.output,
      output_tokens_details: { reasoning_tokens: c.reasoning },
    },
  }),
  (c, i) => ({ id: id('msg_', i), type: 'message', model: c.model, usage: anthropicUsage(c), logged_at: iso(c.at) }),
]

const batchLine = (c: BaseCall, i: number): Record<string, unknown> => ({
  id: id('batch_req_', i),
  custom_id: `r${i}`,
  response: {
    status_code: 200,
    body: { id: id('chatcmpl-', i), object: 'chat.completion', created: c.at, model: c.model, usage: chatUsage(c) },
  },
  error: null,
})

const claudeLine = (c: BaseCall, i: number, output: number, stop: string | null): Record<string, unknown> => ({
  parentUuid: null,
  isSidechain: false,
  sessionId: 's1',
  uuid: `${i}/${output}`,
  cwd: '/home/dev/shop',
  type: 'assistant',
  timestamp: iso(c.at),
  requestId: id('req_', i),
  message: {
    id: id('msg_', i),
    type: 'message',
    model: c.model,
    stop_reason: stop,
    usage: { ...anthropicUsage(c), output_tokens: output },
  },
})

const codexLines = (): unknown[] => {
  const total = {
    input_tokens: 0,
    cached_input_tokens: 0,
    output_tokens: 0,
    reasoning_output_tokens: 0,
    total_tokens: 0,
  }
  const events: unknown[] = [
    { timestamp: iso(START), type: 'session_meta', payload: { id: 'session-1', cwd: '/home/dev/shop' } },
  ]
  for (const [i, c] of BASE.entries()) {
    const last = {
      input_tokens: c.input,
      cached_input_tokens: c.cacheRead,
      output_tokens: c.output,
      reasoning_output_tokens: c.reasoning,
      total_tokens: c.input + c.output,
    }
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += last[key]
    const event = {
      timestamp: iso(c.at),
      type: 'event_msg',
      payload: { type: 'token_count', info: { total_token_usage: { ...total }, last_token_usage: last } },
    }
    events.push({ timestamp: iso(c.at), type: 'turn_context', payload: { model: c.model } }, event)
    // Sent again with nothing new, as Codex does.
    if (i % 5 === 0) events.push(event)
  }
  return events
}

const geminiMessage = (c: BaseCall, i: number): Record<string, unknown> => ({
  id: `m${i}`,
  timestamp: iso(c.at),
  type: 'gemini',
  model: c.model,
  tokens: {
    input: c.input,
    output: c.output - c.reasoning,
    cached: c.cacheRead,
    thoughts: c.reasoning,
    tool: 0,
    total: c.input + c.output,
  },
})

const liteLlmRow = (c: BaseCall, i: number): Record<string, unknown> => ({
  request_id: id('chatcmpl-', i),
  call_type: 'acompletion',
  spend: 0.001,
  prompt_tokens: c.input,
  completion_tokens: c.output,
  startTime: plain(c.at),
  endTime: plain(c.at + c.seconds),
  model: c.model,
  custom_llm_provider: 'openai',
  metadata: {
    usage_object: {
      prompt_tokens_details: { cached_tokens: c.cacheRead },
      completion_tokens_details: { reasoning_tokens: c.reasoning },
      cache_read_input_tokens: c.cacheRead,
      cache_creation_input_tokens: written(c),
    },
  },
  cache_hit: 'False',
  team_id: 'team-eu',
  messages: '{"text": "first line\nsecond, with ""quotes"""}',
  status: 'success',
})

const attribute = (key: string, value: string | number): unknown => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
})
const span = (
  spanId: string,
  name: string,
  c: BaseCall,
  attributes: Readonly<Record<string, string | number>>,
  parentSpanId = '',
): unknown => ({
  traceId: 't1',
  spanId,
  parentSpanId,
  name,
  startTimeUnixNano: `${c.at}000000000`,
  endTimeUnixNano: `${Math.round((c.at + c.seconds) * 1000)}000000`,
  attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  status: {},
})
/** One dialect after the other: OpenTelemetry with an agent above, OpenLLMetry, OpenInference, Vercel AI SDK with its parent. */
const DIALECTS: readonly ((c: BaseCall, i: number) => unknown[])[] = [
  (c, i) => [
    span(id('agent', i), 'invoke_agent', c, {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.usage.input_tokens': c.input,
      'gen_ai.usage.output_tokens': c.output,
    }),
    span(
      id('chat', i),
      'chat',
      c,
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.response.model': c.model,
        'gen_ai.usage.input_tokens': c.input,
        'gen_ai.usage.output_tokens': c.output,
        'gen_ai.usage.cache_read.input_tokens': c.cacheRead,
        'gen_ai.usage.cache_creation.input_tokens': written(c),
        'gen_ai.usage.reasoning.output_tokens': c.reasoning,
      },
      id('agent', i),
    ),
  ],
  (c, i) => [
    span(id('ollm', i), 'openai.chat', c, {
      'gen_ai.system': 'OpenAI',
      'gen_ai.request.model': c.model,
      'gen_ai.usage.prompt_tokens': c.input,
      'gen_ai.usage.completion_tokens': c.output,
      'gen_ai.usage.cache_read_input_tokens': c.cacheRead,
      'gen_ai.usage.cache_creation_input_tokens': written(c),
      'gen_ai.usage.reasoning_tokens': c.reasoning,
    }),
  ],
  (c, i) => [
    span(id('oinf', i), 'ChatCompletion', c, {
      'openinference.span.kind': 'LLM',
      'llm.model_name': c.model,
      'llm.token_count.prompt': c.input,
      'llm.token_count.completion': c.output,
      'llm.token_count.prompt_details.cache_read': c.cacheRead,
      'llm.token_count.prompt_details.cache_write': written(c),
      'llm.token_count.completion_details.reasoning': c.reasoning,
    }),
  ],
  (c, i) => [
    span(id('ai', i), 'ai.generateText', c, {
      'ai.operationId': 'ai.generateText',
      'ai.usage.promptTokens': c.input,
      'ai.usage.completionTokens': c.output,
    }),
    span(
      id('do', i),
      'ai.generateText.doGenerate',
      c,
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': c.model,
        'gen_ai.usage.input_tokens': c.input,
        'gen_ai.usage.output_tokens': c.output,
        'ai.usage.cachedInputTokens': c.cacheRead,
        'gen_ai.usage.cache_creation.input_tokens': written(c),
        'ai.usage.reasoningTokens': c.reasoning,
      },
      id('ai', i),
    ),
  ],
]
const otlpLine = (c: BaseCall, i: number): unknown => ({
  resourceSpans: [
    {
      resource: { attributes: [attribute('service.name', 'shop')] },
      scopeSpans: [{ spans: DIALECTS[i % DIALECTS.length]!(c, i) }],
    },
  ],
})

const langfuseRow = (c: BaseCall, i: number): Record<string, unknown> => ({
  id: id('obs', i),
  traceId: 't1',
  startTime: JSON.stringify(iso(c.at)),
  endTime: JSON.stringify(iso(c.at + c.seconds)),
  parentObservationId: 'agent',
  type: 'GENERATION',
  level: 'DEFAULT',
  model: c.model,
  usageDetails: {
    input: fresh(c),
    input_cached_tokens: c.cacheRead,
    cache_creation_input_tokens: written(c),
    output: c.output - c.reasoning,
    output_reasoning_tokens: c.reasoning,
    total: c.input + c.output,
  },
})
/** The agent above repeats the sum of its calls. */
const langfuseAgent = (): Record<string, unknown> => ({
  ...langfuseRow(BASE[0]!, 0),
  id: 'agent',
  parentObservationId: '',
  type: 'AGENT',
  model: '',
  usageDetails: { input: 201_276, output: 6780, total: 208_056 },
})

const openRouterRow = (c: BaseCall, i: number): Record<string, unknown> => ({
  generation_id: id('gen-', i),
  created_at: plain(c.at),
  tokens_prompt: c.input,
  tokens_completion: c.output,
  tokens_reasoning: c.reasoning,
  tokens_cached: c.cacheRead,
  model_permaslug: `maker/${c.model}`,
  variant: 'standard',
  cancelled: 'false',
  generation_time_ms: c.seconds * 1000,
  app_name: 'Shop, "nightly"',
})

const heliconeRow = (c: BaseCall, i: number): Record<string, unknown> => ({
  response_id: id('resp', i),
  response_created_at: iso(c.at + c.seconds),
  response_status: 200,
  request_created_at: iso(c.at),
  request_body: '{""a"":1}',
  model: c.model,
  prompt_tokens: c.input,
  completion_tokens: c.output,
})

const bedrockRecord = (c: BaseCall, i: number): Record<string, unknown> => ({
  timestamp: iso(c.at),
  requestId: id('req', i),
  operation: 'InvokeModel',
  modelId: `arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.${c.model}`,
  input: { inputTokenCount: fresh(c), cacheReadInputTokenCount: c.cacheRead, cacheWriteInputTokenCount: written(c) },
  output: {
    outputTokenCount: c.output,
    outputBodyJson: [{ type: 'message_start', message: { usage: anthropicUsage(c) } }],
  },
  schemaType: 'ModelInvocationLog',
  schemaVersion: '1.0',
})

const apimRows = (c: BaseCall, i: number): Record<string, unknown>[] => {
  const time = new Date(c.at * 1000)
  const us = `9/14/2026, ${time.getUTCHours()}:${String(time.getUTCMinutes()).padStart(2, '0')}:${String(time.getUTCSeconds()).padStart(2, '0')}.000 AM`
  const row = {
    'TimeGenerated [UTC]': us,
    CorrelationId: id('c', i),
    SequenceNumber: 0,
    DeploymentName: 'prod',
    ModelName: c.model,
    PromptTokens: c.input,
    CompletionTokens: c.output,
    RequestMessages: '',
  }
  return [
    {
      ...row,
      SequenceNumber: 1,
      ModelName: '',
      PromptTokens: '',
      CompletionTokens: '',
      RequestMessages: '[{"role":"user"}]',
    },
    row,
  ]
}

const prometheusAnswer = (): string => {
  const values = { input: [[START, '0']] as [number, string][], output: [[START, '0']] as [number, string][] }
  let [input, output] = [0, 0]
  for (let minute = 1; minute <= 30; minute++) {
    const to = START + minute * 60
    for (const c of BASE) {
      if (c.at < to - 60 || c.at >= to) continue
      input += c.input
      output += c.output
    }
    values.input.push([to, String(input)])
    values.output.push([to, String(output)])
    // The server restarts after the tenth minute: its counters begin again.
    if (minute === 10) [input, output] = [0, 0]
  }
  const series = (name: string, list: readonly unknown[]): unknown => ({
    metric: { __name__: name, instance: 'a:8000', model_name: 'llama-3.1-8b' },
    values: list,
  })
  return JSON.stringify({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [series('vllm:prompt_tokens_total', values.input), series('vllm:generation_tokens_total', values.output)],
    },
  })
}

const ccusageReport = (): string =>
  JSON.stringify({
    daily: [
      {
        date: '2026-09-14',
        modelBreakdowns: map((c) => ({
          modelName: c.model,
          inputTokens: fresh(c),
          outputTokens: c.output,
          cacheCreationTokens: written(c),
          cacheReadTokens: c.cacheRead,
        })),
        cacheReadTokens: 162_432,
      },
    ],
  })

const table = (): string =>
  csv(
    map((c) => ({
      'Created At': iso(c.at),
      Model: c.model,
      'Prompt Tokens': c.input.toLocaleString('en-US'),
      'Completion Tokens': c.output,
      'Cached Tokens': c.cacheRead,
      'Cache Write Tokens': written(c),
      'Reasoning Tokens': c.reasoning,
      Status: 200,
    })),
    ',',
  )

const ALL: readonly Says[] = ['requests', 'cacheRead', 'cacheWrite', 'reasoning']

/** The same traffic as each format writes it down. */
const ledgerLines = (): string =>
  lines(
    map((c, index) => ({
      ledger: 'breakeven@1',
      id: id('call-', index),
      at: c.at,
      firstAt: c.at + 0.2,
      endAt: c.at + c.seconds,
      status: 'ok',
      httpStatus: 200,
      task: 'generate',
      model: c.model,
      upstream: '127.0.0.1:8000',
      project: 'team-a',
      streamed: true,
      usage: {
        freshInput: fresh(c),
        cacheRead: c.cacheRead,
        cacheWrite5m: c.write5m,
        cacheWrite1h: c.write1h,
        output: c.output,
      },
      reasoning: c.reasoning,
      requestBytes: 4 * c.input,
      answerBytes: 5 * c.output,
    })),
  )

/** As `aws logs filter-log-events` prints what a Lambda wrote, between its own reports. */
const ledgerEvents = (): string =>
  JSON.stringify({
    events: ledgerLines()
      .trimEnd()
      .split('\n')
      .map((message, index) => ({
        logStreamName: 's',
        timestamp: index,
        message: `${message}\n`,
        eventId: String(index),
      })),
    searchedLogStreams: [],
  })

export const SAMPLES: Readonly<Record<string, Sample>> = {
  table: { format: 'table', says: ALL, text: table() },
  'table of semicolons, BOM, CRLF': {
    format: 'table',
    says: ALL,
    text: `\uFEFF${table()
      .replaceAll(/"(\d+),(\d+)"/g, '$1$2')
      .replaceAll(',', ';')
      .replaceAll('\n', '\r\n')}`,
  },
  'json lines': {
    format: 'table',
    says: ALL,
    text: lines(
      map((c) => ({
        ts: c.at * 1000,
        meta: { model: c.model },
        counts: {
          input_tokens: c.input,
          cached_tokens: c.cacheRead,
          cache_write_tokens: written(c),
          reasoning_tokens: c.reasoning,
          output_tokens: c.output,
        },
        output: 'text',
      })),
    ),
  },
  ledger: { format: 'ledger', says: ALL, text: ledgerLines() },
  'ledger in CloudWatch': { format: 'ledger', says: ALL, text: ledgerEvents() },
  'azure-trace': { format: 'azure-trace', says: ['requests'], text: azureTrace() },
  burstgpt: {
    format: 'burstgpt',
    says: ['requests'],
    text: csv(
      map((c) => ({
        Timestamp: c.at - START,
        Model: 'ChatGPT',
        'Request tokens': c.input,
        'Response tokens': c.output,
        'Total tokens': c.input + c.output,
        'Log Type': 'API log',
      })),
    ),
  },
  mooncake: {
    format: 'mooncake',
    says: ['requests'],
    text: lines(
      map((c, i) => ({
        timestamp: (c.at - START) * 1000,
        input_length: c.input,
        output_length: c.output,
        hash_ids: [i % 4, 100 + i],
      })),
    ),
  },
  'openai-usage csv': {
    format: 'openai-usage',
    says: ['requests', 'cacheRead'],
    text: csv([
      {
        ...openAiRow(BASE[0]!),
        num_model_requests: '',
        model: '',
        input_tokens: '',
        output_tokens: '',
        input_cached_tokens: '',
        project_id: '',
        batch: '',
        service_tier: '',
      },
      ...map(openAiRow),
    ]),
  },
  'openai-usage json': { format: 'openai-usage', says: ['requests', 'cacheRead', 'cacheWrite'], text: openAiPage() },
  'openai-batch': { format: 'openai-batch', says: ALL, text: lines(map(batchLine).toReversed()) },
  responses: {
    format: 'responses',
    says: ALL,
    text: lines(map((c, i) => RESPONSE_SHAPES[i % RESPONSE_SHAPES.length]!(c, i))),
  },
  'anthropic-usage csv': { format: 'anthropic-usage', says: ['cacheRead', 'cacheWrite'], text: csv(map(anthropicRow)) },
  'anthropic-usage json': {
    format: 'anthropic-usage',
    says: ['cacheRead', 'cacheWrite'],
    text: JSON.stringify({
      data: map((c) => ({
        starting_at: iso(Math.floor(c.at / 60) * 60),
        ending_at: iso(Math.floor(c.at / 60) * 60 + 60),
        results: [
          {
            model: c.model,
            uncached_input_tokens: fresh(c),
            cache_read_input_tokens: c.cacheRead,
            cache_creation: { ephemeral_5m_input_tokens: c.write5m, ephemeral_1h_input_tokens: c.write1h },
            output_tokens: c.output,
            service_tier: 'standard',
          },
        ],
      })),
      has_more: false,
    }),
  },
  'claude-code': {
    format: 'claude-code',
    says: ALL,
    text: lines([
      { type: 'summary', summary: 's', leafUuid: 'l' },
      ...BASE.flatMap((c, i) => [claudeLine(c, i, 1, null), claudeLine(c, i, c.output, 'end_turn')]),
    ]),
  },
  codex: { format: 'codex', says: ['requests', 'cacheRead', 'reasoning'], text: lines(codexLines()) },
  'gemini-cli': {
    format: 'gemini-cli',
    says: ['requests', 'cacheRead', 'reasoning'],
    text: JSON.stringify(
      { sessionId: 's1', messages: [{ id: 'u', type: 'user', content: 'x' }, ...map(geminiMessage)] },
      undefined,
      2,
    ),
  },
  aider: {
    format: 'aider',
    says: ['requests'],
    text: lines([
      { event: 'launched', properties: {}, user_id: 'u', time: START },
      ...map((c) => ({
        event: 'message_send',
        properties: { main_model: c.model, prompt_tokens: c.input, completion_tokens: c.output, total_cost: 0.1 },
        user_id: 'u',
        time: c.at,
      })),
    ]),
  },
  ccusage: { format: 'ccusage', says: ['cacheRead', 'cacheWrite'], text: ccusageReport() },
  'litellm csv': { format: 'litellm', says: ALL, text: csv(map(liteLlmRow)) },
  'litellm json': { format: 'litellm', says: ALL, text: JSON.stringify(map(liteLlmRow), undefined, 1) },
  otlp: { format: 'otlp', says: ALL, text: lines(map(otlpLine)) },
  'langfuse csv': { format: 'langfuse', says: ALL, text: csv([...map(langfuseRow), langfuseAgent()]) },
  'langfuse events': {
    format: 'langfuse',
    says: ALL,
    text: lines(map((c, i) => ({ ...langfuseRow(c, i), startTime: plain(c.at), endTime: plain(c.at + c.seconds) }))),
  },
  openrouter: {
    format: 'openrouter',
    says: ['requests', 'cacheRead', 'reasoning'],
    text: csv(map(openRouterRow).toReversed()),
  },
  helicone: { format: 'helicone', says: ['requests'], text: csv(map(heliconeRow)) },
  bedrock: { format: 'bedrock', says: ['requests', 'cacheRead', 'cacheWrite'], text: lines(map(bedrockRecord)) },
  'bedrock cloudwatch': {
    format: 'bedrock',
    says: ['requests', 'cacheRead', 'cacheWrite'],
    text: JSON.stringify(
      { events: map((c, i) => ({ timestamp: c.at * 1000, message: JSON.stringify(bedrockRecord(c, i)) })) },
      undefined,
      1,
    ),
  },
  'azure-apim': { format: 'azure-apim', says: ['requests'], text: `\uFEFF${csv(BASE.flatMap(apimRows))}` },
  prometheus: { format: 'prometheus', says: [], text: prometheusAnswer() },
}
