// The second, deeper look, beside the page: the best options simulated, how the best fleet serves, the parts of the traffic.
import type { Question, RefinerReply, Result } from './messages.ts'
import { wire, wireResult } from './messages.ts'
import { openCatalogue } from './open-catalogue.ts'
import type { Session } from './session.ts'
import { openSession } from './session.ts'
import type { Asked } from './solve.ts'
import { missingNames, withoutMissing } from './missing.ts'
import { solve } from './solve.ts'
import { serve } from '../simulate/serve.ts'

/** To the page: the second argument of a window's `postMessage`, its origin, is none of a worker's. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
const reply = (message: RefinerReply): void => self.postMessage(message)

let session: Promise<Session> | undefined

const MOST_PARTS_PLAYED = 10

const refine = async (open: Session, { settings: given, rows }: Question): Promise<void> => {
  const catalog = await open.catalogFor(given)
  const settings = withoutMissing(given, missingNames(catalog, given))
  const asked: Asked = { catalog, settings, read: await open.trafficFor(settings) }
  const result: Result = solve({ ...asked, rows }, settings.estimate)
  reply({ kind: 'refined', result: wireResult(result) })
  if (result.kind === 'answer' && settings.preset === undefined)
    reply({ kind: 'served', served: serve(asked, result.comparison) })
  const all = await open.partsFor(settings)
  // Each takes its time to be played: of many parts each is priced by formula, as on the command line.
  const depth = all.length > MOST_PARTS_PLAYED ? 'closed-form' : settings.estimate
  const parts = all.flatMap(({ value, workload }) => {
    const part = solve({ ...asked, read: workload }, depth)
    return part.kind === 'answer' ? [{ value, comparison: wire(part.comparison) }] : []
  })
  if (parts.length > 0) reply({ kind: 'parts', parts })
}

const open = async (catalogue: ArrayBuffer): Promise<Session> => openSession(await openCatalogue(catalogue))

self.addEventListener('message', ({ data }: MessageEvent<Question>) => {
  session ??= open(data.catalogue)
  // Whatever happens, it ends: the answer by formula then stays, and an error stands in the console.
  void session.then((opened) => refine(opened, data)).finally(() => reply({ kind: 'finished' }))
})
