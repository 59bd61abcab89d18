import type { Clock } from '../twin/clock.ts'

/** Time that jumps to whatever is due next: nothing is waited for, and what takes how long is the same on every machine. */
export const hurriedClock = (): Clock => {
  let time = 0
  return {
    now: () => time,
    wakeAt: (at, wake) => {
      let called = false
      setImmediate(() => {
        if (called) return
        time = Math.max(time, at)
        wake()
      })
      return () => {
        called = true
      }
    },
  }
}
