// Answers in closed form, beside the page: typing is never held up, however many options there are.
import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { Question, Result, SolverReply } from './messages.ts'
import { wireResult } from './messages.ts'
import { openCatalogue } from './open-catalogue.ts'
import type { Session } from './session.ts'
import { namesOf, openSession, problemOf } from './session.ts'
import { missingNames, withoutMissing } from './missing.ts'
import { solve } from './solve.ts'

/** To the page: the second argument of a window's `postMessage`, its origin, is none of a worker's. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
const reply = (message: SolverReply): void => self.postMessage(message)

let session: Promise<Session> | undefined
let named: ShippedCatalog | undefined

const tellNames = (catalog: ShippedCatalog): void => {
  if (catalog === named) return
  named = catalog
  reply({ kind: 'names', names: namesOf(catalog) })
}

const answer = async (open: Session, { settings }: Question): Promise<{ result: Result; gone: readonly string[] }> => {
  try {
    const catalog = await open.catalogFor(settings)
    tellNames(catalog)
    const gone = missingNames(catalog, settings)
    const asked = withoutMissing(settings, gone)
    return { result: solve({ catalog, settings: asked, read: await open.trafficFor(settings) }), gone }
  } catch (error) {
    return { result: problemOf(error), gone: [] }
  }
}

const open = async (catalogue: ArrayBuffer): Promise<Session> => openSession(await openCatalogue(catalogue))

const respond = async (question: Question): Promise<void> => {
  session ??= open(question.catalogue)
  const opened = await session.catch(() => undefined)
  if (opened === undefined) {
    reply({ kind: 'failed' })
    return
  }
  try {
    const { result, gone } = await answer(opened, question)
    reply({ kind: 'solved', result: wireResult(result), gone })
  } catch (error) {
    // A bug: said where the answer would stand, so that the next question is answered again; and in the console, with its place.
    reply({ kind: 'solved', result: { kind: 'problem', message: `a bug of this page: ${String(error)}` }, gone: [] })
    throw error
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Question>) => {
  void respond(data)
})
