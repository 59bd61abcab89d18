import { decodeStretchSeconds } from './replica-continuous.ts'
import { type Engine, type EngineSettings, newCounters } from './replica-terms.ts'
import { timerOf } from './replica-timer.ts'
import { floorSeconds, hostSeconds, prefillAttentionSeconds, type Roofline } from './roofline.ts'
import type { Seconds, Tokens } from './units.ts'

/**
 * An engine that serves whole batches: those who wait when it is free, padded to the longest prompt, until the longest
 * completion is done. Encoders are served so too, without padding and without completions.
 */
export const batchEngine = (roofline: Roofline, settings: EngineSettings, padded: boolean): Engine => {
  const { requests, outcome, kvTokens, onEnd } = settings
  const { engine } = roofline
  const timer = timerOf(roofline)
  const counters = newCounters()
  const waiting: number[] = []
  let head = 0
  let clock: Seconds = -Infinity

  const inputOf = (request: number): Tokens => Math.max(1, Math.ceil(requests.input[request] ?? 1))
  const outputOf = (request: number): Tokens => (padded ? Math.max(1, Math.ceil(requests.output[request] ?? 1)) : 1)

  type Batch = { readonly members: readonly number[]; readonly input: Tokens; readonly output: Tokens }

  /** As many as wait and fit, room being kept for the longest of each. */
  const nextBatch = (): Batch => {
    const members: number[] = []
    let [input, output] = [0, 0]
    while (head < waiting.length && members.length < engine.maxSequences) {
      const request = waiting[head] ?? 0
      const longest = [Math.max(input, inputOf(request)), Math.max(output, outputOf(request))] as const
      if (members.length > 0 && padded && (members.length + 1) * (longest[0] + longest[1]) > kvTokens) break
      ;[input, output] = longest
      members.push(request)
      head++
    }
    return { members, input, output }
  }

  const passSeconds = ({ members, input }: Batch): Seconds => {
    let [rows, attention] = [0, 0]
    for (const request of members) {
      const length = padded ? input : inputOf(request)
      rows += length
      attention += prefillAttentionSeconds(roofline, length, 0)
    }
    return timer.mixed(rows, members.length, members.length, attention, 0, 0)
  }

  const windowedBy = (input: Tokens): number => (input < roofline.window ? 1 : 0)

  const decodeSeconds = ({ members, input, output }: Batch): Seconds => {
    const sequences = members.length
    const { fullCacheSecondsPerToken: full, windowCacheSecondsPerToken: windowRate, window } = roofline
    const base = timer.decodeRows(sequences) + sequences * (full * input + windowRate * Math.min(input, window))
    const slope = sequences * (full + windowRate * windowedBy(input))
    const floor = floorSeconds(engine, roofline.decode.layers, sequences)
    const host = hostSeconds(engine, sequences)
    return decodeStretchSeconds(output - 1, base, slope, floor, host)
  }

  const serveBatch = (): void => {
    const batch = nextBatch()
    const first = passSeconds(batch)
    const rest = batch.output > 1 ? decodeSeconds(batch) : 0
    const begin = clock
    clock += first + rest
    for (const request of batch.members) {
      const end = begin + (outputOf(request) > 1 ? first + rest : first)
      outcome.firstAt[request] = begin + first
      outcome.endAt[request] = end
      onEnd?.(request, end)
    }
    counters.iterations += batch.output
    counters.jumps++
    counters.prefillSeconds += first
    counters.decodeSeconds += rest
  }

  const busyBefore = (until: Seconds): boolean => head < waiting.length && clock < until

  return {
    enqueue: (request) => {
      if (head === waiting.length) {
        waiting.length = 0
        head = 0
        clock = Math.max(clock, requests.at[request] ?? 0)
      }
      waiting.push(request)
    },
    advance: (until) => {
      while (busyBefore(until)) serveBatch()
    },
    cancel: (request) => {
      const place = waiting.indexOf(request, head)
      if (place >= 0) waiting.splice(place, 1)
    },
    eachDecoding: () => {},
    outstanding: () => waiting.length - head,
    clock: () => clock,
    counters,
  }
}
