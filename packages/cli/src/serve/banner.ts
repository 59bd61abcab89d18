import type { Task } from '@breakeven/core'

/** What is shown of a model. */
type Shown = {
  /** Absent: any name is taken. */
  readonly name?: string
  readonly about: string
  readonly task: Task
}

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

const bodyFor = ({ name = 'MODEL', task }: Shown): { path: string; body: object } => {
  if (task === 'embed') return { path: '/v1/embeddings', body: { model: name, input: 'Where is my refund?' } }
  if (task === 'classify') return { path: '/v1/classify', body: { model: name, input: 'Where is my refund?' } }
  return {
    path: '/v1/chat/completions',
    body: { model: name, messages: [{ role: 'user', content: 'Hello!' }], stream: true },
  }
}

/** In single quotes, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A key that was made is shown; one that was given is known, and may be on a screen that others see. */
const keyText = ({ key }: Banner): string => (key?.made === true ? key.value : 'YOUR_KEY')

/** A line for the shell that asks the first model. */
export const curlText = (banner: Banner): string => {
  const { url, models, header } = banner
  const [first] = models
  const { path, body } = bodyFor(first ?? { about: '', task: 'generate' })
  const shown = header === 'x-api-key' ? `x-api-key: ${keyText(banner)}` : `Authorization: Bearer ${keyText(banner)}`
  return `curl -N ${url}${path} -H ${quoted(shown)} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))}`
}

const clientText = (banner: Banner): string => {
  const { url, header } = banner
  const key = keyText(banner)
  return header === 'x-api-key'
    ? `OpenAI({ baseURL: '${url}/v1', apiKey: 'unused', defaultHeaders: { 'x-api-key': '${key}' } })`
    : `OpenAI({ baseURL: '${url}/v1', apiKey: '${key}' })`
}

/** What a person sees who starts it: what is served, how to call it, where the calls are written down. */
export const bannerText = (banner: Banner): string => {
  const { title, models, key, ledger } = banner
  const named = models.map(({ name = 'any model', about }) => ({ name, about }))
  const width = Math.max(...named.map(({ name }) => name.length))
  return [
    title,
    ...named.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    '',
    ...(key?.made === true ? [`key, made for this run: ${key.value}`] : []),
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
