import type { JsonFormat, JsonHead, TableFormat, TableHead } from '../format.ts'
import { isObject, listAt } from '../text/value.ts'

/** Files that people take for usage and that hold no token counts: recognised, so that we can say what to export. */
type Refusal = { readonly id: string; readonly name: string; readonly instead: string }

const fail = ({ name, instead }: Refusal): Pick<TableFormat, 'open'> => ({
  open: (context) => context.fail(`${name}: this file has no token counts.`, { line: 1, hint: instead }),
})

const refusedTable = (refusal: Refusal, isIt: (head: TableHead) => boolean): TableFormat => ({
  ...refusal,
  ...fail(refusal),
  syntax: 'table',
  carries: [],
  recognise: (head) => (isIt(head) ? 3 : 0),
})
const refusedJson = (refusal: Refusal, isIt: (head: JsonHead) => boolean): JsonFormat => ({
  ...refusal,
  syntax: 'json',
  carries: [],
  recognise: (head) => (isIt(head) ? 3 : 0),
  open: (context) =>
    context.fail(`${refusal.name}: this file has no token counts.`, { line: 1, hint: refusal.instead }),
})

const OPENAI_COSTS: Refusal = {
  id: 'openai-costs',
  name: 'OpenAI cost export',
  instead:
    'It has dollars a day. Export the usage page instead (Usage, Export, one day at a time for minutes): completions_usage_….csv.',
}
const ANTHROPIC_COSTS: Refusal = {
  id: 'anthropic-costs',
  name: 'Anthropic cost export',
  instead:
    'It has dollars a day. Export the tokens instead (Console, Usage, Export): claude_api_tokens_….csv, or the usage report API with bucket_width=1m.',
}
const SHAREGPT: Refusal = {
  id: 'conversations',
  name: 'Conversations (ShareGPT, LMSYS-Chat, WildChat)',
  instead:
    'It has texts, without the times of calls. Export the log of your API or gateway instead, or give the traffic as numbers.',
}
const LITELLM_DAILY: Refusal = {
  id: 'litellm-daily',
  name: 'LiteLLM daily spend',
  instead: '/spend/logs with dates gives sums in dollars. Ask /spend/logs/v2, which gives the requests.',
}

const first = (head: JsonHead): { readonly [key: string]: unknown } => head.values.find(isObject) ?? {}

export const tokenless: readonly (TableFormat | JsonFormat)[] = [
  refusedTable(OPENAI_COSTS, ({ columns }) => columns.includes('amount_value') && columns.includes('line_item')),
  refusedTable(ANTHROPIC_COSTS, ({ columns }) => columns.includes('cost_usd') && columns.includes('token_type')),
  refusedJson(OPENAI_COSTS, (head) =>
    JSON.stringify(listAt(first(head), 'data')?.[0] ?? '').includes('organization.costs.result'),
  ),
  refusedJson(
    ANTHROPIC_COSTS,
    (head) =>
      'starting_at' in (listAt(first(head), 'data')?.find(isObject) ?? {}) &&
      JSON.stringify(listAt(first(head), 'data')?.[0]).includes('"amount"'),
  ),
  refusedJson(SHAREGPT, (head) => {
    const value = first(head)
    return Array.isArray(value.conversations) || (Array.isArray(value.conversation) && !('usage' in value))
  }),
  refusedJson(LITELLM_DAILY, (head) => 'spend' in first(head) && 'models' in first(head) && 'startTime' in first(head)),
]
