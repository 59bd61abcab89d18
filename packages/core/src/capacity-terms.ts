import type { Seconds, Tokens } from './units.ts'

/** Mean prompt and completion of one request. */
export type RequestShape = { readonly input: Tokens; readonly output: Tokens }

/** The latency that a user must see: time to first token and seconds per further token. */
export type LatencyTarget = { readonly ttftSeconds: Seconds; readonly tpotSeconds: Seconds }

/** What a replica does at one rate of arrivals. `tail…` is what 19 of 20 requests stay under; the rest are means. */
export type Load = {
  readonly requestsPerSecond: number
  readonly ttft: Seconds
  readonly tpot: Seconds
  readonly tailTtft: Seconds
  readonly tailTpot: Seconds
  /** Requests in the replica. */
  readonly concurrency: number
  /** Share of the time that prompts keep the replica busy, or of its largest rate. */
  readonly busy: number
  /** Share of the places that can be held in practice. */
  readonly filled: number
}

/** A replica under growing load: `at` rises with `level` in every figure, from an idle replica at `from` to its end at `to`. */
export type LoadCurve = { readonly at: (level: number) => Load; readonly from: number; readonly to: number }

/** Above this share of its largest rate a queue is no longer stable in practice: its mean wait is ten times the service. */
export const MOST_BUSY = 0.9

/** With more of its places taken, lengths that vary fill the cache or the batch now and then, and a queue builds up (by simulation). */
export const MOST_FILLED = 0.9

/** Round trip outside the engine: 2.7 ms of ingress and 5.2 ms of client (NVIDIA, ai-dynamo/aisimulate issue 288). */
export const CLIENT_SECONDS = 0.008

const within = (load: Load, target: LatencyTarget): boolean =>
  load.tailTtft <= target.ttftSeconds &&
  load.tailTpot <= target.tpotSeconds &&
  load.busy <= MOST_BUSY &&
  load.filled <= 1

/** Relative closeness at which halving ends, and its end in any case. */
const CLOSE = 1e-7
const HALVINGS = 60

/** The highest load of a curve that passes, by halving; `undefined` where not even an idle replica does. */
export const highestLoad = ({ at, from, to }: LoadCurve, passes: (load: Load) => boolean): Load | undefined => {
  const idle = at(from)
  if (!passes(idle)) return undefined
  const end = at(to)
  if (passes(end)) return end
  let low = from
  let high = to
  let best = idle
  for (let step = 0; step < HALVINGS && high - low > CLOSE * (low - from); step++) {
    const middle = (low + high) / 2
    const load = at(middle)
    if (passes(load)) [low, best] = [middle, load]
    else high = middle
  }
  return best
}

/** The highest load at which 19 of 20 requests see the target. */
export const highestLoadWithin = (curve: LoadCurve, target: LatencyTarget): Load | undefined =>
  highestLoad(curve, (load) => within(load, target))
