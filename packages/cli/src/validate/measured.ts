import {
  type Accelerator,
  type Catalog,
  type Engine,
  type OpenModel,
  type Precision,
  type Replica,
  type Residual,
  type Trial,
  weightBytes,
} from '@breakeven/core'

import { setUpOf } from './harness.ts'
import { acceleratorId, engineId, modelId, precisionOf } from './names.ts'

/** A row that can be predicted: how it was set up and what was measured, in seconds and tokens per second. */
export type MeasuredRow = {
  readonly id: string
  readonly source: string
  readonly engine: string
  readonly accelerator: string
  readonly trial: Trial
  readonly measured: readonly Figure[]
}
/** What targets are set by. Of a row whose model is unknown, as much as its other columns say. */
export type RowSetUp = {
  readonly model: string
  /** Encoders give no tokens. */
  readonly kind: 'encoder' | 'decoder' | 'encoder-decoder'
  readonly preset: string
  readonly precision: string
  /** Absent: unknown, so that the row counts among those with and those without. */
  readonly experts?: boolean
}

export const rowSetUpOf = ({ replica: { model, engine, precision } }: Trial): RowSetUp => ({
  model: model.id,
  kind: model.kind,
  preset: engine.id,
  precision,
  experts: model.experts !== undefined,
})

/**
 * A row that is not predicted. `missed` is there where the fault is the model's and not the row's: every figure of it
 * counts as wrong by 100 %.
 */
export type SkippedRow = {
  readonly id: string
  readonly reason: string
  readonly missed?: Pick<MeasuredRow, 'source' | 'engine' | 'accelerator' | 'measured'> & { readonly setUp: RowSetUp }
}

type Cells = ReadonlyMap<string, string>
type Figure = { readonly metric: Residual['metric']; readonly value: number }
type Figures = Figure[]

const text = (row: Cells, name: string): string => row.get(name) ?? ''
/** Absent, empty or no number: undefined. */
const number = (row: Cells, name: string): number | undefined => {
  const value = Number.parseFloat(text(row, name))
  return Number.isFinite(value) ? value : undefined
}
const firstNumber = (row: Cells, ...names: readonly string[]): number | undefined => {
  for (const name of names) {
    const value = number(row, name)
    if (value !== undefined && value > 0) return value
  }
  return undefined
}

/** `S01-hf-sagemaker-tgi` is S01; another name is taken as it is. */
const source = (row: Cells): string => /^S\d\d(?=-)/.exec(text(row, 'source_id'))?.[0] ?? text(row, 'source_id')

const parallelOf = (row: Cells): { readonly tp: number; readonly dp: number } => {
  const [, tp = '1'] = /\btp(\d+)/.exec(text(row, 'parallelism')) ?? []
  const [, dp = '1'] = /\b(?:dp|dep)(\d+)/.exec(text(row, 'parallelism')) ?? []
  return { tp: Number(tp), dp: Number(dp) }
}

/** Devices that one copy of the model is spread over, by heads or, in expert-parallel deployments, by requests. */
const degreeOf = (row: Cells): number => {
  const { tp, dp } = parallelOf(row)
  const degree = Math.max(tp, dp)
  // aiconfigurator writes 64 and 16 for the 8 and 4 devices of a machine with wide expert parallelism.
  if (source(row) === 'S05' && degree === 64) return 8
  if (source(row) === 'S05' && degree === 16) return 4
  // Neuron counts cores, two a chip.
  return text(row, 'engine').includes('NeuronX') ? Math.max(1, degree / 2) : degree
}

/** What a row lacks of itself, so that nobody could predict it. */
const lackOf = (row: Cells): string | undefined => {
  if (text(row, 'quality') === 'C') return 'quality C: settings unknown'
  if (text(row, 'quality') === 'X') return 'quality X: the source marks it as wrong'
  if (number(row, 'input_tokens') === undefined) return 'no lengths'
  if (text(row, 'kind') === 'serving-open-loop') return 'arrivals are not in the row'
  if (/power-capped/.test(text(row, 'gpu'))) return 'power-capped: copies of other rows'
  if (
    source(row) === 'S05' &&
    /\btp(?:1[2-9]|[2-7]\d)/.test(text(row, 'parallelism')) &&
    text(row, 'gpu') === 'GB200'
  ) {
    return 'spans racks'
  }
  return undefined
}

/** Splitwise stops early in some rows: their end is before the tokens that were asked for could be given. */
const endsEarly = (
  ttft: number | undefined,
  tpot: number | undefined,
  e2e: number | undefined,
  output: number,
): boolean => ttft !== undefined && tpot !== undefined && e2e !== undefined && e2e < 0.9 * (ttft + tpot * (output - 1))

const figuresOf = (row: Cells, output: number): Figures => {
  const ttft = firstNumber(row, 'ttft_ms_mean', 'ttft_ms_p50')
  const tpot = firstNumber(row, 'tpot_ms_mean', 'tpot_ms_p50')
  const p95 = /e2e p95 = ([\d.]+) ms/.exec(text(row, 'notes'))?.[1]
  const e2e = firstNumber(row, 'e2e_ms_mean', 'e2e_ms_p50') ?? (p95 === undefined ? undefined : Number(p95))
  const figures: Figures = []
  const add = (metric: Residual['metric'], value: number | undefined): void => {
    if (value !== undefined) figures.push({ metric, value })
  }
  add('ttft', ttft === undefined ? undefined : ttft / 1000)
  // In S01 a token's time holds its share of the prompt, in no other source.
  if (source(row) !== 'S01') add('tpot', tpot === undefined ? undefined : tpot / 1000)
  if (!endsEarly(ttft, tpot, e2e, output)) add('e2e', e2e === undefined ? undefined : e2e / 1000)
  // Where a source gives latencies, its throughput was computed from them.
  if (e2e === undefined && tpot === undefined && ttft === undefined) {
    add('throughput', output > 0 ? firstNumber(row, 'output_tps') : firstNumber(row, 'requests_per_s'))
  }
  return figures
}

/** Many at once keep an offline run busy; this many tokens are enough to see its rate. */
const OFFLINE_TOKENS = 4e6
const countsOf = (
  row: Cells,
  input: number,
  output: number,
  queued: number | undefined,
): { users: number; requests: number } => {
  const users = number(row, 'concurrency')
  if (users === undefined || users < 1) {
    if (queued !== undefined) return { users: queued, requests: queued }
    const requests = Math.round(Math.min(2048, Math.max(64, OFFLINE_TOKENS / Math.max(1, input + output))))
    return { users: requests, requests }
  }
  if (text(row, 'kind') === 'static-batch' || text(row, 'kind') === 'encoder') return { users, requests: users }
  return { users, requests: Math.min(10 * users, Math.max(users, 4000)) }
}

/** Since V1 devices of 70 GB and more batch 8,192 tokens and 1,024 requests by default (vLLM's engine/arg_utils.py). */
const LARGE_BYTES = 70e9
const settingsOf = (engine: Engine, bytes: number | undefined, row: Cells): Engine => {
  if (engine.id.startsWith('trt-llm')) return { ...engine, maxSequences: 2048 }
  if (engine.id.startsWith('vllm') && engine.scheduler === 'chunked-prefill' && (bytes ?? 0) >= LARGE_BYTES) {
    return { ...engine, maxSequences: 1024, maxBatchedTokens: 8192 }
  }
  return engine.scheduler === 'static-batch'
    ? { ...engine, maxSequences: Math.max(1, number(row, 'concurrency') ?? 1) }
    : engine
}

/** A decode step reads the weights once, at most at the peak rate of all devices; experts that sleep are not read. */
const beatsMemory = (replica: Replica, measured: Figures, output: number): boolean => {
  const { model, accelerator, precision, tensorParallel } = replica
  const share = (model.activeParameters ?? model.parameters) / model.parameters
  const step = (share * weightBytes(model, precision)) / (accelerator.bytesPerSecond * tensorParallel)
  const e2e = measured.find(({ metric }) => metric === 'e2e')?.value
  const tpot = measured.find(({ metric }) => metric === 'tpot')?.value
  return (
    model.kind === 'decoder' && output > 1 && ((tpot ?? Infinity) < step || (e2e ?? Infinity) < step * (output - 1))
  )
}

const CPU_RAM_BYTES = 16e9

/** Weights that were published in 4 bits stay so: "fp8" then speaks of the cache. */
const precisionFor = (row: Cells, model: OpenModel, accelerator: Accelerator): Precision | undefined => {
  const computesInFp4 = accelerator.flopsPerSecond.fp4 !== undefined
  const named = precisionOf(text(row, 'precision'), text(row, 'model'), computesInFp4, accelerator.kind === 'cpu')
  return named === 'fp8' && model.nativePrecision === 'int4' ? 'int4' : named
}

/** Encoders on Neuron run one copy a core. */
const coreOf = (accelerator: Accelerator, model: OpenModel): Accelerator => {
  const { cores = 1 } = accelerator
  if (cores === 1 || model.kind !== 'encoder') return accelerator
  const flopsPerSecond = Object.fromEntries(
    Object.entries(accelerator.flopsPerSecond).map(([type, rate]) => [type, rate / cores]),
  )
  return { ...accelerator, flopsPerSecond, bytesPerSecond: accelerator.bytesPerSecond / cores }
}

/** The set-up of a row that names something unknown, by its words. */
const guessedSetUp = (row: Cells, output: number): RowSetUp => {
  const precision = precisionOf(text(row, 'precision'), text(row, 'model'), true, false) ?? ''
  return {
    model: text(row, 'model'),
    kind: output > 0 ? 'decoder' : 'encoder',
    preset: engineId(text(row, 'engine'), text(row, 'engine_version'), text(row, 'date')) ?? '',
    precision,
  }
}

const rowOf = (row: Cells, catalog: Catalog): MeasuredRow | SkippedRow => {
  const id = text(row, 'id')
  const lack = lackOf(row)
  if (lack !== undefined) return { id, reason: lack }
  const [input, output] = [number(row, 'input_tokens') ?? 0, number(row, 'output_tokens') ?? 0]
  const measured = figuresOf(row, output)
  if (measured.length === 0) return { id, reason: 'nothing measured' }
  const known = { source: source(row), engine: text(row, 'engine'), measured }
  const accelerator = catalog.accelerators.find((one) => one.id === acceleratorId(text(row, 'gpu')))
  const missed = (reason: string): SkippedRow => ({
    id,
    reason,
    missed: { ...known, accelerator: accelerator?.id ?? text(row, 'gpu'), setUp: guessedSetUp(row, output) },
  })
  if (accelerator === undefined) return missed(`accelerator ${text(row, 'gpu') || '(none)'}`)
  const model = catalog.openModels.find((one) => one.id === modelId(text(row, 'model')))
  if (model === undefined) return missed(`model ${text(row, 'model')}`)
  const setUp = setUpOf({
    source: source(row),
    notes: text(row, 'notes'),
    engine: text(row, 'engine'),
    version: text(row, 'engine_version'),
    date: text(row, 'date'),
    accelerator: accelerator.id,
    users: number(row, 'concurrency'),
    degree: degreeOf(row),
    dataParallel: parallelOf(row).dp > parallelOf(row).tp,
    offline: text(row, 'kind') === 'offline-max-throughput',
    input,
    output,
    experts: model.experts !== undefined,
  })
  const precision = precisionFor(row, model, accelerator)
  if (precision === undefined) return { id, reason: `precision "${text(row, 'precision')}"` }
  const preset =
    setUp.preset ?? engineId(text(row, 'engine'), text(row, 'engine_version'), text(row, 'date'), precision)
  const engine = catalog.engines.find((one) => one.id === preset)
  if (engine === undefined) return missed(`engine ${text(row, 'engine')}`)
  const { tp, dp } = parallelOf(row)
  const replica = {
    // It was run, so it was let: some tables go beyond the length that a model was made for.
    model: { ...model, contextTokens: Math.max(model.contextTokens, input + output) },
    accelerator: coreOf(accelerator, model),
    precision,
    engine: { ...settingsOf(engine, accelerator.usableBytes, row), ...setUp.settings },
    tensorParallel: degreeOf(row),
    ramBytes: CPU_RAM_BYTES,
    ...(model.experts !== undefined && (setUp.attention ?? (dp > tp ? 'data-parallel' : undefined)) === 'data-parallel'
      ? { attention: 'data-parallel' as const }
      : {}),
    ...(setUp.cache === undefined && /fp8|fp4/.test(text(row, 'precision').toLowerCase())
      ? { cache: 'fp8' as const }
      : {}),
  }
  if (beatsMemory(replica, measured, output)) {
    return { id, reason: 'faster than its memory: reads less than the weights a token' }
  }
  const shortest = setUp.shortest ?? 1
  const client = text(row, 'kind').startsWith('serving')
  const stages = Number(/\bpp(\d+)/.exec(text(row, 'parallelism'))?.[1] ?? 1)
  const counts = countsOf(row, input, output, setUp.requests)
  const { pollSteps, streamTokens } = setUp
  const trial = {
    replica,
    input,
    output,
    shortest,
    client,
    ...counts,
    ...(stages > 1 ? { stages } : {}),
    ...(pollSteps === undefined ? {} : { pollSteps }),
    ...(streamTokens === undefined ? {} : { streamTokens }),
  }
  return { id, ...known, accelerator: accelerator.id, trial }
}

/** One measurement may stand under several names (DeepSeek V3 and R1) or twice. */
const fingerprintOf = ({ source: from, accelerator, trial, measured }: MeasuredRow): string =>
  [from, accelerator, trial.input, trial.output, trial.users, ...measured.map(({ value }) => value)].join(' ')

/** Sorts the rows of a CSV into those that can be predicted and those that cannot, with the reason. */
export const measuredRows = (
  rows: readonly Cells[],
  catalog: Catalog,
): { readonly rows: readonly MeasuredRow[]; readonly skipped: readonly SkippedRow[] } => {
  const kept: MeasuredRow[] = []
  const skipped: SkippedRow[] = []
  const seen = new Set<string>()
  for (const cells of rows) {
    const row = rowOf(cells, catalog)
    if ('reason' in row) {
      skipped.push(row)
      continue
    }
    const fingerprint = fingerprintOf(row)
    if (seen.has(fingerprint)) skipped.push({ id: row.id, reason: 'the same measurement again' })
    else kept.push(row)
    seen.add(fingerprint)
  }
  return { rows: kept, skipped }
}
