import { callOf } from '../attribution.ts'
import { freshOf, usageOf } from '../meters.ts'
import { asTableAndJson } from '../record.ts'
import type { TableAndJson } from '../record.ts'

/** OpenRouter's activity export: a row a call, newest first, times without a zone (UTC). */
export const openRouter: TableAndJson = asTableAndJson({
  id: 'openrouter',
  name: 'OpenRouter activity',
  carries: ['requests', 'input', 'output', 'cacheRead', 'reasoning', 'aborted', 'duplicates'],
  recognise: (names) =>
    ['generation_id', 'tokens_prompt', 'tokens_completion', 'model_permaslug'].every((name) => names.has(name)) ? 3 : 0,
  open: (context) => ({
    record: (fields, line) => {
      const id = fields.text('generation_id')
      if (id !== undefined && context.seen(id)) {
        context.drop('duplicates', line, 'the same generation again')
        return
      }
      const at = fields.time('created_at')
      const cacheRead = fields.number('tokens_cached')
      const slug = fields.text('model_permaslug')
      const milliseconds = fields.number('generation_time_ms')
      context.row(
        callOf({
          at,
          endAt: milliseconds === undefined ? undefined : at + milliseconds / 1000,
          status: /^true$/i.test(fields.text('cancelled') ?? '') ? 'aborted' : 'ok',
          model: slug !== undefined && fields.text('variant') === 'free' ? `${slug}:free` : slug,
          provider: 'openrouter',
          project: fields.text('app_name'),
          usage: usageOf({
            freshInput: freshOf(fields.number('tokens_prompt'), cacheRead, 0),
            cacheRead,
            output: fields.number('tokens_completion'),
          }),
        }),
        line,
        { reasoning: fields.number('tokens_reasoning') },
      )
    },
  }),
})
