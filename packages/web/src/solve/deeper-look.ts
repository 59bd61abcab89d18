// The second look: the best options simulated, how the best fleet serves, the parts of the traffic.
import { serve } from '../simulate/serve.ts'
import type { Question, RefinerReply } from './messages.ts'
import { wire, wireResult } from './messages.ts'
import { missingNames, withoutMissing } from './missing.ts'
import type { Session } from './session.ts'
import type { Asked } from './solve.ts'
import { solve } from './solve.ts'

type Reply = (message: RefinerReply) => void

const MOST_PARTS_PLAYED = 10

const look = async (session: Session, { settings: given, rows }: Question, reply: Reply): Promise<void> => {
  const catalog = await session.catalogFor(given)
  const settings = withoutMissing(given, missingNames(catalog, given))
  const asked: Asked = { catalog, settings, read: await session.trafficFor(settings) }
  const result = solve({ ...asked, rows }, settings.estimate)
  reply({ kind: 'refined', result: wireResult(result) })
  if (result.kind === 'answer' && settings.preset === undefined)
    reply({ kind: 'served', served: serve(asked, result.comparison) })
  const all = await session.partsFor(settings)
  // Each takes its time to be played: of many parts each is priced by formula, as on the command line.
  const depth = all.length > MOST_PARTS_PLAYED ? 'closed-form' : settings.estimate
  const parts = all.flatMap(({ value, workload }) => {
    const part = solve({ ...asked, read: workload }, depth)
    return part.kind === 'answer' ? [{ value, comparison: wire(part.comparison) }] : []
  })
  if (parts.length > 0) reply({ kind: 'parts', parts })
}

/** Looks deeper, and ends whatever happens: the answer by formula then stays, and an error stands in the console. */
export const lookDeeper = (session: Session, question: Question, reply: Reply): Promise<void> =>
  look(session, question, reply).finally(() => reply({ kind: 'finished' }))
