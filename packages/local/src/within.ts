import type { Seconds } from '@breakeven/core'

/** What the work gives; `undefined` once the time is over, and nobody hears of it any more. */
export const within = async <T>(seconds: Seconds, work: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
