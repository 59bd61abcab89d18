import { type Catalog, InputError, type Requests, simulate, type Simulation } from '@breakeven/core'

import { acceleratorId, modelId } from './names.ts'

/** One run, request by request: mean seconds as measured inside the engine, and as played. */
export type Run = {
  readonly name: string
  readonly model: string
  readonly accelerator: string
  readonly requests: number
  readonly figures: readonly {
    readonly metric: 'ttft' | 'tpot' | 'e2e'
    readonly measured: number
    readonly predicted: number
  }[]
}

/** What a line of a run says; moments of the engine are on a clock of their own. */
type Line = {
  readonly input_toks: number
  readonly output_toks: number
  readonly queued_ts: number
  readonly first_token_ts: number
  readonly last_token_ts: number
}

/** What stands beside a run in `NAME.meta.json`. */
type Meta = {
  readonly model: string
  readonly engine_kwargs: {
    readonly tensor_parallel_size: number
    readonly max_num_seqs: number
    readonly max_num_batched_tokens: number
  }
  readonly hardware?: { readonly device_name?: string }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const measuredOf = (lines: readonly Line[]): Record<'ttft' | 'tpot' | 'e2e', number> => ({
  ttft: mean(lines.map((line) => line.first_token_ts - line.queued_ts)),
  tpot: mean(lines.map((line) => (line.last_token_ts - line.first_token_ts) / (line.output_toks - 1))),
  e2e: mean(lines.map((line) => line.last_token_ts - line.queued_ts)),
})

/** The same figures of the simulation, without the way to a client: the run's clock is the engine's own. */
const playedOf = ({ requests, firstAt, endAt }: Simulation): Record<'ttft' | 'tpot' | 'e2e', number> => {
  const each = [...requests.at].map((at, index) => ({
    input_toks: requests.input[index] ?? 0,
    output_toks: requests.output[index] ?? 0,
    queued_ts: at,
    first_token_ts: firstAt[index] ?? 0,
    last_token_ts: endAt[index] ?? 0,
  }))
  return measuredOf(each)
}

const requestsOf = (lines: readonly Line[]): Requests => ({
  at: Float64Array.from(lines, (line) => line.queued_ts - (lines[0]?.queued_ts ?? 0)),
  input: Float64Array.from(lines, (line) => line.input_toks),
  output: Float64Array.from(lines, (line) => line.output_toks),
})

const linesOf = (text: string, file: string): readonly Line[] =>
  text
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return []
      try {
        return [JSON.parse(line) as Line]
      } catch {
        throw new InputError('this line is no JSON', { file, line: index + 1, hint: 'one request a line' })
      }
    })
    .filter(({ output_toks }) => output_toks > 1)
    .toSorted((one, other) => one.queued_ts - other.queued_ts)

/**
 * Plays the very requests of a run at the moments at which its engine took them in, and compares the means.
 * @param name the file's name without `.requests.jsonl`; names the device where the run's own description does not
 */
export const runOf = (name: string, jsonl: string, meta: string, catalog: Catalog): Run => {
  const file = `${name}.requests.jsonl`
  const { model: modelName, engine_kwargs: settings, hardware } = JSON.parse(meta) as Meta
  const device = acceleratorId(hardware?.device_name ?? name)
  const accelerator = catalog.accelerators.find(({ id }) => id === device)
  const model = catalog.openModels.find(({ id }) => id === modelId(modelName))
  const engine = catalog.engines.find(({ id }) => id === 'vllm-0.8')
  if (accelerator === undefined || model === undefined || engine === undefined) {
    throw new InputError(`${modelName} on ${device ?? 'an unknown device'} is not in the catalogue`, { file })
  }
  const lines = linesOf(jsonl, file)
  const simulation = simulate(
    {
      model,
      accelerator,
      precision: 'bf16',
      tensorParallel: settings.tensor_parallel_size,
      engine: {
        ...engine,
        maxSequences: settings.max_num_seqs,
        maxBatchedTokens: settings.max_num_batched_tokens,
      },
    },
    requestsOf(lines),
  )
  if (!simulation.fits) throw new InputError(simulation.reason, { file })
  const played = playedOf(simulation)
  const measured = measuredOf(lines)
  const figures = (['ttft', 'tpot', 'e2e'] as const).map((metric) => ({
    metric,
    measured: measured[metric],
    predicted: played[metric],
  }))
  return { name, model: model.id, accelerator: accelerator.id, requests: lines.length, figures }
}
