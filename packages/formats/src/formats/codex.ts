import { callOf } from '../attribution.ts'
import type { FileContext, JsonFormat } from '../format.ts'
import { freshOf, usageOf } from '../meters.ts'
import { isObject, numberAt, objectAt, textAt, toTime } from '../text/value.ts'
import type { Json } from '../text/value.ts'

type Turn = {
  readonly line: number
  readonly at: number
  readonly model: string | undefined
  readonly last: Json
  readonly vector: string
}
type Rollout = {
  readonly context: FileContext
  id: string | undefined
  parent: string | undefined
  project: string | undefined
  readonly turns: Turn[]
}

const VECTOR_KEYS: readonly string[] = [
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens',
]
const vectorOf = (usage: Json): string => VECTOR_KEYS.map((key) => numberAt(usage, key) ?? '').join(' ')

const giveTurn = ({ context, project }: Rollout, { line, at, model, last }: Turn): void => {
  const cacheRead = numberAt(last, 'cached_input_tokens')
  const written = numberAt(last, 'cache_write_input_tokens')
  context.row(
    callOf({
      at,
      model,
      provider: 'openai',
      project,
      usage: usageOf({
        freshInput: freshOf(numberAt(last, 'input_tokens'), cacheRead, written),
        cacheRead,
        cacheWrite5m: written,
        output: numberAt(last, 'output_tokens'),
      }),
    }),
    line,
    { reasoning: numberAt(last, 'reasoning_output_tokens'), unsplitWrite: written },
  )
}

/** Parents before their forks, so that what a fork replays is known. */
const inOrder = (rollouts: readonly Rollout[]): readonly Rollout[] => {
  const byId = new Map(rollouts.map((rollout) => [rollout.id, rollout]))
  const depthOf = (rollout: Rollout): number => {
    let depth = 0
    const met = new Set<Rollout>()
    for (let at: Rollout | undefined = rollout; at?.parent !== undefined && !met.has(at); at = byId.get(at.parent)) {
      met.add(at)
      depth++
    }
    return depth
  }
  return rollouts
    .map((rollout) => ({ rollout, depth: depthOf(rollout) }))
    .toSorted((a, b) => a.depth - b.depth)
    .map(({ rollout }) => rollout)
}

/**
 * A session's cumulative counts change once for each call: the same counts again are the same event sent again,
 * and counts that the parent session had are its past, replayed into the fork.
 */
const countTurns = (rollouts: readonly Rollout[]): void => {
  const vectors = new Map<string, Set<string>>()
  for (const rollout of inOrder(rollouts)) {
    const own = (rollout.id === undefined ? undefined : vectors.get(rollout.id)) ?? new Set<string>()
    if (rollout.id !== undefined) vectors.set(rollout.id, own)
    const past = rollout.parent === undefined ? undefined : vectors.get(rollout.parent)
    if (rollout.parent !== undefined && !past)
      rollout.context.note(
        `The session that this one continues (${rollout.parent}) is not among the files: turns that it replays count here.`,
      )
    for (const turn of rollout.turns) {
      if (own.has(turn.vector)) {
        rollout.context.drop('duplicates', turn.line, 'the same counts again')
        continue
      }
      own.add(turn.vector)
      if (past?.has(turn.vector) === true) rollout.context.drop('replayed', turn.line)
      else giveTurn(rollout, turn)
    }
  }
}

const TYPES: ReadonlySet<unknown> = new Set(['session_meta', 'turn_context', 'event_msg', 'response_item'])

/** Rollouts of the Codex CLI (`~/.codex/sessions`). Times are the ends of calls. */
export const codex: JsonFormat = {
  id: 'codex',
  name: 'Codex sessions',
  syntax: 'json',
  carries: [
    'requests',
    'input',
    'output',
    'cacheRead',
    'reasoning',
    'duplicates',
    'replayed',
    'skippedNonLlm',
    'naiveInputSum',
  ],
  recognise: ({ values }) =>
    values.some((value) => isObject(value) && TYPES.has(value.type) && isObject(value.payload)) ? 3 : 0,
  open: (context) => {
    const rollouts = context.shared(() => {
      const all: Rollout[] = []
      context.atEnd(() => countTurns(all))
      return all
    })
    const rollout: Rollout = { context, id: undefined, parent: undefined, project: undefined, turns: [] }
    rollouts.push(rollout)
    let model: string | undefined
    return {
      value: (value, line) => {
        const payload = objectAt(value, 'payload')
        const type = textAt(value, 'type')
        if (type === 'session_meta' && rollout.id === undefined) {
          rollout.id = textAt(payload, 'id')
          rollout.parent = textAt(payload, 'forked_from_id') ?? textAt(payload, 'parent_thread_id')
          rollout.project = textAt(payload, 'cwd')
            ?.split(/[/\\]/)
            .findLast((part) => part !== '')
        }
        if (type === 'turn_context') model = textAt(payload, 'model') ?? model
        const info = payload?.type === 'token_count' ? objectAt(payload, 'info') : undefined
        const last = objectAt(info, 'last_token_usage')
        const total = objectAt(info, 'total_token_usage')
        if (!last || !total) {
          context.drop('skippedNonLlm', line, 'no token count')
          return
        }
        context.count('naiveInputSum', numberAt(last, 'input_tokens') ?? 0)
        rollout.turns.push({
          line,
          at: toTime(isObject(value) ? value.timestamp : undefined),
          model,
          last,
          vector: vectorOf(total),
        })
      },
    }
  },
}
