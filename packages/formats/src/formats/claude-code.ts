import { callOf, tierOf } from '../attribution.ts'
import type { JsonFormat } from '../format.ts'
import { anthropicUsage } from '../response.ts'
import { isObject, numberAt, objectAt, textAt, toTime } from '../text/value.ts'
import type { Json } from '../text/value.ts'

const baseName = (path: string | undefined): string | undefined => path?.split(/[/\\]/).findLast((part) => part !== '')

const isOwnLine = (value: unknown): boolean =>
  isObject(value) &&
  (('sessionId' in value && 'uuid' in value && 'parentUuid' in value) ||
    (value.type === 'assistant' && objectAt(objectAt(value, 'message'), 'usage') !== undefined && 'timestamp' in value))

/** Ranks the lines of one answer: the last to be written has the most output; a replay in a side chain yields to the original. */
const rankOf = (line: Json, usage: unknown): number =>
  (numberAt(usage, 'output_tokens') ?? 0) * 2 + (line.isSidechain === true ? 0 : 1)

/**
 * Session files of Claude Code. One answer is one to four lines, again in resumed sessions and side chains:
 * `message.id` counts once, by its most complete line.
 */
export const claudeCode: JsonFormat = {
  id: 'claude-code',
  name: 'Claude Code sessions',
  syntax: 'json',
  carries: [
    'requests',
    'input',
    'output',
    'cacheRead',
    'cacheWrite',
    'cacheWrite5m',
    'cacheWrite1h',
    'aborted',
    'errors',
    'duplicates',
    'skippedNonLlm',
  ],
  recognise: ({ values }) => (values.some(isOwnLine) ? 3 : 0),
  open: (context) => {
    let sawStop = false
    let folder: string | undefined
    let project: string | undefined
    /** All lines of a session come from one folder, or nearly. */
    const projectOf = (cwd: string | undefined): string | undefined => {
      if (cwd !== folder) {
        folder = cwd
        project = baseName(cwd)
      }
      return project
    }
    return {
      value: (value, line) => {
        const message = objectAt(value, 'message')
        const usage = objectAt(message, 'usage')
        if (!isObject(value) || value.type !== 'assistant' || !message || !usage) {
          context.drop('skippedNonLlm', line, 'no answer of a model')
          return
        }
        const at = toTime(value.timestamp)
        const model = textAt(message, 'model')
        if (model === '<synthetic>' || value.isApiErrorMessage === true) {
          context.row(callOf({ at, status: 'error', provider: 'anthropic', usage: {} }), line)
          return
        }
        const stop = textAt(message, 'stop_reason')
        sawStop ||= stop !== undefined
        const read = anthropicUsage(usage)
        const row = callOf({
          at,
          status: sawStop && stop === undefined ? 'aborted' : 'ok',
          model,
          provider: 'anthropic',
          project: projectOf(textAt(value, 'cwd')),
          tier: tierOf(textAt(usage, 'service_tier')),
          usage: read.usage,
        })
        const id = textAt(message, 'id') ?? textAt(value, 'requestId') ?? textAt(value, 'uuid')
        if (id === undefined) context.row(row, line, read.extra)
        else context.defer(id, rankOf(value, usage), row, line, read.extra)
      },
    }
  },
}
