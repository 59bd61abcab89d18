import type { Engine, Replica } from '@breakeven/core'

// How load tests were set up where a row does not say so itself, by the scripts that ran them. Facts of the test, not of the
// model: nothing here is fitted.

/** What a row says about itself. */
export type RowFacts = {
  readonly source: string
  readonly notes: string
  readonly engine: string
  readonly version: string
  readonly date: string
  readonly accelerator: string
  readonly users: number | undefined
  /** Devices that the model is spread over. */
  readonly degree: number
  /** Attention is split by requests. */
  readonly dataParallel: boolean
  /** All requests queued at once. */
  readonly offline: boolean
  readonly input: number
  readonly output: number
  /** Of a model with experts: other scripts than for dense ones. */
  readonly experts: boolean
}

/** What the harness set, where it did. */
export type SetUp = {
  /** Another preset than the name and version of the engine would give. */
  readonly preset?: string
  readonly settings?: Partial<Pick<Engine, 'maxSequences' | 'maxBatchedTokens' | 'memoryShare'>>
  readonly cache?: Replica['cache'] | 'as activations'
  readonly attention?: Replica['attention']
  /** Queued at once, in an offline run. */
  readonly requests?: number
  readonly pollSteps?: number
  readonly streamTokens?: number
  /** Lengths are spread evenly from this share of the nominal ones up to them. */
  readonly shortest?: number
}

/**
 * InferenceX ran its configurations with guessed tokens on other image tags than its plain ones: 1.2.0rc6.post3 against .post2,
 * and 1.1.0rc2.post2 again in January 2026 (SemiAnalysisAI/InferenceX, benchmarks/dsr1_*_trt_mtp.sh and pull requests that
 * name the tags).
 */
const guesses = ({ engine, version, date }: RowFacts): boolean =>
  engine === 'trtllm' && (version === '1.2.0rc6.post3' || (version === '1.1.0rc2.post2' && date >= '2026'))

/** Tokens a step: the longest request for dense models (70b_*_trt_slurm.sh), at least 8,192 with experts, a prompt and all guesses with MTP, of which there are three, or one where attention is split by requests (dsr1_*_trt*.sh). */
const tensorRt = (row: RowFacts): SetUp => {
  const { users = 1, input, output, experts } = row
  const guessing = guesses(row)
  const most = guessing ? 4 * users + input + 64 : experts ? Math.max(8192, users + input + 64) : input + output + 200
  const preset = row.dataParallel ? 'trt-llm-mtp-1' : 'trt-llm-mtp-3'
  return { ...(guessing ? { preset } : {}), settings: { maxBatchedTokens: most } }
}

/**
 * Ten tokens at a time (`--stream-interval 10`), and on Blackwell a look at new requests every tenth step, or every thirtieth from
 * 16 users on (`--scheduler-recv-interval`; dsr1_fp8_h200.sh, dsr1_fp4_b200_docker.sh).
 */
const streamedBySglang = ({ accelerator, users = 1 }: RowFacts): SetUp =>
  accelerator.startsWith('B') ? { streamTokens: 10, pollSteps: users < 16 ? 10 : 30 } : { streamTokens: 10 }

/** SemiAnalysisAI/InferenceX, benchmarks/70b_fp8_{h100,h200}_slurm.sh, 70b_fp8_b200_docker.sh. */
const inferenceX = (row: RowFacts): SetUp => {
  const { engine, accelerator, users } = row
  if (engine === 'vllm') {
    const blackwell = accelerator === 'B200'
    return {
      shortest: 0.8,
      ...(blackwell ? { preset: 'vllm-decode-graphs' } : {}),
      settings: { maxBatchedTokens: 8192, maxSequences: blackwell ? 512 : (users ?? 1024) },
      // The script that is stored says fp8. On the H100, runs queue where a cache of two bytes is full, and no later.
      ...(accelerator === 'H100' ? { cache: 'as activations' } : {}),
    }
  }
  // Four devices hold a large model only with more of their memory (dsr1_fp8_b200.sh).
  if (engine === 'sglang') {
    return { shortest: 0.8, settings: { memoryShare: row.degree === 4 ? 0.95 : 0.82 }, ...streamedBySglang(row) }
  }
  return { shortest: 0.8, ...(engine === 'trtllm' ? tensorRt(row) : {}) }
}

/** Splitwise gives the time of the whole batch's prompt phase: all of it goes through at once (mutinifni/splitwise-sim, data/perf_model.csv). */
const splitwise = ({ users, input }: RowFacts): SetUp => ({
  settings: { maxBatchedTokens: Math.max(2560, (users ?? 1) * input) },
})

/** Requests by prompt and completion (NVIDIA/TensorRT-LLM, docs/source/performance/perf-overview.md, "Preparing a dataset"). */
const QUEUED: Readonly<Record<string, number>> = {
  '128/128': 30_000,
  '128/2048': 3000,
  '128/4096': 1500,
  '500/2000': 3000,
  '1000/1000': 3000,
  '1000/2000': 1500,
  '2048/128': 3000,
  '2048/2048': 1500,
  '5000/500': 1500,
  '20000/2000': 1000,
}

/** The same page: attention by requests for models with experts, often 0.95 of the free memory for the cache. */
const tensorRtBench = ({ input, output, experts, degree }: RowFacts): SetUp => {
  const requests = QUEUED[`${input}/${output}`]
  return {
    settings: { memoryShare: 0.95 },
    ...(requests === undefined ? {} : { requests }),
    ...(experts && degree > 1 ? { attention: 'data-parallel' } : {}),
  }
}

export const setUpOf = (row: RowFacts): SetUp => {
  if (row.source === 'S08' || row.notes.includes('Splitwise')) return splitwise(row)
  if (row.engine === 'TensorRT-LLM' && row.offline) return tensorRtBench(row)
  return row.source === 'S05' || row.notes.includes('InferenceX') ? inferenceX(row) : {}
}
