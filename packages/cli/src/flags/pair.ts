import type { HostChoice, Precision } from '@breakeven/core'
import { InputError } from '@breakeven/core'

export { parseMap } from '@breakeven/core'

const PRECISIONS: readonly Precision[] = ['fp32', 'bf16', 'fp8', 'fp4', 'int8', 'int4']

/** What an option's id says after the machine: `int8`, `tp2`. Engine and purchase are of the whole comparison and stand by. */
const settingOf = (text: string, setting: string): HostChoice => {
  const precision = PRECISIONS.find((known) => known === setting)
  if (precision !== undefined) return { precision }
  const degree = /^tp([1-9]\d*)$/.exec(setting)?.[1]
  if (degree !== undefined) return { tensorParallel: Number(degree) }
  if (/^(?:on-demand|one-year|spot|vllm.*|tgi.*|trt.*|lmdeploy.*|transformers.*|deepspeed.*)$/.test(setting)) return {}
  throw new InputError(`"${text}" says "${setting}" after the machine`, {
    hint: `write a precision there (${PRECISIONS.join(', ')}), a tensor-parallel degree (tp2), or nothing`,
  })
}

/**
 * `llama-3.1-8b@ml.g5.2xlarge`, `llama-3.1-8b` (on any machine) or `@ml.g5.2xlarge` (any model), perhaps with `/int8/tp1`;
 * `hosted:` in front is taken as it is pasted from a result.
 */
export const parseHost = (text: string): HostChoice => {
  const [name = '', ...settings] = text
    .trim()
    .replace(/^hosted:/, '')
    .split('/')
  const [model = '', instance = '', ...rest] = name.split('@')
  if (rest.length > 0 || (model === '' && instance === '')) {
    throw new InputError(`"${text}" does not name a model and a machine`, {
      hint: 'write MODEL@INSTANCE, as in llama-3.1-8b@ml.g5.2xlarge',
    })
  }
  return Object.assign(
    { ...(model === '' ? {} : { model }), ...(instance === '' ? {} : { instance }) },
    ...settings.map((setting) => settingOf(text, setting)),
  ) as HostChoice
}
