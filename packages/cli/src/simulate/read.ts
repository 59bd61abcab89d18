import { InputError } from '@breakeven/core'

import type { ReadingFlags } from '../flags/reading.ts'
import { readingOptions } from '../flags/reading.ts'
import type { Io } from '../io.ts'
import { progressOn } from '../progress.ts'
import { type Arrived, arrivals } from './arrivals.ts'

type ArrivalFlags = ReadingFlags & { readonly quiet: boolean }

/** The requests in usage files, one by one, with progress on stderr.
 *
 * @throws InputError where no request says when it came and how long it was.
 */
export const readArrivals = async (files: readonly string[], flags: ArrivalFlags, io: Io): Promise<Arrived> => {
  const [{ readUsage }, { requireTraffic }] = await Promise.all([
    import('@breakeven/formats/node'),
    import('@breakeven/formats'),
  ])
  const { add, done } = arrivals()
  const progress = progressOn(io, flags.quiet)
  const imported = await readUsage(files, {
    onRow: add,
    onProgress: progress.update,
    ...readingOptions(flags),
  })
  progress.done()
  requireTraffic(imported)
  const arrived = done()
  if (arrived.requests.at.length === 0)
    throw new InputError('no request in these files says when it came and how long it was', {
      hint: '`breakeven inspect` shows what they hold',
    })
  return arrived
}
