import type { Seconds } from '@breakeven/core'

const MS = 1000

/** A signal of its own that follows another, and that aborts with a TimeoutError when nothing happens for too long. */
export type Deadline = {
  readonly signal: AbortSignal
  readonly isOver: () => boolean
  /** Something happened: from now on at most `seconds` more. */
  readonly extend: (seconds: Seconds) => void
  /** Nothing is waited for any more. */
  readonly end: () => void
  /** Nobody wants what is still to come. */
  readonly abort: () => void
}

export const deadlineOf = (outer: AbortSignal | undefined, seconds: Seconds): Deadline => {
  const inner = new AbortController()
  const follow = (): void => inner.abort(outer?.reason)
  let isOver = false
  const arm = (most: Seconds): NodeJS.Timeout =>
    setTimeout(() => {
      isOver = true
      inner.abort(new DOMException('The time was up.', 'TimeoutError'))
    }, most * MS)
  let timer = arm(seconds)
  let lasts = seconds
  if (outer?.aborted) follow()
  else outer?.addEventListener('abort', follow, { once: true })
  return {
    signal: inner.signal,
    isOver: () => isOver,
    extend: (most) => {
      if (most === lasts) {
        timer.refresh()
        return
      }
      clearTimeout(timer)
      lasts = most
      timer = arm(most)
    },
    abort: () => inner.abort(),
    end: () => {
      clearTimeout(timer)
      outer?.removeEventListener('abort', follow)
    },
  }
}
