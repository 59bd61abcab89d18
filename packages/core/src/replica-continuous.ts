import { prefixCache } from './replica-prefix.ts'
import { type Engine, type EngineSettings, newCounters } from './replica-terms.ts'
import { timerOf } from './replica-timer.ts'
import { floorSeconds, hostSeconds, prefillAttentionSeconds, type Roofline } from './roofline.ts'
import type { Seconds, Tokens } from './units.ts'

/** vLLM V0 keeps this share of the blocks free when it admits, so that it need not preempt at once. */
const WATERMARK = 0.01

/**
 * Seconds of `steps` decode steps at once. Step j (from 1) takes max(base + slope x j, floor) + host: contexts grow by one
 * token a step, so the sum is that of an arithmetic series, and of a constant for as long as the floor is above it.
 */
export const decodeStretchSeconds = (
  steps: number,
  base: Seconds,
  slope: Seconds,
  floor: Seconds,
  host: Seconds,
): Seconds => {
  let floored = 0
  if (base + slope < floor) {
    floored = slope > 0 ? Math.min(steps, Math.ceil((floor - base) / slope) - 1) : steps
  }
  const rising = steps - floored
  return steps * host + floored * floor + rising * base + (slope * (steps * (steps + 1) - floored * (floored + 1))) / 2
}

/** The fewest steps, from 1 to `most`, that take at least `seconds`. */
const stepsUntil = (seconds: Seconds, most: number, secondsOf: (steps: number) => Seconds): number => {
  let low = 1
  let high = most
  while (low < high) {
    const middle = (low + high) >> 1
    if (secondsOf(middle) >= seconds) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * A continuously batching engine, iteration by iteration, as vLLM schedules (V1: vllm/v1/core/sched/scheduler.py, V0:
 * vllm/core/scheduler.py): running requests first, one token each, a new block of cache when one is full, the last one
 * preempted and recomputed when none is free; then, first come first served, prompts as far as tokens, places and blocks go.
 * With `chunked-prefill` prompts and decodes share an iteration, with `prefill-priority` prompts run alone and first.
 * Between arrivals, completions and the last free block all iterations are alike but for one more token of context a
 * request: such a stretch is computed at once.
 */
export const continuousEngine = (roofline: Roofline, settings: EngineSettings): Engine => {
  const { requests, outcome, stepByStep, onEnd } = settings
  const { engine, window } = roofline
  const { blockTokens, maxSequences, maxBatchedTokens } = engine
  const chunked = engine.scheduler === 'chunked-prefill'
  const timer = timerOf(roofline)
  const cached = requests.prefixes === undefined ? undefined : prefixCache(requests.prefixes)
  const counters = newCounters()
  const totalBlocks = Math.floor(settings.kvTokens / blockTokens)
  const size = requests.at.length

  let clock: Seconds = -Infinity
  /** Decode steps so far: every decoding request takes part in each. */
  let step = 0
  let freeBlocks = totalBlocks
  let taken = 0

  // By request: prompt to put through (grows by what was generated when preempted), tokens still to give,
  // cached tokens and step when it joined the decodes, and the step at which it ends.
  const prompt = new Float64Array(size)
  const left = new Float64Array(size)
  const joinedAt = new Float64Array(size)
  const endStep = new Float64Array(size)
  const started = new Uint8Array(size)

  // Decoding requests in the order of admission.
  const running = new Int32Array(Math.max(1, Math.floor(maxSequences)))
  let decodes = 0
  let contexts: Tokens = 0
  let windowed: Tokens = 0
  /** Decoding requests whose context is still within the window, and the step at which the next one leaves it. */
  let within = 0
  let nextLeaves = Infinity
  let nextEnd = Infinity
  /** How many decoding requests need a new block at the steps with this remainder. */
  const fillsAt = new Int32Array(blockTokens)

  const waiting: number[] = []
  let head = 0
  /** The prompt that is partly through, and how far. */
  let partial = -1
  let partialDone: Tokens = 0

  const blocksOf = (tokens: Tokens): number => Math.ceil(tokens / blockTokens)
  const contextOf = (request: number): Tokens => (prompt[request] ?? 0) + step - (joinedAt[request] ?? 0)
  const remainderOf = (request: number): number => {
    const remainder = ((joinedAt[request] ?? 0) - (prompt[request] ?? 0)) % blockTokens
    return remainder < 0 ? remainder + blockTokens : remainder
  }
  const blocksNeeded = (): number => fillsAt[step % blockTokens] ?? 0

  /** What a change of the decoding requests leaves to find again. */
  const lookAhead = (): void => {
    nextEnd = Infinity
    nextLeaves = Infinity
    within = 0
    windowed = 0
    for (let place = 0; place < decodes; place++) {
      const request = running[place] ?? 0
      nextEnd = Math.min(nextEnd, endStep[request] ?? Infinity)
      if (window === 0) continue
      const context = contextOf(request)
      windowed += Math.min(context, window)
      if (context >= window) continue
      within++
      nextLeaves = Math.min(nextLeaves, step + window - context)
    }
  }

  const join = (request: number): void => {
    joinedAt[request] = step
    endStep[request] = step + (left[request] ?? 0)
    contexts += prompt[request] ?? 0
    const remainder = remainderOf(request)
    fillsAt[remainder] = (fillsAt[remainder] ?? 0) + 1
    running[decodes++] = request
  }

  /** Takes a request out of the sums; the caller closes the gap in `running`. */
  const leave = (request: number): void => {
    const context = contextOf(request)
    contexts -= context
    freeBlocks += blocksOf(context)
    const remainder = remainderOf(request)
    fillsAt[remainder] = (fillsAt[remainder] ?? 0) - 1
  }

  const finish = (request: number): void => {
    outcome.endAt[request] = clock
    taken--
    onEnd?.(request, clock)
  }

  const completeDue = (): void => {
    let kept = 0
    for (let place = 0; place < decodes; place++) {
      const request = running[place] ?? 0
      if (endStep[request] === step) {
        leave(request)
        finish(request)
      } else {
        running[kept++] = request
      }
    }
    decodes = kept
  }

  const toHead = (request: number): void => {
    if (head > 0) waiting[--head] = request
    else waiting.unshift(request)
    counters.preemptions++
  }

  /** The last one in makes room: its blocks go, and it will compute what it had again. */
  const preemptLast = (): void => {
    if (partial >= 0) {
      freeBlocks += blocksOf(prompt[partial] ?? 0)
      toHead(partial)
      partial = -1
      return
    }
    const request = running[--decodes] ?? 0
    const context = contextOf(request)
    leave(request)
    left[request] = (endStep[request] ?? 0) - step
    // The token that was given last is not in the cache yet.
    prompt[request] = context + 1
    toHead(request)
    lookAhead()
  }

  const headFits = (reserved: number): boolean => {
    const request = waiting[head]
    if (request === undefined || decodes + (partial >= 0 ? 1 : 0) >= maxSequences) return false
    const spare = chunked || decodes === 0 ? 0 : WATERMARK * totalBlocks
    return blocksOf(prompt[request] ?? 0) <= freeBlocks - reserved - spare
  }

  const takeHead = (): number => {
    const request = waiting[head++] ?? 0
    if (head > 4096 && head * 2 > waiting.length) {
      waiting.splice(0, head)
      head = 0
    }
    freeBlocks -= blocksOf(prompt[request] ?? 0)
    return request
  }

  /** Tokens that another prompt left in the cache: whole blocks, and never the last token, which has to give the first one. */
  const cachedOf = (request: number): Tokens => {
    if (cached === undefined) return 0
    const most = Math.floor(((prompt[request] ?? 1) - 1) / blockTokens) * blockTokens
    return Math.min(most, Math.floor(cached.use(request, freeBlocks * blockTokens) / blockTokens) * blockTokens)
  }

  const finished: number[] = []

  /** Prompts of this iteration end: each gives its first token, and decodes from the next step on. */
  const giveFirstTokens = (): void => {
    for (const request of finished) {
      if (started[request] === 0) {
        started[request] = 1
        outcome.firstAt[request] = clock
      }
      left[request] = (left[request] ?? 0) - 1
      if ((left[request] ?? 0) > 0) {
        join(request)
      } else {
        freeBlocks += blocksOf(prompt[request] ?? 0)
        finish(request)
      }
    }
    finished.length = 0
  }

  /** Puts prompts through up to the budget; gives back rows, their attention and how many there were. */
  let rows = 0
  let attention: Seconds = 0
  let prompts = 0
  const fillWithPrompts = (budget: number): void => {
    rows = 0
    attention = 0
    prompts = 0
    while (rows < budget) {
      if (partial < 0) {
        if (decodes + finished.length >= maxSequences || !headFits(0)) return
        const next = prompt[waiting[head] ?? 0] ?? 0
        // Without chunks a prompt goes through whole, alone if it is longer than the budget.
        if (!chunked && rows > 0 && rows + next > budget) return
        partial = takeHead()
        partialDone = cachedOf(partial)
      }
      const rest = (prompt[partial] ?? 0) - partialDone
      const chunk = chunked ? Math.min(rest, budget - rows) : rest
      attention += prefillAttentionSeconds(roofline, chunk, partialDone)
      rows += chunk
      prompts++
      partialDone += chunk
      if (chunk < rest) return
      finished.push(partial)
      partial = -1
    }
  }

  const mixedIteration = (): void => {
    freeBlocks -= blocksNeeded()
    fillWithPrompts(maxBatchedTokens - decodes)
    const seconds = timer.mixed(
      rows + decodes,
      decodes + finished.length,
      decodes + prompts,
      attention,
      contexts + decodes,
      windowed + within,
    )
    clock += seconds
    counters.prefillSeconds += seconds
    counters.iterations++
    step++
    contexts += decodes
    if (step === nextEnd) completeDue()
    giveFirstTokens()
    lookAhead()
  }

  const promptIteration = (): void => {
    fillWithPrompts(maxBatchedTokens)
    const seconds = timer.mixed(rows, finished.length, prompts, attention, 0, 0)
    clock += seconds
    counters.prefillSeconds += seconds
    counters.iterations++
    giveFirstTokens()
    lookAhead()
  }

  /** How many steps the free blocks are enough for, at most `most`. */
  const stepsWithBlocks = (most: number): number => {
    if (decodes * (Math.ceil(most / blockTokens) + 1) <= freeBlocks) return most
    const cycles = Math.floor(freeBlocks / decodes)
    let spare = freeBlocks - cycles * decodes
    let steps = cycles * blockTokens
    while (steps < most) {
      spare -= fillsAt[(step + steps) % blockTokens] ?? 0
      if (spare < 0) return steps
      steps++
    }
    return most
  }

  const takeBlocks = (steps: number): void => {
    const cycles = Math.floor(steps / blockTokens)
    freeBlocks -= cycles * decodes
    for (let done = cycles * blockTokens; done < steps; done++) freeBlocks -= fillsAt[(step + done) % blockTokens] ?? 0
  }

  const decodeStretch = (until: Seconds, limit: number): void => {
    const most = stepsWithBlocks(Math.min(limit, Math.min(nextEnd, nextLeaves) - step))
    const base =
      timer.decodeRows(decodes) +
      roofline.fullCacheSecondsPerToken * contexts +
      roofline.windowCacheSecondsPerToken * windowed
    const slope = roofline.fullCacheSecondsPerToken * decodes + roofline.windowCacheSecondsPerToken * within
    const floor = floorSeconds(engine, roofline.decode.layers, decodes)
    const host = hostSeconds(engine, decodes)
    const secondsOf = (steps: number): Seconds => decodeStretchSeconds(steps, base, slope, floor, host)
    const due = until - clock
    const steps = stepByStep ? 1 : secondsOf(most) < due ? most : stepsUntil(due, most, secondsOf)
    const seconds = secondsOf(steps)
    takeBlocks(steps)
    clock += seconds
    counters.decodeSeconds += seconds
    counters.iterations += steps
    counters.jumps++
    step += steps
    contexts += decodes * steps
    windowed += within * steps
    if (step === nextEnd) {
      completeDue()
      lookAhead()
    } else if (step === nextLeaves) {
      lookAhead()
    }
  }

  const canMix = (): boolean => maxBatchedTokens > decodes && (partial >= 0 || headFits(blocksNeeded()))

  const iterate = (until: Seconds): void => {
    if (!chunked && headFits(0)) {
      promptIteration()
    } else if (blocksNeeded() > freeBlocks) {
      while (blocksNeeded() > freeBlocks) preemptLast()
      // In the iteration that preempts none is admitted; in the next one, perhaps.
      decodeStretch(until, headFits(blocksNeeded()) ? 1 : Infinity)
    } else if (chunked && canMix()) {
      mixedIteration()
    } else {
      decodeStretch(until, Infinity)
    }
  }

  const busyBefore = (until: Seconds): boolean => taken > 0 && clock < until

  const removeDecoding = (place: number): void => {
    leave(running[place] ?? 0)
    running.copyWithin(place, place + 1, decodes)
    decodes--
    lookAhead()
  }

  const cancel = (request: number): void => {
    const decoding = running.subarray(0, decodes).indexOf(request)
    const queued = waiting.indexOf(request, head)
    if (request === partial) {
      freeBlocks += blocksOf(prompt[request] ?? 0)
      partial = -1
    } else if (decoding >= 0) {
      removeDecoding(decoding)
    } else if (queued >= 0) {
      waiting.splice(queued, 1)
    } else {
      return
    }
    taken--
  }

  return {
    enqueue: (request) => {
      const at = requests.at[request] ?? 0
      if (taken === 0) clock = Math.max(clock, at)
      prompt[request] = Math.max(1, Math.ceil(requests.input[request] ?? 1))
      left[request] = Math.max(1, Math.ceil(requests.output[request] ?? 1))
      started[request] = 0
      waiting.push(request)
      taken++
    },
    advance: (until) => {
      while (busyBefore(until)) iterate(until)
    },
    cancel,
    eachDecoding: (visit) => {
      for (let place = 0; place < decodes; place++) {
        const request = running[place] ?? 0
        visit(request, (endStep[request] ?? 0) - step)
      }
    },
    outstanding: () => taken,
    clock: () => clock,
    counters,
  }
}
