import type { Task } from '@breakeven/core'

/** What is shown of a model. */
type Shown = { readonly name: string; readonly about: string; readonly task: Task }

export type Banner = {
  readonly url: string
  readonly title: string
  readonly models: readonly Shown[]
  /** Absent: callers show one that the configuration has. */
  readonly key?: { readonly value: string; readonly made: boolean }
  /** How the key is shown: API Gateway's header, or OpenAI's. */
  readonly header: 'x-api-key' | 'authorization'
  readonly ledger: string
}

const bodyFor = ({ name, task }: Shown): { path: string; body: object } => {
  if (task === 'embed') return { path: '/v1/embeddings', body: { model: name, input: 'Where is my refund?' } }
  if (task === 'classify') return { path: '/v1/classify', body: { model: name, input: 'Where is my refund?' } }
  return {
    path: '/v1/chat/completions',
    body: { model: name, messages: [{ role: 'user', content: 'Hello!' }], stream: true },
  }
}

/** In single quotes, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A line for the shell that asks the first model. */
export const curlText = ({ url, models: [first], key, header }: Banner): string => {
  const { path, body } = bodyFor(first ?? { name: 'MODEL', about: '', task: 'generate' })
  const shown =
    header === 'x-api-key' ? `x-api-key: ${key?.value ?? 'KEY'}` : `Authorization: Bearer ${key?.value ?? 'KEY'}`
  return `curl -N ${url}${path} -H ${quoted(shown)} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`
}

const clientText = ({ url, key, header }: Banner): string => {
  const value = key?.value ?? 'KEY'
  return header === 'x-api-key'
    ? `OpenAI({ baseURL: '${url}/v1', apiKey: 'unused', defaultHeaders: { 'x-api-key': '${value}' } })`
    : `OpenAI({ baseURL: '${url}/v1', apiKey: '${value}' })`
}

/** What a person sees who starts it: what is served, how to call it, where the calls are written down. */
export const bannerText = (banner: Banner): string => {
  const { title, models, key, ledger } = banner
  const width = Math.max(...models.map(({ name }) => name.length))
  return [
    title,
    ...models.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    '',
    ...(key?.made === true ? [`key, shown this once: ${key.value}`] : []),
    `calls are written to ${ledger === '-' ? 'standard output' : ledger}`,
    '',
    'Try:',
    `  ${curlText(banner)}`,
    `or  new ${clientText(banner)}`,
    '',
    'Ctrl-C ends it.',
    '',
  ].join('\n')
}
